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

static enum sys_status do_keeper_make(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                      struct sys_failure *why)
{
    struct port *port = self;
    const struct keeper_options options = {.program = port->host.keeper,
                                           .hold_ms = hold_ms,
                                           .place = place_number(port),
                                           .console = port->host.console};

    return keeper_make(&port->keeper, &options, out, why);
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
    return keeper_find(place_number(self), found, count, why);
}

static enum sys_status do_keeper_end(void *self, const struct sys_keeper *keeper,
                                     struct sys_failure *why)
{
    struct port *port = self;

    return keeper_end(&port->keeper, keeper, why);
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
