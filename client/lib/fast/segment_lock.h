/*
 * segment_lock.h - the fast lock of an open segment: the word in its block.
 *
 * lock.c counts what is taken again, and notes who has it.
 */
#ifndef LIB_SEGMENT_LOCK_H
#define LIB_SEGMENT_LOCK_H

#include "compiler.h"
#include "handle.h"
#include "word_lock.h"

/*
 * May the handle take and release the lock? SHMB_ACCESS_DENIED: it was opened to read, and cannot
 * write the word, which the last release does.
 */
int32_t segment_lock_may(const struct shmb_segment *segment, struct fault *fault);

/*
 * The lock, ready to be taken; opens the domain at the first call. SHMB_ACCESS_DENIED: the segment
 * was opened to read. SHMB_BAD_ARGUMENT: opened without the directory. SHMB_NO_SLOT: the broker has
 * no block, or no slots for it so far. Others as domain_join.
 */
int32_t segment_lock_get(struct shmb_segment *segment, struct word_lock **out, struct fault *fault);

/* The same if a thread got it before; else NULL. */
static inline struct word_lock *segment_lock_known(const struct shmb_segment *segment)
{
    return shmb_load_pointer(&segment->fast_lock);
}

/* As word_lock_give. Needs no memory: the thread may have taken the lock through another handle. */
int32_t segment_lock_give(struct shmb_segment *segment, uint64_t identity, bool consistent,
                          struct fault *fault);

/* Before the handle is freed. */
void segment_lock_end(struct shmb_segment *segment);

/*
 * Fills in what shmb_lock_state tells of a fast lock; `info` is zero but for its size. SHMB_STALE:
 * the lock is closed. SHMB_CORRUPT: the word is no lock word. SHMB_BAD_ARGUMENT, SHMB_NO_SLOT: as
 * segment_lock_get. What may not be opened is not told.
 */
int32_t segment_lock_state(const struct shmb_segment *segment, struct shmb_lock_info *info,
                           struct fault *fault);

#endif
