/*
 * control.h - the control section: shared state of segments, such as locks and sequences.
 *
 * CONTROL  Global\ShmBroker.Control.<number>
 *   One section for all segments with the same access list (a writer set), with the
 *   trustees of those segments: a program that may write a segment may write here,
 *   one that may only read it may only read here; `full` means `write` here. The
 *   segment itself contains no control data. The broker writes the header, and clears
 *   a block before it publishes it; from then on it writes only a block's generation,
 *   and reads the first two lines of the blocks of segments that it saves copies of. Each minute
 *   and at each reload it restores the header and the generations where a program has changed
 *   them, and frees a fast lock whose word can be none.
 *   For everyone else all of this is hostile input: a writer of the set may have written any bytes
 *   anywhere. So a client that knows ABI version 1 takes nothing from the header: its sizes are
 *   constants, and the block's place is in the directory, which no client can write.
 *
 *   The number has no meaning: if a name is taken, the broker uses another number. If
 *   no control section could be created, the segment is published without one (its
 *   entry says 0), and may get one with a later publication. Programs that opened it
 *   before then continue without, like plain programs.
 *
 *     offset size
 *          0    4  magic "SHMC"
 *          4    4  ABI version (1)
 *          8    4  size of this header (64)
 *         12    4  size of a block (256)
 *         16    4  number of blocks
 *         20   12  reserved
 *         32    4  total size
 *         36    4  number of this section
 *         40   24  reserved
 *         64       blocks
 *
 *   A block has four cache lines, so that polling one does not slow down writing
 *   another.
 *
 *     line 0, the lock
 *          0    8  lock word of a fast lock (lock_word.h); 0 while a mutex is the lock
 *          8    4  abandoned: SHMB_DIED_... bits, set after an owner died while it
 *                  held the lock, until a client declares the content consistent.
 *                  Written by the owner of the lock.
 *         12    4  initialised: not 0 after the content is declared initialised.
 *                  Written by the owner of the lock; 1 before publishing if the
 *                  configuration has initial content.
 *         16    8  holder: process id (high half) and thread id of the thread that has
 *                  the lock; 0: not known. Written by that thread, which clears it before
 *                  it releases the lock; one that died left it. Only shown to people.
 *         24   40  reserved
 *     line 1, snapshots
 *         64    8  sequence: odd during a write. Written by the owner of the lock;
 *                  without a lock, by the writer.
 *         72    8  writer: process id (high half) and thread id of the thread that made
 *                  the sequence odd last. Written before the sequence. Only that thread
 *                  uses it: to tell its own write, begun through another copy of the
 *                  library in its process, from one that a dead writer left.
 *         80    8  since: when the holder took the lock, as FILETIME; 0: not known. As holder.
 *                  Of a fast lock: as GetTickCount64, and `holder` is 0: the slot tells. Not
 *                  in line 0: threads that wait look at the word there, and the owner of the
 *                  lock would have to get the line back from them to store this.
 *         88   40  reserved
 *     line 2, notification
 *        128    8  change number: grows with every finished write. Written as sequence.
 *        136    8  signalled: which change events may be set (low 8 bits, one each), and
 *                  the change number as of which that is so (the low 56 bits of it). As
 *                  of another number, all may be. Written as the change number, after it.
 *        144   48  reserved
 *        A segment with `notify` has K = SHMB_CHANGE_EVENTS change events with manual
 *        reset. The writer of change n resets event (n + 1) mod K before its write, if
 *        it may be set, and sets event n mod K after it, if a program waits (waiters.h).
 *        A program that has seen n says that it waits, checks the number once more, then
 *        waits for event (n + 1) mod K, and checks again every second: a writer can die
 *        before it sets the event, and after a multiple of K changes between check and
 *        wait the event is reset again.
 *     line 3, identity
 *        192    8  generation of the segment that the block belongs to. Written by
 *                  the broker before publishing. All ones, SHMB_BLOCK_MOVED: the
 *                  segment is retired, or has another block now, which opening it again
 *                  finds. A retired segment that comes back while programs have it open
 *                  gets its block back. No block is given to another segment.
 *        200   56  reserved
 */
