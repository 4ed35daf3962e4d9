/* shmb_restore: the value that was published last, after a writer died or to undo a write. */
#include "block.h"
#include "bracket.h"
#include "compiler.h"
#include "lock.h"
#include "pair.h"
#include "snapshot_pair.h"

/* SHMB_OK sets `*block`. */
static int32_t may_restore(const struct shmb_segment *segment, struct shmb_block **block,
                           struct fault *fault)
{
    int32_t result;

    if (segment->rights != SHMB_WRITE)
        return fault_plain(fault, SHMB_ACCESS_DENIED);
    if (handle_has_lock(segment) && !lock_mine(segment))
        return fault_plain(fault, SHMB_NOT_OWNER);
    result = block_get(segment, block);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    if (segment->pair != NULL)
        /* Before anything is written: the end of a write publishes what it finds. */
        return shmb_load64(&segment->pair->version) != 0 ? SHMB_OK
                                                         : fault_plain(fault, SHMB_INCONSISTENT);
    return fault_call(fault, SHMB_BAD_ARGUMENT,
                      segment->early != NULL ? block_reason(segment) : REASON_NO_DOUBLE, 0);
}

static int32_t restore(struct shmb_segment *segment, struct fault *fault)
{
    struct shmb_block *block;
    int32_t result = may_restore(segment, &block, fault);

    if (result != SHMB_OK)
        return result;
    result = bracket_begin(segment, block);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    result = pair_put_back(segment);
    bracket_end(segment);
    if (result == SHMB_OK)
        bracket_repair(segment, block);
    return fault_plain(fault, result);
}

int32_t SHMB_CALL shmb_restore(shmb_segment *segment)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(restore(segment, &fault), &fault);
}
