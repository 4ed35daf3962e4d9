/*
 * request_caller.h - who has sent a message through a pipe, and what its token may do.
 *
 * Only the system is believed: it tells the token by impersonation, which lasts for the one call
 * that opens the token. That needs no privilege: a client of the level that the library sets,
 * SecurityIdentification, may be impersonated by anyone; of one that allows more, Windows gives a
 * process without SeImpersonatePrivilege no more than that, except a client of the broker's own
 * account.
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-impersonatenamedpipeclient
 * Whatever a client allows, the handle is for questions only (TOKEN_QUERY): nothing can be done in
 * the client's name.
 */
#ifndef REQUEST_CALLER_H
#define REQUEST_CALLER_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "system.h"

struct request_caller {
    HANDLE token; /* owned; NULL: none */
    struct sys_asker asker;
};

/*
 * Who has sent the last bytes that were read from this end of a pipe. The token is that of the
 * moment when the client connected, or where the client wants it so (SECURITY_CONTEXT_TRACKING),
 * when it sent them. Returns 0, or a Win32 code and no token: ERROR_CANT_OPEN_ANONYMOUS or
 * ERROR_BAD_IMPERSONATION_LEVEL: the client does not say who it is. `process` is for fairness and
 * for events: some clients can set it to what they like. Ends the process if the thread cannot be
 * itself again.
 */
uint32_t request_caller_read(HANDLE pipe, struct request_caller *out);

/* Closes the token, if there is one. */
void request_caller_close(struct request_caller *caller);

/* The process of the client, as the pipe says; 0: not known. */
uint32_t request_caller_process(HANDLE pipe);

/* As system_requests.h's `allowed`. Any thread. */
enum sys_status request_caller_allowed(const struct request_caller *caller,
                                       const struct sys_descriptor *descriptor, uint32_t mask,
                                       bool write, bool *allowed, struct sys_failure *why);

#endif
