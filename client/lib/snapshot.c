/*
 * shmb_snapshot: copies bytes without a lock. The copy counts if the sequence in the
 * block was even before it and the same after it (a sequence lock).
 */
#include <string.h>

#include "block.h"
#include "compiler.h"
#include "handle.h"

/* Pauses grow up to PAUSE_MOST; all tries together take some milliseconds. */
#define TRIES      1000
#define PAUSE_MOST 64

static void pause_for(int tries)
{
    int i, count = tries < PAUSE_MOST ? tries : PAUSE_MOST;

    for (i = 0; i < count; i++)
        YieldProcessor();
}

/*
 * Other programs can change every byte at any time: the range is fixed before, and
 * only the two loads of the sequence decide whether the copy counts.
 */
static int32_t copy_stable(const struct shmb_block *block, void *to, const uint8_t *from,
                           size_t length)
{
    int tries;

    for (tries = 0; tries < TRIES; tries++) {
        uint64_t before = shmb_load64(&block->sequence);

        /* Load this last: a dead writer's mark is stored before the sequence becomes even. */
        if (shmb_load32(&block->abandoned) & SHMB_DIED_WRITING)
            return SHMB_INCONSISTENT;
        if ((before & 1) == 0) {
            memcpy(to, from, length);
            shmb_fence_acquire();
            if (shmb_load64(&block->sequence) == before)
                return SHMB_OK;
        }
        pause_for(tries);
    }
    return SHMB_BUSY;
}

int32_t SHMB_CALL shmb_snapshot(const shmb_segment *segment, uint64_t offset, void *buffer,
                                uint64_t count, uint64_t *done)
{
    struct shmb_block *block;
    size_t length;
    int32_t result;

    if (done != NULL)
        *done = 0;
    result = handle_range(segment, offset, buffer, count, &length);
    if (result == SHMB_OK)
        result = block_get(segment, &block);
    if (result == SHMB_OK && block == NULL)
        result = SHMB_BAD_ARGUMENT;
    if (result == SHMB_OK && length > 0)
        result = copy_stable(block, buffer, segment->view.data + (size_t)offset, length);
    if (result != SHMB_OK)
        return result_end_plain(result);
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}
