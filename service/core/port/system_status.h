/*
 * system_status.h - how a call to the system ended, and why.
 */
#ifndef SYS_SYSTEM_STATUS_H
#define SYS_SYSTEM_STATUS_H

#include <stdint.h>

#include "compiler.h"

#define SYS_TEXT_MAX 768 /* bytes of a reason: two paths and what is wrong */

enum sys_status {
    SYS_OK,
    SYS_TAKEN,         /* create, link: a foreign object holds the name */
    SYS_SECOND_BROKER, /* claim: another broker runs */
    SYS_NEWER,         /* a newer broker wrote it; never from the system itself */
    SYS_DENIED,        /* the broker lacks a right */
    SYS_NOT_FOUND,     /* no such account, no such file */
    SYS_LATER,         /* cannot be known now: a domain controller does not answer */
    SYS_NO_MEMORY,     /* memory, commit limit, handles */
    SYS_FAILED
};

/* What failed, for the person who has to act on it. */
struct sys_failure {
    uint32_t code;    /* the system's own number (Win32); 0: none */
    const char *call; /* static: the call that failed, such as "CreateFileMappingW" */
    char
        text[SYS_TEXT_MAX]; /* the system's sentence for the code, or what is known of a conflict */
};

/*
 * Who fills a `struct sys_failure` does so through these (service/win32 also through its
 * failure.h): `why` may be NULL in all of them, and then nothing is filled.
 */

/* No failure: no code, no call, no text. */
void failure_clear(struct sys_failure *why);

/* The same failure as `from`, which is not NULL. */
void failure_copy(struct sys_failure *why, const struct sys_failure *from);

/* A reason of the broker's own, with neither code nor call; cut at SYS_TEXT_MAX. Returns `status`.
 */
enum sys_status failure_reason(struct sys_failure *why, enum sys_status status, const char *format,
                               ...) SHMB_PRINTF(3, 4);

/* "not enough memory". Returns SYS_NO_MEMORY. */
enum sys_status failure_no_memory(struct sys_failure *why);

#endif
