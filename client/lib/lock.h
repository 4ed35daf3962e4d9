/*
 * lock.h - the segment's lock, for the other files of the library.
 */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include "handle.h"

/* Takes the lock. Results as shmb_lock. */
int32_t lock_take(struct shmb_segment *segment, uint32_t timeout_ms, struct fault *fault);

struct seat;

/*
 * The calling thread took the word of the fast lock, with `seat`. Results as shmb_lock.
 */
int32_t lock_enter_fast(struct shmb_segment *segment, struct seat *seat, bool died,
                        struct fault *fault);

/* Releases the lock once. Results as shmb_unlock. The last release ends a write in progress. */
int32_t lock_give(struct shmb_segment *segment, struct fault *fault);

/*
 * Does another thread, which still runs, hold the lock through this handle, or write through
 * it? Then the handle must not be closed.
 */
bool lock_elsewhere(const struct shmb_segment *segment);

/* Before the handle closes: ends and releases what the calling thread has through it. */
void lock_leave(struct shmb_segment *segment);

/* Does the calling thread hold the lock, through any handle of the segment? */
bool lock_mine(const struct shmb_segment *segment);

#endif
