/*
 * result.h - from what went wrong inside to what a caller is told.
 *
 * Internal functions return a result and, where it is a failure, describe it
 * in a `struct fault`. Only the public function on top stores that as the
 * thread's last failure, with result_end(): what failed on the way to a success
 * leaves no trace.
 */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include <stdint.h>

#include "shmb.h"

/* System calls a failure can name. At most 63; the order is private. */
enum call {
    CALL_NONE,
    CALL_OPEN_SECTION,
    CALL_MAP,
    CALL_SECTION_SIZE,
    CALL_OPEN_MUTEX,
    CALL_OPEN_EVENT,
    CALL_OPEN_SEMAPHORE,
    CALL_OWNER,
    CALL_SID,
    CALL_WAIT,
    CALL_RELEASE,
    CALL_CREATE_SECTION,
    CALL_CREATE_MUTEX,
    CALL_TOKEN,
    CALL_DESCRIPTOR,
    CALL_COUNT
};

/* Zeroed: no system call failed. */
struct fault {
    enum call call;
    uint32_t code;
};

/* Describes a failure without a system call, and returns `result`. */
int32_t fault_plain(struct fault *fault, int32_t result);

/* Describes a failed system call, and returns `result`. */
int32_t fault_call(struct fault *fault, int32_t result, enum call call, uint32_t code);

/* The same with the result that a Win32 code of a call on a named object means. */
int32_t fault_win32(struct fault *fault, enum call call, uint32_t code);

/* Stores a failure as the thread's last one; a success changes nothing. Returns `result`. */
int32_t result_end(int32_t result, const struct fault *fault);

/* The same where no system call took part. */
int32_t result_end_plain(int32_t result);

/* To be called where the library is used first: keeps the DLL in the process. */
void result_begin(void);

#endif
