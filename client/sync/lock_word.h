/*
 * lock_word.h - the 64 bits of a fast lock.
 *
 *     bit
 *      0-15  owner: its slot, plus one; 0: free
 *     16-47  the owner's generation of that slot (slots.h)
 *        48  CONTENDED: a thread sleeps on the lock's event, or is about to
 *        49  HAND_OFF: threads that did not sleep must not take the lock while it is free
 *        50  DIRTY: an owner died; stays until an owner declares the content consistent
 *     51-63  zero
 *
 * 0 is a free lock. SHMB_LOCK_MOVED: the broker has closed the lock, because the segment moves to
 * another block, is made anew or is retired: nobody gets it any more (SHMB_STALE). The broker waits
 * a short time for a free word first; an owner that does not release it in time loses the lock, and
 * the first owner of the new word learns of it (SHMB_ABANDONED).
 */
#ifndef SYNC_LOCK_WORD_H
#define SYNC_LOCK_WORD_H

#include <stdint.h>

#define SHMB_LOCK_SLOT       UINT64_C(0x000000000000FFFF) /* plus one */
#define SHMB_LOCK_IDENTITY   UINT64_C(0x0000FFFFFFFFFFFF) /* slot and generation */
#define SHMB_LOCK_CONTENDED  UINT64_C(0x0001000000000000)
#define SHMB_LOCK_HAND_OFF   UINT64_C(0x0002000000000000)
#define SHMB_LOCK_DIRTY      UINT64_C(0x0004000000000000)
#define SHMB_LOCK_FLAGS      UINT64_C(0x0007000000000000)
#define SHMB_LOCK_MOVED      UINT64_MAX
#define SHMB_LOCK_GENERATION 16 /* its shift */

#endif
