/*
 * Reading without a lock: shmb_snapshot, shmb_snapshot_wait, shmb_read_begin, shmb_read_published
 * and shmb_read_valid. Bytes of the segment count if the sequence in the block was even before
 * they were read and the same after it (a sequence lock). Bytes of a published copy count if the
 * version is the same after they were read (snapshot_pair.h).
 *
 * Other programs can change every byte at any time: the range is fixed before, and only sequence
 * and version decide whether a copy counts.
 */
#include "block.h"
#include "compiler.h"
#include "handle.h"
#include "shared_copy.h"
#include "snapshot_pair.h"

#define SNAPSHOT_MS 10u /* shmb_snapshot's patience */

/*
 * Pauses after a failed try: a short write ends while this thread spins; for a longer one it
 * gives up its turn; the writer may need the processor, so then it sleeps.
 */
#define SPINS     200
#define SPIN_MOST 64
#define YIELDS    50
#define MICROS    1000000u
#define MICROS_MS 1000u

struct patience {
    uint32_t timeout_ms;
    int tries;
    LONGLONG start; /* of the first pause, in ticks of the performance counter */
};

static LONGLONG ticks(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return now.QuadPart;
}

static bool is_over(const struct patience *patience)
{
    const LONGLONG gone = ticks() - patience->start;
    LARGE_INTEGER second;

    if (patience->timeout_ms == SHMB_INFINITE)
        return false;
    QueryPerformanceFrequency(&second);
    /* Whole seconds apart: the product must not overflow. */
    return (uint64_t)(gone / second.QuadPart) * MICROS +
               (uint64_t)(gone % second.QuadPart) * MICROS / (uint64_t)second.QuadPart >=
           (uint64_t)patience->timeout_ms * MICROS_MS;
}

/* False: the time is over. The first failed try starts it: a try that succeeds asks no clock. */
static bool pause_again(struct patience *patience)
{
    int i;

    if (patience->tries == 0)
        patience->start = ticks();
    if (is_over(patience))
        return false;
    if (patience->tries < SPINS + YIELDS)
        patience->tries++;
    if (patience->tries <= SPINS)
        for (i = 0; i < patience->tries && i < SPIN_MOST; i++)
            YieldProcessor();
    else if (patience->tries < SPINS + YIELDS)
        SwitchToThread();
    else
        Sleep(1);
    return true;
}

/* SHMB_OK: no write is in progress. SHMB_BUSY: one is. SHMB_INCONSISTENT: a writer died. */
static SHMB_ALWAYS_INLINE int32_t look(const struct shmb_block *block, uint64_t *sequence)
{
    *sequence = shmb_load64(&block->sequence);
    /* Load this last: a dead writer's mark is stored before the sequence becomes even. */
    if (shmb_load32(&block->abandoned) & SHMB_DIED_WRITING)
        return SHMB_INCONSISTENT;
    return (*sequence & 1) == 0 ? SHMB_OK : SHMB_BUSY;
}

/* Has no write begun since the sequence was this one? What was read before stays before. */
static inline bool is_unchanged(const struct shmb_block *block, uint64_t sequence)
{
    shmb_fence_acquire();
    return shmb_is64(&block->sequence, sequence);
}

/* A block that is not the segment's any more proves nothing, nor does what was published then. */
static inline bool is_its_own(const struct shmb_segment *segment)
{
    return shmb_is64(&segment->block->generation, segment->generation);
}

/* Copies what was published last. False: nothing is, or something else is by now. */
static SHMB_ALWAYS_INLINE bool copy_published(const struct shmb_segment *segment, void *to,
                                              size_t offset, size_t length)
{
    uint64_t version;
    const uint8_t *from = pair_published(segment->pair, segment->pair_half, &version);

    if (from == NULL)
        return false;
    shared_copy(to, from + segment->pair_offset + offset, length);
    return pair_is_current(segment->pair, version);
}

static inline bool has_published(const struct shmb_segment *segment)
{
    return segment->pair != NULL && shmb_load64(&segment->pair->version) != 0;
}

/* Copies once; the segment has a block. SHMB_OK does not say whether that is still its own. */
static SHMB_ALWAYS_INLINE int32_t copy_once(const struct shmb_segment *segment, void *to,
                                            size_t offset, size_t length)
{
    uint64_t sequence;
    int32_t result;

    if (segment->pair != NULL && copy_published(segment, to, offset, length))
        return SHMB_OK;
    if (has_published(segment))
        return SHMB_BUSY;
    result = look(segment->block, &sequence);
    if (result != SHMB_OK)
        return result;
    shared_copy(to, segment->view.data + offset, length);
    return is_unchanged(segment->block, sequence) ? SHMB_OK : SHMB_BUSY;
}

/* The block, which snapshots need. */
static int32_t get_block(const struct shmb_segment *segment, struct shmb_block **block)
{
    int32_t result = block_get(segment, block);

    return result == SHMB_OK && *block == NULL ? SHMB_BAD_ARGUMENT : result;
}

