#include "bracket.h"

#include "changed.h"
#include "compiler.h"

void bracket_repair(struct shmb_segment *segment, struct shmb_block *block)
{
    uint64_t sequence = shmb_load64(&block->sequence);

    /* A dead writer left the sequence odd, and the owner repaired without brackets. */
    if (!segment->writing && (sequence & 1) != 0) {
        changed_prepare(segment, block);
        shmb_store64(&block->change, segment->change);
        shmb_store64(&block->sequence, sequence + 1);
        changed_tell(segment);
    }
    shmb_store32(&block->abandoned, 0);
}

void bracket_begin(struct shmb_segment *segment, struct shmb_block *block)
{
    segment->writing = true;
    if (block == NULL)
        return;
    changed_prepare(segment, block);
    /* Odd already: a writer died, and the segment has no lock or is not repaired yet. */
    segment->sequence = shmb_load64(&block->sequence) | 1;
    shmb_store64(&block->sequence, segment->sequence);
    /* The odd sequence must be visible before the first byte of the write. */
    shmb_fence_release();
}

void bracket_end(struct shmb_segment *segment, struct shmb_block *block)
{
    segment->writing = false;
    if (block == NULL)
        return;
    /* The number before the even sequence: a snapshot that shows these bytes finds it, too. */
    shmb_store64(&block->change, segment->change);
    shmb_store64(&block->sequence, segment->sequence + 1);
    changed_tell(segment);
}
