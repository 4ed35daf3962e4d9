/* shmb wait: finds the kind of the object by trying each. */
#include "verb.h"

#include <windows.h>

#include "answer.h"
#include "fail.h"
#include "object_use.h"
#include "out.h"
#include "shmb.h"
#include "show.h"
#include "watcher.h"

static enum shmb_exit wait_change(const struct arguments *arguments, struct watcher *watcher)
{
    struct watchers one = {.watcher = watcher, .count = 1};
    size_t which;
    bool stopped;
    int32_t result = watchers_next(&one, arguments->timeout_ms, &which, &stopped);

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    show_waited(arguments->name, SHMB_KIND_SEGMENT, false);
    return SHMB_EXIT_DONE;
}

/* Releases what the wait took: the verb only reports that it was available. */
static void give_back(uint32_t kind, HANDLE object)
{
    if (kind == SHMB_KIND_MUTEX)
        ReleaseMutex(object);
    else if (kind == SHMB_KIND_SEMAPHORE)
        ReleaseSemaphore(object, 1, NULL);
}

static enum shmb_exit wait_object(const struct arguments *arguments, uint32_t kind, HANDLE object)
{
    switch (WaitForSingleObject(object, arguments->timeout_ms)) {
    case WAIT_ABANDONED:
        show_waited(arguments->name, kind, true);
        fail_warn_abandoned(arguments->name, "");
        give_back(kind, object);
        return SHMB_EXIT_DONE;
    case WAIT_OBJECT_0:
        show_waited(arguments->name, kind, false);
        give_back(kind, object);
        return SHMB_EXIT_DONE;
    case WAIT_TIMEOUT:
        return kind == SHMB_KIND_MUTEX ? object_use_fail(arguments->name, SHMB_TIMEOUT)
                                       : fail_result(arguments->name, SHMB_TIMEOUT);
    default:
        return fail_call(arguments->name, "waiting failed", "WaitForSingleObject", GetLastError());
    }
}

/* Opens and waits. Prints any failure except SHMB_WRONG_KIND. */
static int32_t try_kind(const struct arguments *arguments, uint32_t kind, enum shmb_exit *code)
{
    HANDLE object;
    int32_t result = shmb_open_object(arguments->name, kind, SHMB_WRITE, 0, &object);

    if (result == SHMB_OK) {
        *code = wait_object(arguments, kind, object);
        CloseHandle(object);
    } else if (result != SHMB_WRONG_KIND) {
        *code = fail_result(arguments->name, result);
    }
    return result;
}

static bool is_queue(const char *name)
{
    shmb_queue *queue;

    if (shmb_queue_open(name, SHMB_READ, 0, &queue) != SHMB_OK)
        return false;
    (void)shmb_queue_close(queue);
    return true;
}

enum shmb_exit verb_wait(struct arguments *arguments)
{
    struct watcher watcher;
    int32_t result = watcher_open(&watcher, arguments->name, 0, UINT64_MAX);
    enum shmb_exit code = SHMB_EXIT_SYSTEM;

    if (result == SHMB_OK) {
        if (arguments->timeout_ms > 0)
            watcher_note(&watcher, arguments->name);
        code = wait_change(arguments, &watcher);
        watcher_close(&watcher);
        return code;
    }
    if (result != SHMB_WRONG_KIND)
        return fail_result(arguments->name, result);
    if (is_queue(arguments->name)) {
        answer_fault("WRONG_KIND", 0);
        out_error("%s: it is a queue; shmb queue get waits for a message", arguments->name);
        return SHMB_EXIT_CONFLICT;
    }
    /*
     * The kind is the one that does not fail with SHMB_WRONG_KIND. The event is last:
     * verb_event_wait knows that some events need another right.
     */
    if (try_kind(arguments, SHMB_KIND_MUTEX, &code) == SHMB_WRONG_KIND &&
        try_kind(arguments, SHMB_KIND_SEMAPHORE, &code) == SHMB_WRONG_KIND)
        return verb_event_wait(arguments);
    return code;
}
