/*
 * block.h - a segment's block in the control section.
 */
#ifndef LIB_BLOCK_H
#define LIB_BLOCK_H

#include "handle.h"

/*
 * SHMB_OK with `*block` set, or NULL for a segment that was opened without the
 * directory. SHMB_CORRUPT: it is not, or no longer, the block of this generation.
 * SHMB_STALE: the segment has another block now.
 */
int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block);

/*
 * Called by a thread that has just taken the lock, not for the second time.
 * `died`: the system says that the last owner died. Remembers for all what it
 * finds, and returns SHMB_OK or SHMB_ABANDONED. `block` may be NULL.
 */
int32_t block_enter(const struct shmb_segment *segment, struct shmb_block *block, bool died);

#endif
