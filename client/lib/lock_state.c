/*
 * shmb_lock_state: what the system tells of the mutex, and what owners wrote into the control
 * block. The block is the word of any writer; it never overrules the system.
 */
#include <string.h>

#include "block.h"
#include "broker.h"
#include "compiler.h"
#include "mutex.h"
#include "open_object.h"
#include "segment_lock.h"
#include "sized.h"

#define INFO_SIZE_MIN offsetof(struct shmb_lock_info, reserved)

/* The handle for the query, to be closed by the caller if `*opened`. NULL: the caller may not. */
static int32_t get_mutex(const struct shmb_segment *segment, HANDLE *mutex, bool *opened,
                         struct fault *fault)
{
    int32_t result;

    *opened = false;
    *mutex = segment->ownership->mutex;
    if ((segment->info.flags & SHMB_FLAG_PRIVATE) != 0)
        return SHMB_OK;
    result = open_object(SHMB_MUTEX, segment->info.lock, MUTEX_MODIFY_STATE | READ_CONTROL,
                         segment->owner, mutex, fault);
    *opened = result == SHMB_OK;
    if (result == SHMB_ACCESS_DENIED)
        return SHMB_OK;
    return result == SHMB_WRONG_KIND ? SHMB_NOT_OURS : broker_absent(result);
}

static void take_block(const struct shmb_block *block, struct shmb_lock_info *info)
{
    uint32_t died = shmb_load32(&block->abandoned);
    uint64_t holder = shmb_load64(&block->holder);

    if (died != 0)
        info->flags |= SHMB_LOCK_ABANDONED;
    if ((died & SHMB_DIED_WRITING) != 0)
        info->flags |= SHMB_LOCK_HALF;
    info->process = (uint32_t)(holder >> 32);
    info->thread = (uint32_t)holder;
    info->since = holder != 0 ? shmb_load64(&block->since) : 0;
}

static void take_mutex(const struct mutex_state *state, const struct shmb_block *block,
                       struct shmb_lock_info *info)
{
    info->flags |= SHMB_LOCK_KNOWN;
    if (state->held)
        info->flags |= SHMB_LOCK_HELD;
    else if (block != NULL && (shmb_load64(&block->sequence) & 1) != 0)
        info->flags |= SHMB_LOCK_ABANDONED | SHMB_LOCK_HALF;
    if (state->abandoned)
        info->flags |= SHMB_LOCK_ABANDONED;
    /* A note that nobody cleared is that of an owner that died. */
    if (!state->held && !state->abandoned)
        info->process = info->thread = 0;
    if (state->owner_known) {
        if (info->process != state->process || info->thread != state->thread)
            info->since = 0;
        info->flags |= SHMB_LOCK_OWNER;
        info->process = state->process;
        info->thread = state->thread;
    }
    if (info->process == 0)
        info->since = 0;
}

static int32_t lock_state(const struct shmb_segment *segment, struct shmb_lock_info *out,
                          struct fault *fault)
{
    struct shmb_lock_info info = {.size = sizeof(info)};
    struct mutex_state state;
    struct shmb_block *block;
    HANDLE mutex;
    bool opened;
    int32_t result = block_get(segment, &block);

    if (result != SHMB_OK)
        return fault_plain(fault, result);
    if (handle_has_fast_lock(segment)) {
        result = segment_lock_state(segment, &info, fault);
        if (result == SHMB_OK)
            sized_give(&info, sizeof(info), out);
        return result;
    }
    result = get_mutex(segment, &mutex, &opened, fault);
    if (result != SHMB_OK)
        return result;
    if (block != NULL)
        take_block(block, &info);
    if (mutex_query(mutex, &state))
        take_mutex(&state, block, &info);
    if (opened)
        CloseHandle(mutex);
    sized_give(&info, sizeof(info), out);
    return SHMB_OK;
}

_Static_assert(sizeof(struct shmb_lock_info) == 40, "one layout in both bitnesses");

int32_t SHMB_CALL shmb_lock_state(const shmb_segment *segment, shmb_lock_info *info)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL || !sized_valid(info, INFO_SIZE_MIN))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (!handle_has_lock(segment))
        return result_end(fault_call(&fault, SHMB_BAD_ARGUMENT, REASON_NO_LOCK, 0), &fault);
    sized_give(NULL, 0, info);
    return result_end(lock_state(segment, info, &fault), &fault);
}
