/*
 * queue_layout.h - a queue in shared memory.
 *
 * QUEUE  Global\Q, with the events Q.items, Q.room and Q.lock (auto reset)
 *   A section that the broker makes; unlike a segment, all of it is the library's. Programs with
 *   `write` put and get; those with `read` peek and look. The broker writes the first two lines
 *   and clears the rest before it publishes the queue; later it restores them where a program has
 *   damaged them. It closes the two lock words when it retires the queue, frees them when the queue
 *   comes to use other slots, and frees words that are none. Everything here is hostile input:
 *   sizes come from the directory, indices are checked, a message is copied before anybody looks
 *   at it.
 *
 *     offset size
 *          0    4  magic "SHMQ"
 *          4    4  ABI version (1)
 *          8    4  size of this header (1024)
 *         12    4  bytes from one slot to the next
 *         16    4  number of slots
 *         20    4  most bytes of a message
 *         24    4  SHMB_ENTRY_ONE_PRODUCER, _ONE_CONSUMER, _REFUSE, _DROP_OLDEST
 *         28   36  reserved
 *     line 1: 64   8  generation of the queue; all ones: retired, or made anew (SHMB_STALE)
 *     line 2: 128  8  lock word of the producers (lock_word.h)
 *     line 3: 192  8  tail: messages put since the queue was made; slot (tail mod slots) is next
 *                200  8  newest: low half of the tail with the message in it; its bytes << 32
 *     line 4: 256  8  lock word of the consumers: only with ONE_CONSUMER, who has it
 *     line 5: 320  8  head: messages got or dropped
 *     line 6: 384  4  consumers_asleep: 1 if a consumer sleeps on Q.items, or is about to
 *     line 7: 448  4  producers_asleep: 1 if a producer sleeps on Q.room, or is about to
 *     line 8: 512  8  dropped: messages that were dropped for newer ones
 *                520  8  refused: puts that failed because the queue was full
 *     576 448  reserved
 *       1024       4 bytes for each slot: bytes of the message in it; then up to a whole line
 *                  slots: the messages, each in whole lines
 *
 * A slot's lines have nothing but the message, so that one of 64 bytes is one line. A consumer that
 * keeps up has read the tail's line just now: the length of the newest message is in it as well.
 *
 * PUT, with the producers' lock: fill slot (tail mod slots) while tail - head < slots, and store its
 *   length and `newest`; compare the generation, because the broker closes the lock of a queue that
 *   it retires or gives other slots; swap tail for tail + 1; full fence; if consumers_asleep is set,
 *   exchange it for 0, and signal Q.items. A producer that dies before the swap has put nothing;
 *   after it, all of it. A swap that fails: the thread lost its lock, and another one has put.
 * GET, without a lock: copy the slot of `head` while head < tail; its length is in `newest` if that
 *   says head, else in the lengths; swap head for head + 1. If the swap fails, another consumer got
 *   the message, or a producer dropped it: the copy is worth nothing. A slot is filled again only
 *   after head passed it, so a copy whose swap succeeds is whole. A consumer that dies before the
 *   swap has got nothing: the message stays.
 *   Where puts wait for room, and the new head is a multiple of a part (the greatest power of two up
 *   to half of the slots): full fence; if producers_asleep is set, exchange it for 0, and signal
 *   Q.room.
 * DROP: a producer that finds the queue full swaps head for head + 1 itself.
 * SLEEP: set the flag with an exchange, look once more, wait for the event for a bounded time. Of
 *   many consumers, one that slept sets the flag again for the others, and signals Q.items if there
 *   is a message then; one that waited for the event itself does so with its next get. One producer
 *   at a time sleeps: it has the producers' lock. Each lap has a multiple of a part, so consumers
 *   that empty the queue signal it; it looks itself meanwhile.
 */
#ifndef SYNC_QUEUE_LAYOUT_H
#define SYNC_QUEUE_LAYOUT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHMB_QUEUE_MAGIC      0x514D4853u /* "SHMQ" */
#define SHMB_QUEUE_SLOTS_MOST (1u << 20)
#define SHMB_QUEUE_SLOT_MOST  (1u << 20) /* bytes of a message */

struct shmb_queue_header {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t header_size;
    uint32_t stride;
    uint32_t slots;
    uint32_t slot_size;
    uint32_t flags;
    uint8_t reserved0[36];
    volatile uint64_t generation;
    uint8_t reserved1[56];
    volatile uint64_t put_lock;
    uint8_t reserved2[56];
    volatile uint64_t tail;
    volatile uint64_t newest;
    uint8_t reserved3[48];
    volatile uint64_t get_lock;
    uint8_t reserved4[56];
    volatile uint64_t head;
    uint8_t reserved5[56];
    volatile uint32_t consumers_asleep;
    uint8_t reserved6[60];
    volatile uint32_t producers_asleep;
    uint8_t reserved7[60];
    volatile uint64_t dropped;
    volatile uint64_t refused;
    uint8_t reserved8[496];
};

static_assert(sizeof(struct shmb_queue_header) == 1024, "the header of a queue has 1024 bytes");
static_assert(offsetof(struct shmb_queue_header, generation) == 64, "queue.generation at 64");
static_assert(offsetof(struct shmb_queue_header, put_lock) == 128, "queue.put_lock at 128");
static_assert(offsetof(struct shmb_queue_header, tail) == 192, "queue.tail at 192");
static_assert(offsetof(struct shmb_queue_header, newest) == 200, "queue.newest at 200");
static_assert(offsetof(struct shmb_queue_header, get_lock) == 256, "queue.get_lock at 256");
static_assert(offsetof(struct shmb_queue_header, head) == 320, "queue.head at 320");
static_assert(offsetof(struct shmb_queue_header, consumers_asleep) == 384, "asleep at 384");
static_assert(offsetof(struct shmb_queue_header, producers_asleep) == 448, "asleep at 448");
static_assert(offsetof(struct shmb_queue_header, dropped) == 512, "queue.dropped at 512");
static_assert(offsetof(struct shmb_queue_header, refused) == 520, "queue.refused at 520");

/* Bytes from one slot to the next: whole cache lines. */
uint32_t shmb_queue_stride(uint32_t slot_size);

/* Bytes of the lengths of all slots: whole cache lines. */
uint32_t shmb_queue_lengths(uint32_t slots);

/* Bytes of the section. */
uint64_t shmb_queue_size(uint32_t slots, uint32_t slot_size);

/* How many slots fit into a section of `size` bytes, at least that of a header. */
uint64_t shmb_queue_slots_in(uint64_t size, uint32_t slot_size);

/* Fills in the first two lines, and clears the rest of the header. */
void shmb_queue_fill_header(uint32_t slots, uint32_t slot_size, uint32_t flags, uint64_t generation,
                            struct shmb_queue_header *out);

#endif
