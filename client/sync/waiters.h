/*
 * waiters.h - whether anybody waits for a change: a writer signals the change event only then.
 *
 * WAITERS  Global\ShmBroker.Waiters.<number>
 *   Beside the control section with that number, if a segment of it has `notify`. Each trustee of
 *   the set may write here, those with `read`, too: a program that may only read the segment may
 *   wait for its changes.
 *
 *     offset size
 *          0    4  magic "SHMW"
 *          4    4  ABI version (1)
 *          8    4  number of lines
 *         12    4  number of this section
 *         16   48  reserved
 *         64       a line of 64 bytes for each block of the control section, in its order:
 *          0    8  until: GetTickCount64 up to which a program waits for a change; 0: none does
 *          8   56  reserved
 *
 *   A program that waits raises `until` to the end of its wait, at most SHMB_RECHECK_MS and a
 *   margin from now, then looks at the change number once more, and sleeps. A writer stores the
 *   change number, then reads `until`, with a full fence between: it signals if the time is not
 *   over. So a program that dies while it waits costs no more than a few signals. A program that
 *   lowers `until` can delay others by the time between two looks (SHMB_RECHECK_MS); they see it,
 *   and look more often from then on.
 */
#ifndef SYNC_WAITERS_H
#define SYNC_WAITERS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SHMB_WAITERS_PREFIX     "ShmBroker.Waiters."
#define SHMB_WAITERS_NAME_BYTES (sizeof(SHMB_WAITERS_PREFIX) + 10)
#define SHMB_WAITERS_MAGIC      0x574D4853u /* "SHMW" */

struct shmb_waiters {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t line_count;
    uint32_t number;
    uint8_t reserved[48];
};

struct shmb_waiters_line {
    volatile uint64_t until;
    uint8_t reserved[56];
};

static_assert(sizeof(struct shmb_waiters) == 64, "the header of a waiters section has 64 bytes");
static_assert(sizeof(struct shmb_waiters_line) == 64, "a line of it has 64 bytes");

/* Writes "ShmBroker.Waiters.<number>" with its terminator. */
void shmb_waiters_name(uint32_t number, char out[SHMB_WAITERS_NAME_BYTES]);

/* Bytes of a waiters section. */
uint64_t shmb_waiters_size(uint64_t lines);

/* Fills in the header that the broker writes. */
void shmb_waiters_header(uint32_t number, uint32_t lines, struct shmb_waiters *out);

/* Line `index` of a section of which `size` bytes are mapped. NULL: it is not within them. */
struct shmb_waiters_line *shmb_waiters_at(void *bytes, size_t size, uint32_t index);

#endif
