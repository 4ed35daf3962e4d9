/*
 * mutant.c - a broker with one deliberate fault, which the torture run must
 * find: linked instead of port_open, of which the product knows nothing.
 * SHMB_MUTANT says which fault.
 *
 *   1  what exists already is never known as the broker's own: no adoption
 *   2  the keeper is made, and never given anything
 */
#include "port.h"

#include <string.h>

void __real_port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
                      struct system *out);
void __wrap_port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
                      struct system *out);

#if SHMB_MUTANT == 1
static enum sys_status (*inspect)(void *self, const char *name, enum shmb_kind likely,
                                  struct sys_facts *facts, struct sys_object **out,
                                  struct sys_failure *why);

static enum sys_status inspect_badly(void *self, const char *name, enum shmb_kind likely,
                                     struct sys_facts *facts, struct sys_object **out,
                                     struct sys_failure *why)
{
    enum sys_status status = inspect(self, name, likely, facts, out, why);

    memset(facts->owner, 0, sizeof(facts->owner));
    return status;
}
#elif SHMB_MUTANT == 2
static enum sys_status keep_nothing(void *self, size_t *held, struct sys_failure *why)
{
    (void)self;
    failure_clear(why);
    *held = 1;
    return SYS_OK;
}
#endif

void __wrap_port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
                      struct system *out)
{
    __real_port_open(port, host, sink, out);
#if SHMB_MUTANT == 1
    inspect = out->objects.inspect;
    out->objects.inspect = inspect_badly;
#elif SHMB_MUTANT == 2
    out->keepers.give = keep_nothing;
#endif
}
