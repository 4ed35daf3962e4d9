/*
 * bracket.h - begin and end of a write. In between, the sequence in the segment's
 * block is odd, so that a snapshot does not take half a write.
 *
 * The caller may write, and holds the lock if there is one. A NULL `block`, of a
 * segment that was opened without the directory, is allowed in bracket_begin and
 * bracket_end.
 */
#ifndef LIB_BRACKET_H
#define LIB_BRACKET_H

#include "handle.h"

void bracket_begin(struct shmb_segment *segment, struct shmb_block *block);
void bracket_end(struct shmb_segment *segment, struct shmb_block *block);

/*
 * Clears the marks that block_enter left, and makes the sequence even if a dead
 * writer left it odd.
 */
void bracket_repair(struct shmb_segment *segment, struct shmb_block *block);

#endif
