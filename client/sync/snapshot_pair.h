/*
 * snapshot_pair.h - double snapshots: two published copies of a segment, so that a reader never
 * waits for a writer, and a writer that dies leaves the last value whole.
 *
 * SNAPSHOTS  Global\X.snapshots
 *   A companion section of segment X with its trustees. Two halves, no header: half n begins at
 *   n * shmb_pair_half(size of the segment). `version` in the segment's block (control.h) counts
 *   the published copies: half (version & 1) has the last one. To publish, the owner of the lock
 *   copies the whole segment to the other half and then stores version + 1. A reader copies the
 *   half of the version that it saw, and takes the copy if the version is still the same: the half
 *   is written again only after one more version was published.
 *   The broker fills half 0 and sets version 0 before it publishes the segment. For clients both
 *   are hostile input: bounds come from the directory.
 */
#ifndef SYNC_SNAPSHOT_PAIR_H
#define SYNC_SNAPSHOT_PAIR_H

#include <stdint.h>

#define SHMB_PAIR_MOST (UINT64_C(1) << 20) /* bytes of a segment with double snapshots */

/* The size of a half, and so the offset of the second one: a multiple of a cache line. */
static inline uint64_t shmb_pair_half(uint64_t size)
{
    return (size + 63) & ~UINT64_C(63);
}

#endif
