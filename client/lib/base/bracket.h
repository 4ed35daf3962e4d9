/*
 * bracket.h - begin and end of a write. In between, the sequence in the segment's
 * block is odd, so that a snapshot does not take half a write.
 *
 * The caller may write, and holds the lock if there is one. Writes nest, through any
 * handles of the segment: only the first begin and the last end change the block.
 */
#ifndef LIB_BRACKET_H
#define LIB_BRACKET_H

#include "handle.h"

/*
 * `block` is the handle's, or NULL without the directory. SHMB_BAD_ARGUMENT: begun too often.
 * SHMB_NO_MEMORY.
 */
int32_t bracket_begin(struct shmb_segment *segment, struct shmb_block *block);

/* A write must have begun. Does nothing to a block that is another segment's by now. */
void bracket_end(struct shmb_segment *segment);

/* Ends all writes that have begun; there may be none. */
void bracket_end_all(struct ownership *ownership);

/* Forgets writes whose thread has died: the sequence stays as it is. */
void bracket_forget(struct ownership *ownership);

/*
 * Before the handle closes: ends what was begun through it and not ended. What was begun
 * through other handles goes on.
 */
void bracket_leave(struct shmb_segment *segment);

/*
 * Clears the marks that block_enter left, and makes the sequence even if a dead
 * writer left it odd. `block` may be NULL. Within a write, only clears the marks: the end of the
 * write publishes the content once.
 */
void bracket_repair(struct shmb_segment *segment, struct shmb_block *block);

#endif
