/* The port's requests. All of it is in requests/; here is that there may be no pipe. */
#include "port_internal.h"
#include "request_pipe.h"

static enum sys_status do_listen(void *self, const char *sddl, struct sys_failure *why)
{
    struct port *port = self;

    if (sddl == NULL) {
        request_pipe_close(port->requests);
        port->requests = NULL;
        return SYS_OK;
    }
    if (port->requests != NULL)
        return request_pipe_protect(port->requests, sddl, why);
    return request_pipe_open(sddl, &port->requests, why);
}

static enum sys_status do_next(void *self, struct sys_request **out, struct sys_asker *asker,
                               const void **bytes, size_t *length)
{
    struct port *port = self;

    if (port->requests != NULL)
        return request_pipe_next(port->requests, out, asker, bytes, length);
    *out = NULL;
    *asker = (struct sys_asker){0};
    *bytes = NULL;
    *length = 0;
    return SYS_NOT_FOUND;
}

static enum sys_status do_allowed(void *self, struct sys_request *request,
                                  const struct sys_descriptor *descriptor, uint32_t mask,
                                  bool write, bool *allowed, struct sys_failure *why)
{
    (void)self;
    return request_pipe_allowed(request, descriptor, mask, write, allowed, why);
}

static void do_answer(void *self, struct sys_request *request, const void *bytes, size_t length)
{
    (void)self;
    request_pipe_answer(request, bytes, length);
}

static void do_drop(void *self, struct sys_request *request)
{
    (void)self;
    request_pipe_drop(request);
}

void port_requests(struct system *out)
{
    out->requests.listen = do_listen;
    out->requests.next = do_next;
    out->requests.allowed = do_allowed;
    out->requests.answer = do_answer;
    out->requests.drop = do_drop;
}
