/*
 * Reading without a lock: shmb_snapshot, shmb_snapshot_wait, shmb_read_begin and
 * shmb_read_valid. Bytes count if the sequence in the block was even before they were read and
 * the same after it (a sequence lock).
 */
#include <string.h>

#include "block.h"
#include "compiler.h"
#include "handle.h"

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
static int32_t look(const struct shmb_block *block, uint64_t *sequence)
{
    *sequence = shmb_load64(&block->sequence);
    /* Load this last: a dead writer's mark is stored before the sequence becomes even. */
    if (shmb_load32(&block->abandoned) & SHMB_DIED_WRITING)
        return SHMB_INCONSISTENT;
    return (*sequence & 1) == 0 ? SHMB_OK : SHMB_BUSY;
}

/* Has no write begun since the sequence was this one? What was read before stays before. */
static bool is_unchanged(const struct shmb_block *block, uint64_t sequence)
{
    shmb_fence_acquire();
    return shmb_load64(&block->sequence) == sequence;
}

/*
 * Other programs can change every byte at any time: the range is fixed before, and
 * only the two loads of the sequence decide whether the copy counts.
 */
static int32_t try_copy(const struct shmb_segment *segment, struct shmb_block *block, void *to,
                        const uint8_t *from, size_t length)
{
    uint64_t sequence;
    int32_t result = look(block, &sequence);

    if (result != SHMB_OK)
        return result;
    memcpy(to, from, length);
    if (!is_unchanged(block, sequence))
        return SHMB_BUSY;
    /* A block that is not the segment's any more proves nothing. */
    return block_get(segment, &block);
}

/* After a first try. SHMB_STALE: the block is no longer the segment's. */
static int32_t copy_again(const struct shmb_segment *segment, void *to, const uint8_t *from,
                          size_t length, uint32_t timeout_ms)
{
    struct patience patience = {.timeout_ms = timeout_ms};
    struct shmb_block *block;
    int32_t result = SHMB_BUSY;

    while (result == SHMB_BUSY && pause_again(&patience)) {
        result = block_get(segment, &block);
        if (result == SHMB_OK)
            result = try_copy(segment, block, to, from, length);
    }
    return result;
}

/* The block, which snapshots need. */
static int32_t get_block(const struct shmb_segment *segment, struct shmb_block **block)
{
    int32_t result = block_get(segment, block);

    return result == SHMB_OK && *block == NULL ? SHMB_BAD_ARGUMENT : result;
}

static int32_t snapshot(const struct shmb_segment *segment, uint64_t offset, void *buffer,
                        uint64_t count, uint32_t timeout_ms, uint64_t *done)
{
    struct shmb_block *block = NULL;
    size_t length;
    int32_t result;

    if (done != NULL)
        *done = 0;
    result = handle_range(segment, offset, buffer, count, &length);
    if (result != SHMB_OK)
        return result_end_plain(result);
    result = get_block(segment, &block);
    if (result == SHMB_OK && length > 0) {
        const uint8_t *from = segment->view.data + (size_t)offset;

        result = try_copy(segment, block, buffer, from, length);
        if (result == SHMB_BUSY)
            result = copy_again(segment, buffer, from, length, timeout_ms);
    }
    if (result != SHMB_OK)
        return block_result(segment, result);
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_snapshot_wait(const shmb_segment *segment, uint64_t offset, void *buffer,
                                     uint64_t count, uint32_t timeout_ms, uint64_t *done)
{
    return snapshot(segment, offset, buffer, count, timeout_ms, done);
}

int32_t SHMB_CALL shmb_snapshot(const shmb_segment *segment, uint64_t offset, void *buffer,
                                uint64_t count, uint64_t *done)
{
    return snapshot(segment, offset, buffer, count, SNAPSHOT_MS, done);
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

int32_t SHMB_CALL shmb_read_valid(const shmb_segment *segment, uint64_t ticket)
{
    struct shmb_block *block;
    bool unchanged;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    unchanged = segment->block != NULL && is_unchanged(segment->block, ticket) && (ticket & 1) == 0;
    /* Then: a block that is not the segment's any more proves nothing. */
    result = get_block(segment, &block);
    if (result == SHMB_OK && !unchanged)
        result = SHMB_BUSY;
    return block_result(segment, result);
}
