/*
 * bracket.h - the brackets of a write: the sequence of the segment's block is odd
 * in between, so that snapshots see no half of it.
 *
 * The caller may write, and holds the lock where there is one. A NULL `block`, of a
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
