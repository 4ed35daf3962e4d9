#include "port.h"

#include "accounts.h"
#include "files.h"
#include "identity.h"
#include "instance.h"
#include "objects.h"

static enum sys_status do_identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    (void)self;
    return identity_find(out, why);
}

static enum sys_status do_claim(void *self, const struct sys_descriptor *descriptor,
                                struct sys_failure *why)
{
    struct port *port = self;

    return instance_claim(descriptor, &port->instance, why);
}

static enum sys_status do_read_file(void *self, const char *path, size_t limit, char **content,
                                    size_t *length, struct sys_failure *why)
{
    (void)self;
    return files_read(path, limit, content, length, why);
}

static enum sys_status do_resolve(void *self, const char *account, char sid[SYS_SID_MAX],
                                  struct sys_failure *why)
{
    const struct port *port = self;

    return accounts_resolve(account, port->host.progress, sid, why);
}

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

static enum sys_status do_create(void *self, const struct sys_spec *spec,
                                 const struct sys_descriptor *descriptor, struct sys_object **out,
                                 struct sys_failure *why)
{
    (void)self;
    return objects_create(spec, descriptor, out, why);
}

static enum sys_status do_fill(void *self, struct sys_object *section,
                               const struct sys_content *content, struct sys_failure *why)
{
    (void)self;
    return objects_fill(section, content, why);
}

static enum sys_status do_protect(void *self, struct sys_object *object,
                                  const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    (void)self;
    return objects_protect(object, descriptor, why);
}

static void do_close(void *self, struct sys_object *object)
{
    (void)self;
    objects_close(object);
}

static void do_report(void *self, enum event_id event, const char *const *inserts, size_t count)
{
    const struct port *port = self;

    if (port->sink != NULL)
        event_sink_write(port->sink, event, inserts, count);
}

static void do_progress(void *self)
{
    const struct port *port = self;

    if (port->host.progress != NULL)
        port->host.progress();
}

static void do_running(void *self)
{
    const struct port *port = self;

    if (port->host.running != NULL)
        port->host.running();
}

static enum sys_wake do_wait(void *self, uint32_t ms)
{
    const struct port *port = self;

    if (port->host.stop == NULL) {
        Sleep(ms);
        return SYS_WAKE_TIMEOUT;
    }
    /* A wait that fails must not turn the broker's loop into a spin. */
    return WaitForSingleObject(port->host.stop, ms) == WAIT_TIMEOUT ? SYS_WAKE_TIMEOUT
                                                                    : SYS_WAKE_STOP;
}

static bool do_stopping(void *self)
{
    const struct port *port = self;

    return port->host.stop != NULL && WaitForSingleObject(port->host.stop, 0) != WAIT_TIMEOUT;
}

void port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
               struct system *out)
{
    static const struct system functions = {
        .identify = do_identify,
        .claim = do_claim,
        .read_file = do_read_file,
        .resolve = do_resolve,
        .descriptor_make = do_descriptor_make,
        .descriptor_free = do_descriptor_free,
        .create = do_create,
        .fill = do_fill,
        .protect = do_protect,
        .close = do_close,
        .report = do_report,
        .progress = do_progress,
        .running = do_running,
        .stopping = do_stopping,
        .wait = do_wait,
    };

    port->host = *host;
    port->sink = sink;
    port->instance = NULL;
    *out = functions;
    out->self = port;
}

void port_close(struct port *port)
{
    instance_release(port->instance);
    port->instance = NULL;
}