#ifndef SHMB_CONTROL_H
#define SHMB_CONTROL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"

#define SHMB_CONTROL_PREFIX     "ShmBroker.Control."
#define SHMB_CONTROL_NAME_BYTES (sizeof(SHMB_CONTROL_PREFIX) + 10)
#define SHMB_CONTROL_MAGIC      0x434D4853u /* "SHMC" */

/* How an owner died. The second bit is never set without the first. */
#define SHMB_DIED_OWNING  0x1u
#define SHMB_DIED_WRITING 0x2u /* the sequence stayed odd: bytes may be half written */

#define SHMB_BLOCK_MOVED UINT64_MAX /* in place of a generation */

struct shmb_control {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t header_size;
    uint32_t block_size;
    uint32_t block_count;
    uint8_t reserved0[12];
    uint32_t total_size;
    uint32_t number;
    uint8_t reserved1[24];
};

struct shmb_block {
    volatile uint64_t lock_word;
    volatile uint32_t abandoned;
    volatile uint32_t initialised;
    volatile uint64_t holder;
    uint8_t reserved0[40];
    volatile uint64_t sequence;
    volatile uint64_t writer;
    volatile uint64_t since;
    uint8_t reserved1[40];
    volatile uint64_t change;
    volatile uint64_t signalled;
    uint8_t reserved2[48];
    volatile uint64_t generation;
    uint8_t reserved3[56];
};

static_assert(sizeof(struct shmb_control) == 64, "the header of a control section has 64 bytes");
static_assert(offsetof(struct shmb_control, abi_version) == 4, "control.abi_version at 4");
static_assert(offsetof(struct shmb_control, header_size) == 8, "control.header_size at 8");
static_assert(offsetof(struct shmb_control, block_size) == 12, "control.block_size at 12");
static_assert(offsetof(struct shmb_control, block_count) == 16, "control.block_count at 16");
static_assert(offsetof(struct shmb_control, reserved0) == 20, "control.reserved0 at 20");
static_assert(offsetof(struct shmb_control, total_size) == 32, "control.total_size at 32");
static_assert(offsetof(struct shmb_control, number) == 36, "control.number at 36");
static_assert(offsetof(struct shmb_control, reserved1) == 40, "control.reserved1 at 40");
static_assert(sizeof(struct shmb_block) == 256, "a block has 256 bytes");
static_assert(offsetof(struct shmb_block, abandoned) == 8, "block.abandoned at 8");
static_assert(offsetof(struct shmb_block, initialised) == 12, "block.initialised at 12");
static_assert(offsetof(struct shmb_block, holder) == 16, "block.holder at 16");
static_assert(offsetof(struct shmb_block, sequence) == 64, "block.sequence at 64");
static_assert(offsetof(struct shmb_block, writer) == 72, "block.writer at 72");
static_assert(offsetof(struct shmb_block, since) == 80, "block.since at 80");
static_assert(offsetof(struct shmb_block, change) == 128, "block.change at 128");
static_assert(offsetof(struct shmb_block, signalled) == 136, "block.signalled at 136");
static_assert(offsetof(struct shmb_block, generation) == 192, "block.generation at 192");

/* Writes "ShmBroker.Control.<number>" with its terminator. */
void shmb_control_name(uint32_t number, char out[SHMB_CONTROL_NAME_BYTES]);

/* Bytes of a control section with `blocks` blocks. */
uint64_t shmb_control_size(uint64_t blocks);

/* Fills in the header that the broker writes for such a section. */
void shmb_control_header(uint32_t number, uint32_t blocks, struct shmb_control *out);

/*
 * True if `size` mapped bytes begin with such a header of section `number`, and it counts block
 * `index`. Clients do without the header; this tells whether a program has damaged it.
 */
bool shmb_control_is_sound(const void *bytes, size_t size, uint32_t number, uint32_t index);

/* Block `index` of a section of which `size` bytes are mapped. NULL: it is not within them. */
struct shmb_block *shmb_control_block(void *bytes, size_t size, uint32_t index);

#endif
