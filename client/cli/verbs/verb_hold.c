/* Verbs that hold a lock: lock, mutex lock, repair. */
#include "verb.h"

#include <windows.h>

#include "answer.h"
#include "command.h"
#include "fail.h"
#include "object_use.h"
#include "open_segment.h"
#include "out.h"

/* Opens to write, or else to read: with `readers_may_wait` readers can take the lock, too. */
static int32_t open_to_lock(const char *name, shmb_segment **segment, shmb_info *info)
{
    int32_t result = segment_open(name, SHMB_WRITE, 0, 1, segment, info);

    if (result == SHMB_ACCESS_DENIED)
        result = segment_open(name, SHMB_READ, 0, 1, segment, info);
    return result;
}

/* Takes the lock; prints a failure. */
static enum shmb_exit take(const struct arguments *arguments, shmb_segment *segment,
                           const shmb_info *info, int32_t *result)
{
    if ((info->flags & SHMB_FLAG_HAS_LOCK) == 0) {
        out_error("%s: the segment has no lock", arguments->name);
        return SHMB_EXIT_NOT_SO;
    }
    *result = shmb_lock(segment, arguments->timeout_ms);
    return *result < 0 ? object_use_fail(arguments->name, *result) : SHMB_EXIT_DONE;
}

static enum shmb_exit run_locked(struct arguments *arguments, shmb_segment *segment,
                                 const shmb_info *info)
{
    int32_t result;
    enum shmb_exit code = take(arguments, segment, info, &result);

    if (code != SHMB_EXIT_DONE)
        return code;
    if (result == SHMB_ABANDONED)
        fail_warn_abandoned(arguments->name, "; after repairing it: shmb repair");
    code = command_run(arguments);
    result = shmb_unlock(segment);
    if (result != SHMB_OK && code == SHMB_EXIT_DONE)
        code = fail_result(arguments->name, result);
    return code;
}

enum shmb_exit verb_lock(struct arguments *arguments)
{
    shmb_segment *segment;
    shmb_info info;
    int32_t result = open_to_lock(arguments->name, &segment, &info);
    enum shmb_exit code;

    if (result == SHMB_WRONG_KIND)
        return verb_mutex_lock(arguments);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    code = run_locked(arguments, segment, &info);
    shmb_close(segment);
    return code;
}

enum shmb_exit verb_mutex_lock(struct arguments *arguments)
{
    HANDLE mutex;
    DWORD waited;
    int32_t result = shmb_open_object(arguments->name, SHMB_KIND_MUTEX, SHMB_WRITE, 0, &mutex);
    enum shmb_exit code;

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    waited = WaitForSingleObject(mutex, arguments->timeout_ms);
    if (waited == WAIT_OBJECT_0 || waited == WAIT_ABANDONED) {
        if (waited == WAIT_ABANDONED)
            fail_warn_abandoned(arguments->name, "");
        code = command_run(arguments);
        ReleaseMutex(mutex);
    } else if (waited == WAIT_TIMEOUT) {
        code = object_use_fail(arguments->name, SHMB_TIMEOUT);
    } else {
        code = fail_call(arguments->name, "waiting for the mutex failed", "WaitForSingleObject",
                         GetLastError());
    }
    CloseHandle(mutex);
    return code;
}

/* Declares the content consistent; takes the lock first if there is one. */
static enum shmb_exit repair(const struct arguments *arguments, shmb_segment *segment,
                             const shmb_info *info)
{
    const bool restore = (arguments->given & OPTION_RESTORE) != 0;
    bool locked = (info->flags & SHMB_FLAG_HAS_LOCK) != 0;
    int32_t found = SHMB_OK, result;

    if (restore && (info->flags & SHMB_FLAG_DOUBLE) == 0) {
        out_error("%s: only a segment with snapshots: double has a value to put back; nothing was "
                  "changed",
                  arguments->name);
        return SHMB_EXIT_NOT_SO;
    }
    if (locked) {
        enum shmb_exit code = take(arguments, segment, info, &found);

        if (code != SHMB_EXIT_DONE)
            return code;
    }
    result = restore ? shmb_restore(segment) : shmb_mark_consistent(segment);
    if (locked && result == SHMB_OK)
        result = shmb_unlock(segment);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    if (restore)
        out_text("%s: the last published value is back\n", info->name);
    else if (locked && found != SHMB_ABANDONED)
        out_text("%s: there was nothing to repair\n", info->name);
    else
        out_text("%s: declared consistent\n", info->name);
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_repair(struct arguments *arguments)
{
    shmb_segment *segment;
    shmb_info info;
    int32_t result = segment_open(arguments->name, SHMB_WRITE, 0, 1, &segment, &info);
    enum shmb_exit code = SHMB_EXIT_NOT_SO;
    uint64_t number;

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    /* The generation of the block is the broker's alone: a second writer of it could hide a move.
     */
    if (shmb_change_number(segment, &number) == SHMB_CORRUPT) {
        answer_fault("CORRUPT", 0);
        out_error("%s: a program has damaged the control section; only the broker can repair it: "
                  "within a minute, or at once with: shmbroker reload",
                  arguments->name);
    } else {
        code = repair(arguments, segment, &info);
    }
    shmb_close(segment); /* also releases the lock after a failure */
    return code;
}
