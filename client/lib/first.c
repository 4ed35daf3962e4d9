/*
 * Who fills a segment: shmb_first and shmb_init_done. The block says whether the
 * content is initialised; the lock admits one first program at a time.
 */
#include "block.h"
#include "bracket.h"
#include "compiler.h"
#include "lock.h"

/* The block, for a segment that has a lock and was opened to write with the directory. */
static int32_t usable_block(const struct shmb_segment *segment, struct shmb_block **block)
{
    int32_t result;

    if (segment->rights != SHMB_WRITE)
        return SHMB_ACCESS_DENIED;
    result = block_get(segment, block);
    return result == SHMB_OK && (*block == NULL || !handle_has_lock(segment)) ? SHMB_BAD_ARGUMENT
                                                                              : result;
}

/*
 * Decides who is first. On `*first` 1 the lock stays taken, until shmb_init_done or
 * shmb_unlock.
 */
static int32_t ask(struct shmb_segment *segment, uint32_t timeout_ms, int32_t *first,
                   struct fault *fault)
{
    struct shmb_block *block;
    int32_t result = usable_block(segment, &block);

    if (result != SHMB_OK)
        return fault_of_handle(fault, result);
    /* This thread is first already. Taking the lock again would need one more release. */
    if (lock_mine(segment) && segment->ownership->filling) {
        *first = 1;
        return SHMB_OK;
    }
    /* The usual case after the start: no lock, no system call. */
    if (shmb_load32(&block->initialised) != 0)
        return SHMB_OK;
    result = lock_take(segment, timeout_ms, fault);
    if (result < 0)
        return result;
    /* Another thread or process may have finished while we waited. */
    if (shmb_load32(&block->initialised) != 0)
        return lock_give(segment, fault);
    segment->ownership->filling = true;
    *first = 1;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_first(shmb_segment *segment, uint32_t timeout_ms, int32_t *first)
{
    struct fault fault = {CALL_NONE, 0};

    if (first != NULL)
        *first = 0;
    if (segment == NULL || first == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(ask(segment, timeout_ms, first, &fault), &fault);
}

static int32_t finish(struct shmb_segment *segment, struct fault *fault)
{
    struct shmb_block *block;
    int32_t result = usable_block(segment, &block), given;
    const bool is_first = lock_mine(segment) && segment->ownership->filling;

    if (result == SHMB_OK && !is_first)
        result = SHMB_NOT_OWNER;
    /* Also when the segment is stale by now: a lock that stays taken stops all who wait. */
    if (result == SHMB_STALE && is_first) {
        segment->ownership->filling = false;
        given = lock_give(segment, fault);
        return given == SHMB_OK ? fault_plain(fault, SHMB_STALE) : given;
    }
    if (result != SHMB_OK)
        return fault_of_handle(fault, result);
    /* Publishes what was written through shmb_data without a begin. */
    if (segment->pair != NULL)
        result = bracket_begin(segment, block);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    /* Clears the marks of owners that died before: the content is new now. */
    bracket_repair(segment, block);
    bracket_end_all(segment->ownership);
    /* After the content: a program that sees 1 may read it without the lock. */
    shmb_store32(&block->initialised, 1);
    segment->ownership->filling = false;
    return lock_give(segment, fault);
}

int32_t SHMB_CALL shmb_init_done(shmb_segment *segment)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(finish(segment, &fault), &fault);
}
