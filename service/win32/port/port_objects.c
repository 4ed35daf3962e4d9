/*
 * The port's objects. Each handle that the core gets is also entered for the keeper (track),
 * and do_close removes it there: the keeper is to hold exactly what the broker holds.
 */
#include "audit_entries.h"
#include "descriptors.h"
#include "failure.h"
#include "inspect.h"
#include "keeper_opened.h"
#include "objects.h"
#include "port_internal.h"
#include "sessions.h"

static enum sys_status do_descriptor_make(void *self, const char *sddl, struct sys_descriptor **out,
                                          struct sys_failure *why)
{
    (void)self;
    return descriptors_make(sddl, out, why);
}

static void do_descriptor_free(void *self, struct sys_descriptor *descriptor)
{
    (void)self;
    descriptors_free(descriptor);
}

/* The keeper holds every object that the broker holds. Closes the object on failure. */
static enum sys_status track(struct port *port, struct sys_object **object, struct sys_failure *why)
{
    if (keeper_add(&port->keeper, (HANDLE)*object))
        return SYS_OK;
    objects_close(*object);
    *object = NULL;
    return failure_set(why, "realloc", ERROR_NOT_ENOUGH_MEMORY);
}

static enum sys_status do_create(void *self, const struct sys_spec *spec,
                                 const struct sys_descriptor *descriptor, struct sys_object **out,
                                 struct sys_failure *why)
{
    enum sys_status status = objects_create(spec, descriptor, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static enum sys_status do_inspect(void *self, const char *name, enum shmb_kind likely,
                                  struct sys_facts *facts, struct sys_object **out,
                                  struct sys_failure *why)
{
    enum sys_status status = inspect_object(name, likely, facts, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static enum sys_status do_fill(void *self, struct sys_object *section,
                               const struct sys_content *content, struct sys_failure *why)
{
    return objects_fill(section, content, port_still_wanted, self, why);
}

static enum sys_status do_peek(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                               size_t length, struct sys_failure *why)
{
    (void)self;
    return objects_peek(section, offset, bytes, length, why);
}

static enum sys_status do_examine(void *self, struct sys_object *object, char **sddl,
                                  struct sys_failure *why)
{
    (void)self;
    return objects_examine(object, sddl, why);
}

static enum sys_status do_protect(void *self, struct sys_object *object,
                                  const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    (void)self;
    return objects_protect(object, descriptor, why);
}

static enum sys_status do_audit(void *self, struct sys_object *object, const char *entries, bool on,
                                struct sys_failure *why)
{
    (void)self;
    return audit_entries_set(object, entries, on, why);
}

static void do_signal(void *self, struct sys_object *event, bool on)
{
    (void)self;
    objects_signal(event, on);
}

static enum sys_status do_map(void *self, struct sys_object *section, size_t size, void **view,
                              struct sys_failure *why)
{
    (void)self;
    return objects_map(section, size, view, why);
}

static void do_unmap(void *self, void *view)
{
    (void)self;
    objects_unmap(view);
}

static enum sys_status do_sessions(void *self, uint32_t **sessions, size_t *count,
                                   struct sys_failure *why)
{
    (void)self;
    return sessions_list(sessions, count, why);
}

static enum sys_status do_link(void *self, uint32_t session, const char *name,
                               const struct sys_descriptor *descriptor, struct sys_object **out,
                               struct sys_failure *why)
{
    enum sys_status status = sessions_link(session, name, descriptor, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static enum sys_status do_fetch(void *self, const struct sys_keeper *keeper, const char *name,
                                struct sys_facts *facts, struct sys_object **out,
                                struct sys_failure *why)
{
    struct port *port = self;
    enum sys_status status = keeper_take_back(&port->keeper, keeper, name, facts, out, why);

    return status == SYS_OK ? track(port, out, why) : status;
}

static enum sys_status do_opened(void *self, struct sys_object *object, uint32_t *count,
                                 struct sys_failure *why)
{
    struct port *port = self;

    return keeper_opened(&port->keeper, port->formers, port->former_count, (HANDLE)object, count,
                         why);
}

static void do_close(void *self, struct sys_object *object)
{
    struct port *port = self;

    if (object != NULL)
        keeper_close(&port->keeper, (HANDLE)object);
}

void port_objects(struct system *out)
{
    out->objects.descriptor_make = do_descriptor_make;
    out->objects.descriptor_free = do_descriptor_free;
    out->objects.create = do_create;
    out->objects.inspect = do_inspect;
    out->objects.fill = do_fill;
    out->objects.peek = do_peek;
    out->objects.examine = do_examine;
    out->objects.protect = do_protect;
    out->objects.set_auditing = do_audit;
    out->objects.signal = do_signal;
    out->objects.map = do_map;
    out->objects.unmap = do_unmap;
    out->objects.sessions = do_sessions;
    out->objects.link = do_link;
    out->objects.opened = do_opened;
    out->objects.close = do_close;
    out->keepers.fetch = do_fetch;
}
