/*
 * system_requests.h - the port, requests: programs that ask for objects, over one pipe. The rules
 * of system.h hold.
 *
 * Reading and writing happens on threads of the port, with a deadline for each step, so that no
 * client can make the broker wait. A message comes to the broker's thread as a whole.
 */
#ifndef SYS_SYSTEM_REQUESTS_H
#define SYS_SYSTEM_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system_objects.h"
#include "system_status.h"

/* A client that has sent a message and waits for the answer. */
struct sys_request;

/* Who sent it, as the system says. */
struct sys_asker {
    char sid[SYS_SID_MAX]; /* its account */
    uint32_t process, session;
};

struct system_requests {
    /*
     * From now on the pipe exists, and those whom `sddl` gives SHMB_REQUEST_PIPE_RIGHTS may connect
     * and ask; each message ends a wait with SYS_WAKE_REQUESTS. Called again, it replaces the
     * access of the pipe. NULL: closes the pipe; who waits is disconnected. SYS_TAKEN: another
     * program has a pipe of this name; `why->text` says what is known of it. Without `listen` there
     * is no pipe and no thread.
     */
    enum sys_status (*listen)(void *self, const char *sddl, struct sys_failure *why);

    /*
     * The next message that waits, in the order of arrival. SYS_NOT_FOUND: none. `*bytes` is valid
     * until answer or drop; `*asker` is filled. SYS_OK also for messages of a wrong length.
     */
    enum sys_status (*next)(void *self, struct sys_request **out, struct sys_asker *asker,
                            const void **bytes, size_t *length);

    /*
     * Whether the client's token has all rights of `mask` on something with this descriptor:
     * AccessCheck, so deny entries, restricted tokens and integrity count. `write`: these are
     * rights to change it, which its integrity label may deny. On failure `*allowed` is false.
     */
    enum sys_status (*allowed)(void *self, struct sys_request *request,
                               const struct sys_descriptor *descriptor, uint32_t mask, bool write,
                               bool *allowed, struct sys_failure *why);

    /* Sends the answer and disconnects, without waiting for the client. Ends `request`. */
    void (*answer)(void *self, struct sys_request *request, const void *bytes, size_t length);

    /* Disconnects without an answer. Ends `request`. */
    void (*drop)(void *self, struct sys_request *request);
};

#endif
