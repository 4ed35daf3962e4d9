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
 *
 * THE STEPS, for a segment with K change events. One program writes at a time, those that wait are
 * many. The writer of change n, with the set of events that may be set (`signalled` in control.h):
 *
 *     R1 takes the set; if it is not as of n - 1, all events are in it
 *     R2 if event (n + 1) mod K is in it: resets that, and takes it out
 *        writes the content
 *     W1 stores the change number n
 *     W2 full fence
 *     W3 looks at `until`: does a program wait?
 *     W4 if one does, adds event n mod K to the set; stores the set, as of n
 *     W5 if one does, sets event n mod K
 *
 * A program that has seen n and waits for the next change:
 *
 *     S1 raises `until`
 *     S2 full fence
 *     S3 looks at the change number: if it is not n any more, it is done
 *     S4 sleeps until event (n + 1) mod K is set, at most SHMB_RECHECK_MS
 *     S5 looks at the change number: done, or from S1 again
 *
 * Why no wake-up is lost: of W1-W3 and S1-S3, one side sees the other. If S3 finds n, then S1 came
 * before W3 of change n + 1, which then signals. If `until` is over by then, so is the sleep.
 *
 * Why the event stays reset while nobody has changed anything: event (n + 1) mod K was set last by
 * change n + 1 - K or before. W4 puts it in the set before W5 sets it, and only R2 takes it out,
 * after it was reset; change n did that in its R2, before its W1 showed n to anybody. So S4 never
 * finds an event that is set in vain, and a writer makes no call while nobody waits: the set
 * becomes empty with the first K - 1 changes after the last signal, one reset for each signal.
 *
 * A writer that dies: before W1, change n does not happen, and the set is too large at worst, which
 * costs a reset. Between W1 and W4, the set is not as of n: the next writer takes all events to be
 * set. Between W4 and W5, the set has an event that is not set, which costs a reset. From W1 to W5,
 * S5 finds the change when the sleep ends. The same if K or a multiple of it changes follow
 * between S3 and S4, and none after them: R2 has reset the event again.
 *
 * The set lies in the control section, so only programs that may set the events can spoil it. Then
 * S4 ends in vain; the library pauses for a short time that grows (changed.c).
 */
#ifndef SYNC_WAITERS_H
#define SYNC_WAITERS_H

#include <assert.h>
#include <stdbool.h>
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

/* S1 and S2: says that a program waits up to the time `to`. Never lowers what is there. */
void shmb_waiters_raise(volatile uint64_t *until, uint64_t to);

/* W2 and W3: does a program wait? `now` as GetTickCount64; called only if one has waited. */
bool shmb_waiters_wait(const volatile uint64_t *until, uint64_t (*now)(void));

/* The events that may be set as of change number `change`, by `signalled` of a block: a bit each.
 */
uint32_t shmb_signalled_events(uint64_t signalled, uint64_t change);

/* The other way round. */
uint64_t shmb_signalled_word(uint32_t events, uint64_t change);

/* Line `index` of a section of which `size` bytes are mapped. NULL: it is not within them. */
struct shmb_waiters_line *shmb_waiters_at(void *bytes, size_t size, uint32_t index);

#endif
