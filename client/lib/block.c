#include "block.h"

#include "changed.h"
#include "compiler.h"

int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block)
{
    uint64_t generation;

    *block = segment->block;
    if (segment->spoiled)
        return SHMB_CORRUPT;
    if (*block == NULL)
        return SHMB_OK;
    generation = shmb_load64(&(*block)->generation);
    if (generation == segment->info.generation)
        return SHMB_OK;
    return generation == SHMB_BLOCK_MOVED ? SHMB_STALE : SHMB_CORRUPT;
}

int32_t block_enter(const struct shmb_segment *segment, struct shmb_block *block, bool died)
{
    uint32_t known, marks = died ? SHMB_DIED_OWNING : 0;

    if (block == NULL)
        return died ? SHMB_ABANDONED : SHMB_OK;
    if (shmb_load64(&block->sequence) & 1)
        marks |= SHMB_DIED_OWNING | SHMB_DIED_WRITING;
    known = shmb_load32(&block->abandoned);
    marks |= known;
    /* Before the sequence becomes even: who sees it even then sees the mark as well. */
    if (marks != known && segment->rights == SHMB_WRITE)
        shmb_store32(&block->abandoned, marks);
    return marks != 0 ? SHMB_ABANDONED : SHMB_OK;
}

void block_forgive(struct shmb_segment *segment, struct shmb_block *block)
{
    uint64_t sequence = shmb_load64(&block->sequence);

    /* The owner repaired through the pointer, without brackets of its own. */
    if (!segment->writing && (sequence & 1) != 0) {
        changed_prepare(segment, block);
        shmb_store64(&block->change, segment->change);
        shmb_store64(&block->sequence, sequence + 1);
        changed_tell(segment);
    }
    shmb_store32(&block->abandoned, 0);
}

void block_write_begin(struct shmb_segment *segment, struct shmb_block *block)
{
    segment->writing = true;
    if (block == NULL)
        return;
    changed_prepare(segment, block);
    /* Odd already: a writer has died, on a segment without a lock or one not yet repaired. */
    segment->sequence = shmb_load64(&block->sequence) | 1;
    shmb_store64(&block->sequence, segment->sequence);
    shmb_fence_release();
}

void block_write_end(struct shmb_segment *segment, struct shmb_block *block)
{
    segment->writing = false;
    if (block == NULL)
        return;
    shmb_store64(&block->change, segment->change);
    shmb_store64(&block->sequence, segment->sequence + 1);
    changed_tell(segment);
}
