#include "block.h"

#include "compiler.h"

int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block)
{
    uint64_t generation;

    *block = segment->block;
    /* Its control header was invalid when it was opened: only its own bytes are usable. */
    if (segment->spoiled)
        return SHMB_CORRUPT;
    if (*block == NULL)
        return SHMB_OK;
    /* Other writers can change it: it is only compared with the process's own copy. */
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
    /*
     * Odd although the lock was free: a writer died in the middle. The system reports a death
     * only once, perhaps to a program without the library.
     */
    if (shmb_load64(&block->sequence) & 1)
        marks |= SHMB_DIED_OWNING | SHMB_DIED_WRITING;
    known = shmb_load32(&block->abandoned);
    marks |= known;
    /* Mark first: a reader that then sees an even sequence sees the mark, too. */
    if (marks != known && segment->rights == SHMB_WRITE)
        shmb_store32(&block->abandoned, marks);
    return marks != 0 ? SHMB_ABANDONED : SHMB_OK;
}
