#include "request_listen.h"

#include <stdlib.h>
#include <string.h>

#include "backoff.h"

static const struct backoff retries = {1000, 30000};

static void close_pipe(struct request_listen *pipe)
{
    const struct system *system = pipe->system;

    if (pipe->open)
        (void)system->requests.listen(system->self, NULL, NULL);
    pipe->open = false;
}

static void tell(struct request_listen *pipe, enum sys_status status, const struct sys_failure *why)
{
    const struct system *system = pipe->system;
    const uint32_t cause = status != SYS_OK ? event_cause(status, why) : 0;
    const char *inserts[] = {pipe->trouble};

    if (cause != 0)
        event_reason(status, why, pipe->trouble);
    if (cause != 0 && cause != pipe->cause)
        system->log(system->self,
                    status == SYS_TAKEN ? EVENT_REQUESTS_TAKEN : EVENT_REQUESTS_FAILED, inserts, 1);
    else if (cause == 0 && pipe->cause != 0)
        system->log(system->self, EVENT_REQUESTS_RECOVERED, NULL, 0);
    pipe->cause = cause;
    pipe->taken = status == SYS_TAKEN;
}

static void try(struct request_listen *pipe)
{
    const struct system *system = pipe->system;
    struct sys_failure why = {0};
    enum sys_status status = system->requests.listen(system->self, pipe->wanted, &why);

    pipe->due = status != SYS_OK;
    pipe->delay = status != SYS_OK ? backoff_next(&retries, pipe->delay) : BACKOFF_RESET;
    pipe->open |= status == SYS_OK;
    tell(pipe, status, &why);
}

void request_listen_want(struct request_listen *pipe, char *sddl)
{
    if (sddl == NULL) {
        request_listen_end(pipe);
        return;
    }
    if (pipe->wanted != NULL && strcmp(pipe->wanted, sddl) == 0) {
        free(sddl);
        return;
    }
    free(pipe->wanted);
    pipe->wanted = sddl;
    pipe->delay = BACKOFF_RESET;
    try(pipe);
}

void request_listen_retry(struct request_listen *pipe)
{
    if (pipe->due)
        try(pipe);
}

uint32_t request_listen_delay(const struct request_listen *pipe)
{
    return pipe->due ? pipe->delay : UINT32_MAX;
}

void request_listen_end(struct request_listen *pipe)
{
    close_pipe(pipe);
    free(pipe->wanted);
    pipe->wanted = NULL;
    pipe->due = pipe->taken = false;
    pipe->cause = 0;
}
