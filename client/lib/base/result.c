/*
 * The last failure of each thread, and the sentences for results.
 */
#include "result.h"

#include <windows.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "request_text.h"
#include "slots.h"
#include "thread.h"
#include "utf.h"

/*
 * The last failure of a thread is one number in its TLS slot: nothing to
 * allocate and nothing to free when a thread ends. It fits a pointer of 32 bits:
 *
 *     bit  0  5 bits  result, negated
 *          5  6 bits  enum call
 *         11 21 bits  Win32 code; all ones: that or more
 */
#define RESULT_BITS 5
#define CALL_BITS   6
#define CODE_MAX    0x1FFFFFu
#define TEXT_MAX    RESULT_TEXT_MAX

_Static_assert(CALL_COUNT <= 1 << CALL_BITS, "every call fits its bits");

static const char *const call_names[CALL_FIRST_REASON] = {
    "",
    "OpenFileMappingW",
    "MapViewOfFile",
    "NtQuerySection",
    "OpenMutexW",
    "OpenEventW",
    "OpenSemaphoreW",
    "GetKernelObjectSecurity",
    "ConvertStringSidToSidW",
    "WaitForSingleObject",
    "ReleaseMutex",
    "CreateFileMappingW",
    "CreateMutexW",
    "GetTokenInformation",
    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    "CreateFileW",
    "WaitNamedPipeW",
    "CreateEventW",
    "WriteFile",
    "ReadFile",
    "the broker",
};

/* What a result means where its sentence does not say it, and what to do. */
static const char *const reasons[CALL_COUNT - CALL_FIRST_REASON] = {
    "the segment has no lock; have the administrator configure one",
    "the segment has no change events; have the administrator configure notify: true",
    "the segment has no published copy; have the administrator configure snapshots: double",
    "opened without the broker's directory, which was not found; "
    "start the service if it does not run, then open it again",
    "opened without the broker's directory, which you may not read; "
    "have the administrator let you",
    "other threads have all slots; have the administrator raise max_lockers",
    "the broker could not make what this fast lock needs so far, and its event log tells why; "
    "open it again later",
    "opened to read, and a fast lock is for programs that may write; use a snapshot instead, or "
    "open with the right to write",
    "no message came",
    "the queue is full",
    "other threads were putting messages all the time",
    "another thread has this end of the queue, which is configured for one",
    "other threads put or got messages all the time; try again",
    "the message is longer than the queue's slot_size",
    "the message is longer than the buffer",
    "the queue was retired or recreated, or its access was changed; open it again",
    "the segment has no fast lock; use shmb_lock, or have the administrator configure lock: fast",
    "the library does not have this version of shmb_fast.h; update it, or use shmb_lock",
    "opened to read; open it with the right to write",
    "it is a queue, which only shmb_queue_open and shmb queue open",
    "it is no queue",
    "another program has the broker's pipe for requests, and was told nothing",
    "", /* shmb_request_text_reason has it */
};

void result_begin(void)
{
    thread_begin();
}

int32_t fault_plain(struct fault *fault, int32_t result)
{
    return fault_call(fault, result, CALL_NONE, 0);
}

int32_t fault_call(struct fault *fault, int32_t result, enum call call, uint32_t code)
{
    fault->call = call;
    fault->code = code;
    return result;
}

int32_t fault_of_handle(struct fault *fault, int32_t result)
{
    return fault_call(fault, result, result == SHMB_ACCESS_DENIED ? REASON_READER : CALL_NONE, 0);
}

/* The result for a failed call on a named object. */
static int32_t win32_result(uint32_t code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
        return SHMB_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
        return SHMB_ACCESS_DENIED;
    case ERROR_INVALID_HANDLE: /* an object of another kind has the name */
        return SHMB_WRONG_KIND;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
        return SHMB_NO_MEMORY;
    default:
        return SHMB_SYSTEM;
    }
}

int32_t fault_win32(struct fault *fault, enum call call, uint32_t code)
{
    return fault_call(fault, win32_result(code), call, code);
}

/* One value for TlsSetValue; last_failure unpacks it. */
static uintptr_t pack(int32_t result, const struct fault *fault)
{
    uint32_t code = fault->code < CODE_MAX ? fault->code : CODE_MAX;

    return (uint32_t)-result | (uint32_t)fault->call << RESULT_BITS |
           code << (RESULT_BITS + CALL_BITS);
}

int32_t result_end(int32_t result, const struct fault *fault)
{
    if (result < 0) {
        result_begin();
        thread_set(THREAD_FAILURE, pack(result, fault));
    }
    return result;
}

int32_t result_end_plain(int32_t result)
{
    static const struct fault none = {CALL_NONE, 0};

    return result_end(result, &none);
}

int32_t result_end_of_handle(int32_t result)
{
    struct fault fault;

    return result_end(fault_of_handle(&fault, result), &fault);
}

