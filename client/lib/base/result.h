/*
 * result.h - results, and what shmb_last_failure and shmb_result_text report.
 *
 * Internal functions return a result and describe a failure in a `struct fault`.
 * Only the public function stores the fault as the thread's last failure, with
 * result_end(): a failed attempt on the way to a success leaves no trace.
 */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include <stdint.h>

#include "shmb.h"

/*
 * System calls a failure can name, and what else can be said of a result. At most 63; the
 * order is private.
 */
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
    CALL_OPEN_PIPE,
    CALL_WAIT_PIPE,
    CALL_CREATE_EVENT,
    CALL_WRITE,
    CALL_READ,
    CALL_OF_BROKER,    /* one that the broker made, for a request */
    CALL_FIRST_REASON, /* these are no calls, and most have no code */
    REASON_NO_LOCK = CALL_FIRST_REASON,
    REASON_NO_NOTIFY,
    REASON_NO_DOUBLE,
    REASON_NO_DIRECTORY,
    REASON_DENIED_DIRECTORY,
    REASON_NO_SLOT, /* the code is the number of the slots section */
    REASON_NO_SLOTS,
    REASON_FAST_READER,
    REASON_QUEUE_EMPTY,
    REASON_QUEUE_FULL,
    REASON_QUEUE_LOCKED,
    REASON_QUEUE_END,
    REASON_QUEUE_BUSY,
    REASON_QUEUE_LONG,
    REASON_QUEUE_BUFFER,
    REASON_QUEUE_STALE,
    REASON_NO_FAST_LOCK,
    REASON_FAST_VERSION,
    REASON_READER,
    REASON_IS_QUEUE,
    REASON_NO_QUEUE,
    REASON_PIPE_STRANGER,
    REASON_REQUEST, /* the code is that of SHMB_REASON_... */
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

/* As fault_call; the result follows from the Win32 code of a call on a named object. */
int32_t fault_win32(struct fault *fault, enum call call, uint32_t code);

/* Stores a failure as the thread's last one; ignores a success. Returns `result`. */
int32_t result_end(int32_t result, const struct fault *fault);

/* As result_end, for a failure without a system call. */
int32_t result_end_plain(int32_t result);

/*
 * As fault_plain and result_end_plain, where SHMB_ACCESS_DENIED means that the handle was opened
 * with SHMB_READ.
 */
int32_t fault_of_handle(struct fault *fault, int32_t result);
int32_t result_end_of_handle(int32_t result);

/* Why the thread's last request was refused: SHMB_REASON_...; 0: its last failure is another. */
uint32_t result_request_reason(void);

/* Copies a sentence to `size` bytes, cut between two characters. SHMB_BAD_ARGUMENT: no buffer. */
int32_t result_text_give(const char *text, char *buffer, uint32_t size);

/* The same as UTF-16; `size` in units. The text has at most RESULT_TEXT_MAX bytes. */
#define RESULT_TEXT_MAX 1024
int32_t result_text_give_wide(const char *text, shmb_wchar *buffer, uint32_t size);

/* Call this wherever a program can use the library first: it keeps the DLL loaded. */
void result_begin(void);

#endif
