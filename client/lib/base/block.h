/*
 * block.h - a segment's block in the control section: finding it, and the marks
 * that a dead owner leaves in it.
 */
#ifndef LIB_BLOCK_H
#define LIB_BLOCK_H

#include "handle.h"

/*
 * Finds the block. SHMB_OK sets `*block`, to NULL for a segment that was opened
 * without the directory. SHMB_STALE: the segment was recreated or retired, or has another
 * block now; or it was opened before there was a directory, and now there is one: other
 * programs have the segment's lock and block, and this handle does not. Then `*block` is NULL.
 * SHMB_CORRUPT: a program has damaged the block. SHMB_NO_MEMORY, SHMB_SYSTEM: whether there is
 * a directory now cannot be told.
 */
int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block);

/*
 * Call this when the segment is open, and the directory still lists what was opened: notes
 * whether the block has another generation than the directory says. The broker writes the block
 * first, so a program has damaged it; opening again is of no use.
 */
void block_check(struct shmb_segment *segment);

/*
 * May the handle's block still be written, to end what was begun? True for a block that the
 * broker has marked as moved since: it is nobody else's. NULL: never.
 */
bool block_is_own(const struct shmb_segment *segment, const struct shmb_block *block);

/*
 * Is a write in progress that this thread began through another copy of the library (the DLL
 * and the static one)? Then it owned the mutex before this copy took it.
 */
bool block_is_written(const struct shmb_segment *segment, const struct shmb_block *block);

/*
 * Call this after taking the lock, but not when taking it again. `died`: the system
 * reported that the last owner died. Marks the block, so that later owners learn of
 * it, too. Returns SHMB_OK or SHMB_ABANDONED. `block` may be NULL.
 */
int32_t block_enter(struct shmb_segment *segment, struct shmb_block *block, bool died);

/*
 * Before the thread releases the lock: clears its note of who holds it, through the handle that
 * made it. Without one, does nothing for a handle to read.
 */
void block_leave(const struct shmb_segment *segment);

/*
 * Before the handle closes: clears a note that it made. If the thread still holds the lock
 * through another handle, who holds it is not noted from then on.
 */
void block_close(const struct shmb_segment *segment);

/*
 * Why there is no block: why the segment was opened without the directory. CALL_NONE: it was not.
 */
enum call block_reason(const struct shmb_segment *segment);

/*
 * As result_end_plain, for a call that needs a block: if there is none because the segment was
 * opened without the directory, the failure says so.
 */
int32_t block_result(const struct shmb_segment *segment, int32_t result);

/*
 * Stores marks that block_enter could not store, because its handle was opened to read.
 * The thread still holds the lock. Does nothing for a handle to read.
 */
void block_mark(const struct shmb_segment *segment, struct shmb_block *block);

#endif
