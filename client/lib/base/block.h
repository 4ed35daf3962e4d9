/*
 * block.h - a segment's block in the control section: finding it, and the marks
 * that a dead owner leaves in it.
 */
#ifndef LIB_BLOCK_H
#define LIB_BLOCK_H

#include "handle.h"

/*
 * Finds the block. SHMB_OK sets `*block`, to NULL for a segment that was opened
 * without the directory. SHMB_CORRUPT: the block is not, or no longer, that of this
 * generation. SHMB_STALE: the segment has another block now.
 */
int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block);

/*
 * Call this after taking the lock, but not when taking it again. `died`: the system
 * reported that the last owner died. Marks the block, so that later owners learn of
 * it, too. Returns SHMB_OK or SHMB_ABANDONED. `block` may be NULL.
 */
int32_t block_enter(const struct shmb_segment *segment, struct shmb_block *block, bool died);

#endif
