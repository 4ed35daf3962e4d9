/*
 * shmb semaphore take and release; info is in verb_info.c. Unlike a mutex, a semaphore has no
 * owner: the system does not release what a killed program took.
 */
#include "verb.h"

#include <windows.h>

#include "command.h"
#include "fail.h"
#include "out.h"
#include "shmb.h"

/* Releases `count`; prints a failure. */
static enum shmb_exit give_back(const char *name, HANDLE semaphore, LONG count)
{
    if (ReleaseSemaphore(semaphore, count, NULL))
        return SHMB_EXIT_DONE;
    if (GetLastError() == ERROR_TOO_MANY_POSTS) {
        out_error("%s: the count would exceed the maximum", name);
        return SHMB_EXIT_NOT_SO;
    }
    return fail_call(name, "releasing the count failed", "ReleaseSemaphore", GetLastError());
}

static enum shmb_exit run_with_one(struct arguments *arguments, HANDLE semaphore)
{
    enum shmb_exit code, returned;

    switch (WaitForSingleObject(semaphore, arguments->timeout_ms)) {
    case WAIT_OBJECT_0:
        code = command_run(arguments);
        returned = give_back(arguments->name, semaphore, 1);
        /* The command's failure first: it happened first, and explains more. */
        return code != SHMB_EXIT_DONE ? code : returned;
    case WAIT_TIMEOUT:
        return fail_result(arguments->name, SHMB_TIMEOUT);
    default:
        return fail_call(arguments->name, "waiting for the semaphore failed", "WaitForSingleObject",
                         GetLastError());
    }
}

enum shmb_exit verb_semaphore_take(struct arguments *arguments)
{
    HANDLE semaphore;
    int32_t result =
        shmb_open_object(arguments->name, SHMB_KIND_SEMAPHORE, SHMB_WRITE, 0, &semaphore);
    enum shmb_exit code;

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    code = run_with_one(arguments, semaphore);
    CloseHandle(semaphore);
    return code;
}

enum shmb_exit verb_semaphore_release(struct arguments *arguments)
{
    uint64_t count = (arguments->given & OPTION_COUNT) != 0 ? arguments->count : 1;
    HANDLE semaphore;
    enum shmb_exit code;
    int32_t result;

    if (count == 0 || count > INT32_MAX) {
        out_error("--count needs a number from 1 to %ld here", (long)INT32_MAX);
        return SHMB_EXIT_USAGE;
    }
    result = shmb_open_object(arguments->name, SHMB_KIND_SEMAPHORE, SHMB_WRITE, 0, &semaphore);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    code = give_back(arguments->name, semaphore, (LONG)count);
    CloseHandle(semaphore);
    return code;
}
