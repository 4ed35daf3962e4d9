#include "verb.h"

#include <windows.h>

#include "fail.h"
#include "shmb.h"
#include "show.h"

static enum shmb_exit change(const struct request *request, BOOL(WINAPI *call)(HANDLE event),
                             const char *call_name)
{
    HANDLE event;
    int32_t result = shmb_open_object(request->name, SHMB_KIND_EVENT, SHMB_WRITE, 0, &event);
    enum shmb_exit code = SHMB_EXIT_DONE;

    if (result != SHMB_OK)
        return fail_result(request->name, result);
    if (!call(event))
        code = fail_call(request->name, "changing the event failed", call_name, GetLastError());
    CloseHandle(event);
    return code;
}

enum shmb_exit verb_event_set(struct request *request)
{
    return change(request, SetEvent, "SetEvent");
}

enum shmb_exit verb_event_reset(struct request *request)
{
    return change(request, ResetEvent, "ResetEvent");
}

enum shmb_exit verb_event_wait(struct request *request)
{
    HANDLE event;
    int32_t result = shmb_open_object(request->name, SHMB_KIND_EVENT, SHMB_READ, 0, &event);
    enum shmb_exit code;

    /* Waiting on an auto-reset event resets it, so it needs the right to write. */
    if (result == SHMB_BAD_ARGUMENT)
        result = shmb_open_object(request->name, SHMB_KIND_EVENT, SHMB_WRITE, 0, &event);
    if (result != SHMB_OK)
        return fail_result(request->name, result);
    switch (WaitForSingleObject(event, request->timeout_ms)) {
    case WAIT_OBJECT_0:
        show_waited(request->name, SHMB_KIND_EVENT, false);
        code = SHMB_EXIT_DONE;
        break;
    case WAIT_TIMEOUT:
        code = fail_result(request->name, SHMB_TIMEOUT);
        break;
    default:
        code = fail_call(request->name, "waiting for the event failed", "WaitForSingleObject",
                         GetLastError());
    }
    CloseHandle(event);
    return code;
}
