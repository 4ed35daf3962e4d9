/*
 * shmb_lock, shmb_unlock and shmb_mark_consistent. The lock is a kernel mutex; `holder` and
 * `depth` only note who took it through this handle. block.c marks the deaths of owners.
 */
#include "lock.h"

#include "block.h"
#include "bracket.h"
#include "broker.h"
#include "compiler.h"
#include "open_object.h"

/* For SHMB_READ, too: `readers_may_wait` gives readers these rights. */
#define LOCK_ACCESS (SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL)

bool lock_exists(const struct shmb_segment *segment)
{
    return (segment->info.flags & SHMB_FLAG_HAS_LOCK) != 0;
}

bool lock_mine(const struct shmb_segment *segment)
{
    return shmb_load32(&segment->holder) == GetCurrentThreadId();
}

/* Opens the mutex unless another thread did. */
static int32_t get_mutex(struct shmb_segment *segment, HANDLE *out, struct fault *fault)
{
    HANDLE mutex;
    int32_t result;

    *out = InterlockedCompareExchangePointer(&segment->mutex, NULL, NULL);
    if (*out != NULL)
        return SHMB_OK;
    result =
        open_object(SHMB_MUTEX, segment->info.lock, LOCK_ACCESS, segment->owner, &mutex, fault);
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return broker_absent(result);
    *out = InterlockedCompareExchangePointer(&segment->mutex, mutex, NULL);
    if (*out == NULL)
        *out = mutex;
    else
        CloseHandle(mutex);
    return SHMB_OK;
}

/* This thread now owns the mutex. `died`: the system reported it as abandoned. */
static int32_t entered(struct shmb_segment *segment, struct shmb_block *block, bool died)
{
    /*
     * Abandoned: this thread cannot have held it, even if `holder` says so. The id of
     * a dead thread can come back.
     */
    if (!died && lock_mine(segment)) {
        segment->depth++;
        return SHMB_OK;
    }
    segment->depth = 1;
    segment->writing = false;
    segment->filling = false;
    shmb_store32(&segment->holder, GetCurrentThreadId());
    return block_enter(segment, block, died);
}

int32_t lock_take(struct shmb_segment *segment, uint32_t timeout_ms, struct fault *fault)
{
    struct shmb_block *block;
    HANDLE mutex;
    int32_t result;

    if (!lock_exists(segment))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    /* Before the wait: a handle whose block is no longer the segment's fails at once. */
    result = block_get(segment, &block);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    result = get_mutex(segment, &mutex, fault);
    if (result != SHMB_OK)
        return result;
    switch (WaitForSingleObject(mutex, timeout_ms)) {
    case WAIT_OBJECT_0:
        return entered(segment, block, false);
    case WAIT_ABANDONED:
        return entered(segment, block, true);
    case WAIT_TIMEOUT:
        return fault_plain(fault, SHMB_TIMEOUT);
    default:
        return fault_call(fault, SHMB_SYSTEM, CALL_WAIT, GetLastError());
    }
}

/* Before the thread releases the lock for the last time. */
static void leave(struct shmb_segment *segment)
{
    struct shmb_block *block;

    /* Without this, the sequence stays odd, and the next owner takes us for dead. */
    if (segment->writing && block_get(segment, &block) == SHMB_OK)
        bracket_end(segment, block);
    segment->writing = false;
    segment->filling = false;
    segment->depth = 0;
    shmb_store32(&segment->holder, 0);
}

int32_t lock_give(struct shmb_segment *segment, struct fault *fault)
{
    DWORD code;

    if (!lock_mine(segment))
        return fault_plain(fault, SHMB_NOT_OWNER);
    /* Before ReleaseMutex: after it, another thread may own the lock and set these members. */
    if (segment->depth > 1)
        segment->depth--;
    else
        leave(segment);
    if (ReleaseMutex(segment->mutex))
        return SHMB_OK;
    /* A dead thread held it, and this thread has its id: the lock was never ours. */
    code = GetLastError();
    leave(segment);
    return fault_call(fault, code == ERROR_NOT_OWNER ? SHMB_NOT_OWNER : SHMB_SYSTEM, CALL_RELEASE,
                      code);
}

int32_t SHMB_CALL shmb_lock(shmb_segment *segment, uint32_t timeout_ms)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(lock_take(segment, timeout_ms, &fault), &fault);
}

int32_t SHMB_CALL shmb_unlock(shmb_segment *segment)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(lock_give(segment, &fault), &fault);
}

int32_t SHMB_CALL shmb_mark_consistent(shmb_segment *segment)
{
    struct shmb_block *block;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (segment->rights != SHMB_WRITE)
        return result_end_plain(SHMB_ACCESS_DENIED);
    if (lock_exists(segment) && !lock_mine(segment))
        return result_end_plain(SHMB_NOT_OWNER);
    result = block_get(segment, &block);
    if (result == SHMB_OK && block != NULL)
        bracket_repair(segment, block);
    return result_end_plain(result);
}
