/*
 * snapshot_pair.h - double snapshots: two published copies of a segment, so that a reader never
 * waits for a writer, and a writer that dies leaves the last value whole.
 *
 * SNAPSHOTS  Global\X.snapshots
 *   A companion section of segment X with its trustees; `full` means `write` here.
 *
 *     offset size
 *          0    8  version: grows with each copy that is published; 0: none is, so readers use the
 *                  segment and its sequence (control.h)
 *          8    8  the version before the copies were withdrawn; the next one counts on from there
 *         16   48  reserved
 *         64       half 0, of shmb_pair_half(size of the segment) bytes
 *                  half 1
 *
 *   Half (version & 1) has the copy that was published last. To publish, the owner of the lock
 *   copies the whole segment to the other half and then stores version + 1. A reader copies the
 *   half of the version that it saw, and takes the copy if the version is still the same: the half
 *   is written again only after one more version was published. A publisher that dies before the
 *   store leaves the last copy as it was.
 *
 *   The version is here and not in the segment's block, because a block can move while a program
 *   writes: programs with the old block and with the new one share one version.
 *
 *   All programs that write through the library publish, or none: if a segment gets this section,
 *   or loses it, it gets another block, so that programs which have it open open it again. The
 *   broker publishes the first copy before it publishes the segment. It withdraws what is published
 *   and publishes a first copy again when the segment gets this section back, or is made anew; then
 *   programs may still have it open and read. So no version comes twice. For clients all of this is
 *   hostile input: bounds come from the directory.
 */
#ifndef SYNC_SNAPSHOT_PAIR_H
#define SYNC_SNAPSHOT_PAIR_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define SHMB_PAIR_MOST (UINT64_C(1) << 20) /* bytes of a segment with double snapshots */

struct shmb_pair {
    volatile uint64_t version;
    volatile uint64_t withdrawn;
    uint8_t reserved[48];
};

static_assert(sizeof(struct shmb_pair) == 64, "the header of a pair has 64 bytes");

/* Bytes of a half: whole cache lines. */
static inline uint64_t shmb_pair_half(uint64_t size)
{
    return (size + 63) & ~UINT64_C(63);
}

/* Bytes of the section for a segment of `size` bytes, which is at most SHMB_PAIR_MOST. */
static inline uint64_t shmb_pair_size(uint64_t size)
{
    return sizeof(struct shmb_pair) + 2 * shmb_pair_half(size);
}

/* The half of a version. `half`: shmb_pair_half, from the process's own memory. */
static inline uint8_t *pair_half_of(struct shmb_pair *pair, size_t half, uint64_t version)
{
    return (uint8_t *)(pair + 1) + ((version & 1) != 0 ? half : 0);
}

/*
 * The copy that was published last, and its version. NULL: none yet. It stays whole until
 * pair_is_current says no.
 */
static inline const uint8_t *pair_published(struct shmb_pair *pair, size_t half, uint64_t *version)
{
    *version = shmb_load64(&pair->version);
    return *version != 0 ? pair_half_of(pair, half, *version) : NULL;
}

/* Was the half of this version whole for everything that was read from it before this call? */
static inline bool pair_is_current(const struct shmb_pair *pair, uint64_t version)
{
    shmb_fence_acquire();
    return shmb_is64(&pair->version, version);
}

/*
 * Publishes `size` bytes at `from`. One thread at a time: the owner of the lock; without a lock,
 * the one writer.
 */
void pair_publish(struct shmb_pair *pair, size_t half, const void *from, size_t size);

/*
 * Before a first copy is published anew: nothing is published. Programs may have the pair open: a
 * reader that still copies a half learns from the version that it does not count.
 */
void pair_withdraw(struct shmb_pair *pair);

#endif
