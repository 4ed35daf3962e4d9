/*
 * system_status.h - whether a call to the system succeeded, and why it failed.
 */
#ifndef SYS_SYSTEM_STATUS_H
#define SYS_SYSTEM_STATUS_H

#include <stdint.h>

#include "compiler.h"

#define SYS_TEXT_MAX 768 /* bytes of a reason: two paths and what is wrong */

enum sys_status {
    SYS_OK,
    SYS_TAKEN,         /* create, link: an object that is not the broker's has the name */
    SYS_SECOND_BROKER, /* claim: another broker runs */
    SYS_NEWER,         /* a newer broker wrote it; never from the system itself */
    SYS_DENIED,        /* access denied */
    SYS_NOT_FOUND,     /* no such account, file or object */
    SYS_LATER,         /* not possible now, such as: the domain controller does not answer */
    SYS_NO_MEMORY,     /* out of memory, commit limit or handles */
    SYS_FAILED
};

/* What failed, for the operator. */
struct sys_failure {
    uint32_t code;           /* Win32 error code; 0: none */
    const char *call;        /* static: the function that failed, such as "CreateFileMappingW" */
    char text[SYS_TEXT_MAX]; /* the system's text for the code, or a reason of the broker's own */
};

/*
 * These fill a `struct sys_failure`. In all of them `why` may be NULL: the caller does not
 * need the reason, and nothing is filled. (service/win32 has more of them in failure.h.)
 */

/* Sets it to no failure: no code, no call, no text. */
void failure_clear(struct sys_failure *why);

/* Copies `from`, which is not NULL. */
void failure_copy(struct sys_failure *why, const struct sys_failure *from);

/* Sets a reason of the broker's own, without code and call. Returns `status`. */
enum sys_status failure_reason(struct sys_failure *why, enum sys_status status, const char *format,
                               ...) SHMB_PRINTF(3, 4);

/* Sets the reason "not enough memory". Returns SYS_NO_MEMORY. */
enum sys_status failure_no_memory(struct sys_failure *why);

#endif
