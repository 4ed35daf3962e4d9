#include "block.h"

#include "compiler.h"
#include "mutex.h"

int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block)
{
    *block = segment->block;
    /* Its control header was invalid when it was opened: only its own bytes are usable. */
    if (segment->spoiled)
        return SHMB_CORRUPT;
    if (*block == NULL)
        return SHMB_OK;
    /* Other writers can change it: it is only compared with the process's own copy. */
    return shmb_load64(&(*block)->generation) == segment->info.generation ? SHMB_OK : SHMB_STALE;
}

bool block_is_own(const struct shmb_segment *segment, const struct shmb_block *block)
{
    uint64_t generation;

    if (block == NULL)
        return false;
    generation = shmb_load64(&block->generation);
    return generation == segment->info.generation || generation == SHMB_BLOCK_MOVED;
}

/* Both must be so: a mark alone is only bytes, and can be that of a dead thread with this id. */
bool block_is_written(const struct shmb_segment *segment, const struct shmb_block *block)
{
    if ((shmb_load64(&block->sequence) & 1) == 0)
        return false;
    return shmb_load64(&block->writer) == segment->ownership->thread &&
           mutex_is_nested(segment->ownership->mutex);
}

int32_t block_enter(struct shmb_segment *segment, struct shmb_block *block, bool died)
{
    struct ownership *ownership = segment->ownership;
    uint32_t known = 0, marks = died ? SHMB_DIED_OWNING : 0;

    ownership->unmarked = 0;
    if (block != NULL) {
        /*
         * Odd although the lock was free: a writer died in the middle. The system reports a death
         * only once, perhaps to a program without the library.
         */
        if ((shmb_load64(&block->sequence) & 1) != 0 && (died || !block_is_written(segment, block)))
            marks |= SHMB_DIED_OWNING | SHMB_DIED_WRITING;
        known = shmb_load32(&block->abandoned);
        ownership->unmarked = marks & ~known;
        block_mark(segment, block);
    }
    ownership->abandoned = (marks | known) != 0;
    return ownership->abandoned ? SHMB_ABANDONED : SHMB_OK;
}

void block_mark(const struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;

    if (ownership->unmarked == 0 || segment->rights != SHMB_WRITE || !block_is_own(segment, block))
        return;
    /* Mark first: a reader that then sees an even sequence sees the mark, too. */
    shmb_store32(&block->abandoned, shmb_load32(&block->abandoned) | ownership->unmarked);
    ownership->unmarked = 0;
}