/* SHMB_STALE: the block is no longer the segment's. */
static int32_t copy_patiently(const struct shmb_segment *segment, void *to, size_t offset,
                              size_t length, uint32_t timeout_ms)
{
    struct patience patience = {.timeout_ms = timeout_ms};
    struct shmb_block *block;
    int32_t result;

    do {
        result = get_block(segment, &block);
        if (result == SHMB_OK && length > 0)
            result = copy_once(segment, to, offset, length);
        if (result == SHMB_OK)
            result = get_block(segment, &block);
    } while (result == SHMB_BUSY && pause_again(&patience));
    return result;
}

static SHMB_NEVER_INLINE int32_t snapshot(const struct shmb_segment *segment, uint64_t offset,
                                          void *buffer, uint64_t count, uint32_t timeout_ms,
                                          uint64_t *done)
{
    size_t length;
    int32_t result;

    if (done != NULL)
        *done = 0;
    result = handle_range(segment, offset, buffer, count, &length);
    if (result != SHMB_OK)
        return result_end_plain(result);
    result = copy_patiently(segment, buffer, (size_t)offset, length, timeout_ms);
    if (result != SHMB_OK)
        return block_result(segment, result);
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}

/* The usual case, in a few loads. False: nothing is decided. */
static SHMB_ALWAYS_INLINE bool snapshot_at_once(const struct shmb_segment *segment, uint64_t offset,
                                                void *buffer, uint64_t count, uint64_t *done)
{
    const size_t at = (size_t)offset, length = (size_t)count;

    if (segment == NULL || buffer == NULL || segment->block == NULL ||
        (offset | count) > SIZE_MAX || at > (size_t)segment->size ||
        length > (size_t)segment->size - at)
        return false;
    if (copy_once(segment, buffer, at, length) != SHMB_OK || !is_its_own(segment))
        return false;
    if (done != NULL)
        *done = count;
    return true;
}

int32_t SHMB_CALL shmb_snapshot_wait(const shmb_segment *segment, uint64_t offset, void *buffer,
                                     uint64_t count, uint32_t timeout_ms, uint64_t *done)
{
    return snapshot(segment, offset, buffer, count, timeout_ms, done);
}

int32_t SHMB_CALL shmb_snapshot(const shmb_segment *segment, uint64_t offset, void *buffer,
                                uint64_t count, uint64_t *done)
{
    if (snapshot_at_once(segment, offset, buffer, count, done))
        return SHMB_OK;
    return snapshot(segment, offset, buffer, count, SNAPSHOT_MS, done);
}

/* ---- reading in place --------------------------------------------------------------------- */

/*
 * A ticket is a sequence, which is even, or a version with a bit behind it: so shmb_read_valid
 * tells them apart.
 */
static uint64_t ticket_of(uint64_t version)
{
    return version << 1 | 1;
}

/* Waits for an even sequence. */
static int32_t find_even(const struct shmb_segment *segment, uint32_t timeout_ms,
                         uint64_t *sequence)
{
    struct patience patience = {.timeout_ms = timeout_ms};
    struct shmb_block *block;
    int32_t result;

    do {
        result = get_block(segment, &block);
        if (result == SHMB_OK)
            result = look(block, sequence);
    } while (result == SHMB_BUSY && pause_again(&patience));
    return result;
}

int32_t SHMB_CALL shmb_read_begin(const shmb_segment *segment, uint32_t timeout_ms,
                                  uint64_t *ticket)
{
    uint64_t sequence = 0;
    int32_t result;

    if (ticket != NULL)
        *ticket = 0;
    if (segment == NULL || ticket == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = find_even(segment, timeout_ms, &sequence);
    if (result == SHMB_OK)
        *ticket = sequence;
    return block_result(segment, result);
}

int32_t SHMB_CALL shmb_read_published(const shmb_segment *segment, uint32_t timeout_ms,
                                      const void **data, uint64_t *ticket)
{
    struct shmb_block *block;
    const uint8_t *from = NULL;
    uint64_t version = 0;
    int32_t result;

    if (data != NULL)
        *data = NULL;
    if (ticket != NULL)
        *ticket = 0;
    if (segment == NULL || data == NULL || ticket == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (segment->pair != NULL)
        from = pair_published(segment->pair, segment->pair_half, &version);
    if (from == NULL) {
        result = shmb_read_begin(segment, timeout_ms, ticket);
        *data = result == SHMB_OK ? segment->view.data : NULL;
        return result;
    }
    result = get_block(segment, &block);
    if (result == SHMB_OK) {
        *data = from + segment->pair_offset;
        *ticket = ticket_of(version);
    }
    return block_result(segment, result);
}

/* True: what was read with this ticket counts. */
static bool is_valid(const struct shmb_segment *segment, uint64_t ticket)
{
    if ((ticket & 1) == 0)
        return segment->block != NULL && is_unchanged(segment->block, ticket);
    if (segment->pair == NULL)
        return false;
    shmb_fence_acquire();
    return ticket_of(shmb_load64(&segment->pair->version)) == ticket;
}

int32_t SHMB_CALL shmb_read_valid(const shmb_segment *segment, uint64_t ticket)
{
    struct shmb_block *block;
    bool valid;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    valid = is_valid(segment, ticket);
    /* Then: a block that is not the segment's any more proves nothing. */
    result = get_block(segment, &block);
    if (result == SHMB_OK && !valid)
        result = SHMB_BUSY;
    return block_result(segment, result);
}