/* The thread's last failure; 0 if there was none. */
static int32_t last_failure(struct fault *fault)
{
    uint32_t packed;

    result_begin();
    packed = (uint32_t)thread_get(THREAD_FAILURE);
    fault->call = (enum call)(packed >> RESULT_BITS & ((1u << CALL_BITS) - 1));
    fault->code = packed >> (RESULT_BITS + CALL_BITS);
    return -(int32_t)(packed & ((1u << RESULT_BITS) - 1));
}

int32_t SHMB_CALL shmb_last_failure(uint32_t *win32_code, const char **call)
{
    struct fault fault;
    int32_t result = last_failure(&fault);

    if (win32_code != NULL)
        *win32_code = fault.call < CALL_FIRST_REASON ? fault.code : 0;
    if (call != NULL)
        *call = fault.call < CALL_FIRST_REASON ? call_names[fault.call] : "";
    return result;
}

/* A sentence for each result; shmb_result_text adds the system call that failed. */
static const char *sentence(int32_t result)
{
    /* Indexed by -result, in the order of shmb.h. */
    static const char *const failures[] = {
        "done",
        "the broker holds no object of this name",
        "no such object, and no broker runs",
        "access denied: the access list does not give you this right",
        "the name belongs to an object of another kind",
        "the object exists, but the broker did not make it",
        "not a valid object name",
        "a parameter is wrong, or the call does not fit the object",
        "the start is beyond the end",
        "timed out",
        "this thread does not hold the lock",
        "no slot for this thread: all are taken, or the broker could not make them so far",
        "writers kept changing the bytes; try again",
        "a writer died in the middle of a write",
        "the shared control data is invalid",
        "the broker has another, incompatible version; update this library",
        "the segment was retired or recreated, or its control data moved; open it again",
        "out of memory or address space",
        "a system call failed",
        "no rule of the broker's configuration allows this request",
        "a quota of the rule is used up",
    };

    if (result == SHMB_ABANDONED)
        return "done, but an owner of the lock died and the content may be half written";
    if (result > 0 || result < SHMB_QUOTA)
        return "unknown result";
    return failures[-result];
}

static void compose(int32_t result, char text[TEXT_MAX])
{
    struct fault fault;
    char system[TEXT_MAX / 2];

    /* Name the system call only if the last failure is the one that the caller asks about. */
    if (result < 0 && last_failure(&fault) == result && fault.call >= CALL_FIRST_REASON) {
        if (fault.call == REASON_NO_SLOT)
            snprintf(text, TEXT_MAX, "%s (" SHMB_SLOTS_PREFIX "%lu)",
                     reasons[fault.call - CALL_FIRST_REASON], (unsigned long)fault.code);
        else if (fault.call == REASON_REQUEST)
            snprintf(text, TEXT_MAX, "%s", shmb_request_text_reason(fault.code));
        else
            snprintf(text, TEXT_MAX, "%s", reasons[fault.call - CALL_FIRST_REASON]);
    } else if (result < 0 && last_failure(&fault) == result && fault.call != CALL_NONE) {
        error_text(fault.code, system, sizeof(system));
        snprintf(text, TEXT_MAX, "%s (%s: %lu, %s)", sentence(result), call_names[fault.call],
                 (unsigned long)fault.code, system);
    } else {
        snprintf(text, TEXT_MAX, "%s", sentence(result));
    }
}

uint32_t result_request_reason(void)
{
    struct fault fault;

    return last_failure(&fault) < 0 && fault.call == REASON_REQUEST ? fault.code : 0;
}

int32_t result_text_give(const char *text, char *buffer, uint32_t size)
{
    size_t length = strlen(text);

    if (buffer == NULL || size == 0)
        return SHMB_BAD_ARGUMENT;
    if (length >= size) {
        length = size - 1;
        /* Cut between two characters: 10xxxxxx continues one. */
        while (length > 0 && ((unsigned char)text[length] & 0xC0u) == 0x80u)
            length--;
    }
    memcpy(buffer, text, length);
    buffer[length] = '\0';
    return SHMB_OK;
}

int32_t result_text_give_wide(const char *text, shmb_wchar *buffer, uint32_t size)
{
    uint16_t units[TEXT_MAX];
    size_t length;

    if (buffer == NULL || size == 0)
        return SHMB_BAD_ARGUMENT;
    length = shmb_utf8_to_utf16(text, strlen(text), units, TEXT_MAX);
    if (length > TEXT_MAX)
        length = 0; /* cannot happen: texts are checked */
    if (length >= size) {
        length = size - 1;
        if (length > 0 && (units[length] & 0xFC00u) == 0xDC00u)
            length--; /* do not cut a surrogate pair in half */
    }
    memcpy(buffer, units, length * sizeof(units[0]));
    buffer[length] = 0;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_result_text(int32_t result, char *buffer, uint32_t size)
{
    char text[TEXT_MAX];

    compose(result, text);
    return result_text_give(text, buffer, size);
}

int32_t SHMB_CALL shmb_result_textW(int32_t result, shmb_wchar *buffer, uint32_t size)
{
    char text[TEXT_MAX];

    compose(result, text);
    return result_text_give_wide(text, buffer, size);
}

const char *SHMB_CALL shmb_version(void)
{
    return SHMB_VERSION;
}
