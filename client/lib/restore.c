/* shmb_restore: the value that was published last, after a writer died or to undo a write. */
#include <stdlib.h>

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
        return fault_of_handle(fault, SHMB_ACCESS_DENIED);
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

/* First to memory of the process: the segment stays as it is if the copy fails. */
static int32_t put_back(struct shmb_segment *segment, struct shmb_block *block)
{
    void *bytes = malloc((size_t)segment->info.bytes);
    int32_t result = bytes != NULL ? pair_get(segment, bytes) : SHMB_NO_MEMORY;

    if (result == SHMB_OK)
        result = bracket_begin(segment, block);
    if (result == SHMB_OK) {
        pair_put_back(segment, bytes);
        /* Within the write, so that its end is the only change. */
        bracket_repair(segment, block);
        bracket_end(segment);
    }
    free(bytes);
    return result;
}

static int32_t restore(struct shmb_segment *segment, struct fault *fault)
{
    struct shmb_block *block;
    const int32_t result = may_restore(segment, &block, fault);

    return result == SHMB_OK ? fault_plain(fault, put_back(segment, block)) : result;
}

int32_t SHMB_CALL shmb_restore(shmb_segment *segment)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(restore(segment, &fault), &fault);
}
