/*
 * The port's keepers. Adds what the core does not know: program, place and console. The rest is
 * done in process/.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper_find.h"
#include "names.h"
#include "port_internal.h"

/* Identifies the state folder: a keeper with another number belongs to another broker. */
static uint32_t place_number(const struct port *port)
{
    char *folder = port_state_folder(port);
    uint32_t number = folder != NULL ? shmb_name_hash(folder, strlen(folder)) : 0;

    free(folder);
    return number;
}

/* From now on its handles are looked at when those of others are counted. */
static void add_former(struct port *port, const struct sys_keeper *keeper)
{
    if (port->former_count < PORT_FORMERS)
        port->formers[port->former_count++] = *keeper;
}

static void remove_former(struct port *port, const struct sys_keeper *keeper)
{
    size_t i;

    for (i = 0; i < port->former_count; i++)
        if (port->formers[i].process == keeper->process &&
            port->formers[i].started == keeper->started)
            port->formers[i--] = port->formers[--port->former_count];
}

static enum sys_status do_keeper_make(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                      struct sys_failure *why)
{
    struct port *port = self;
    const struct keeper_options options = {.program = port->host.keeper,
                                           .hold_ms = hold_ms,
                                           .place = place_number(port),
                                           .console = port->host.console};
    const struct sys_keeper before = port->keeper.id;
    enum sys_status status = keeper_make(&port->keeper, &options, out, why);

    if (status == SYS_OK && before.process != 0)
        add_former(port, &before); /* it goes on until its end */
    return status;
}

static enum sys_status do_keep(void *self, size_t *held, struct sys_failure *why)
{
    struct port *port = self;

    return keeper_fill(&port->keeper, held, why);
}

static enum sys_status do_keeper_settle(void *self, struct sys_failure *why)
{
    struct port *port = self;

    return keeper_settle(&port->keeper, why);
}

static enum sys_status do_keepers_left(void *self, struct sys_keeper **found, size_t *count,
                                       struct sys_failure *why)
{
    struct port *port = self;
    enum sys_status status = keeper_find(place_number(port), found, count, why);
    size_t i;

    for (i = 0; i < *count; i++) {
        remove_former(port, &(*found)[i]); /* it may be known */
        add_former(port, &(*found)[i]);
    }
    return status;
}

static enum sys_status do_keeper_end(void *self, const struct sys_keeper *keeper,
                                     struct sys_failure *why)
{
    struct port *port = self;
    enum sys_status status = keeper_end(&port->keeper, keeper, why);

    if (status == SYS_OK)
        remove_former(port, keeper);
    return status;
}

static void do_leave(void *self)
{
    struct port *port = self;

    port->keeper.left = true;
}

static bool do_releasing(void *self)
{
    const struct port *port = self;

    return port->host.releasing != NULL && port->host.releasing();
}

void port_keepers(struct system *out)
{
    out->keepers.make = do_keeper_make;
    out->keepers.give = do_keep;
    out->keepers.settle = do_keeper_settle;
    out->keepers.left = do_keepers_left;
    out->keepers.end = do_keeper_end;
    out->keepers.leave = do_leave;
    out->releasing = do_releasing;
}
