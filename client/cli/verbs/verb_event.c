#include "verb.h"

#include <windows.h>

#include "fail.h"
#include "shmb.h"
#include "show.h"

static enum shmb_exit change(const struct arguments *arguments, BOOL(WINAPI *call)(HANDLE event),
                             const char *call_name)
{
    HANDLE event;
    int32_t result = shmb_open_object(arguments->name, SHMB_KIND_EVENT, SHMB_WRITE, 0, &event);
    enum shmb_exit code = SHMB_EXIT_DONE;

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    if (!call(event))
        code = fail_call(arguments->name, "changing the event failed", call_name, GetLastError());
    CloseHandle(event);
    return code;
}

enum shmb_exit verb_event_set(struct arguments *arguments)
{
    return change(arguments, SetEvent, "SetEvent");
}

enum shmb_exit verb_event_reset(struct arguments *arguments)
{
    return change(arguments, ResetEvent, "ResetEvent");
}

enum shmb_exit verb_event_wait(struct arguments *arguments)
{
    HANDLE event;
    int32_t result = shmb_open_object(arguments->name, SHMB_KIND_EVENT, SHMB_READ, 0, &event);
    enum shmb_exit code;

    /* Waiting on an auto-reset event resets it, so it needs the right to write. */
    if (result == SHMB_BAD_ARGUMENT)
        result = shmb_open_object(arguments->name, SHMB_KIND_EVENT, SHMB_WRITE, 0, &event);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    switch (WaitForSingleObject(event, arguments->timeout_ms)) {
    case WAIT_OBJECT_0:
        show_waited(arguments->name, SHMB_KIND_EVENT, false);
        code = SHMB_EXIT_DONE;
        break;
    case WAIT_TIMEOUT:
        code = fail_result(arguments->name, SHMB_TIMEOUT);
        break;
    default:
        code = fail_call(arguments->name, "waiting for the event failed", "WaitForSingleObject",
                         GetLastError());
    }
    CloseHandle(event);
    return code;
}
