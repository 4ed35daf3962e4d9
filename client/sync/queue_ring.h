/*
 * queue_ring.h - the steps of a queue: put, get, peek, drop, sleep and wake.
 *
 * queue_layout.h has the layout and the protocol. What sleeps and wakes is a table of functions,
 * the port; the lock of the producers is a fast lock (fast_lock.h). Sizes and flags come from the
 * directory. Shared memory may have any content: each shared value is copied once and checked, and
 * no index leaves the slots.
 *
 * What a death costs, at any step: a producer has put the whole message or nothing, a consumer has
 * got the message or left it there. A consumer that dies after its step has taken the message with
 * it. Others go on at once, or at the latest after RING_SLICE_MS: the dead one may have owed a
 * wake-up.
 *
 * A sleeper of several consumers that was woken marks `consumers_asleep` for the others, because a
 * producer clears the mark with the first wake-up. So does the first get after a wait for the event
 * of ring_arm. The producers need no such step: the one that sleeps until there is room has their
 * lock, so there is one at a time.
 */
#ifndef SYNC_QUEUE_RING_H
#define SYNC_QUEUE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fast_lock.h"
#include "queue_layout.h"

#define RING_FOREVER  UINT32_MAX
#define RING_SLICE_MS 100u /* the longest sleep */

enum ring_result {
    RING_OK,
    RING_EMPTY,   /* nothing to get; with a timeout, still so at its end */
    RING_FULL,    /* no room; with a timeout, still so at its end */
    RING_WAITED,  /* other producers had the lock up to the end of the timeout */
    RING_LONG,    /* the message is longer than a slot, or than the buffer */
    RING_TAKEN,   /* the end is for one thread, and another one that lives has it */
    RING_BUSY,    /* others got each message first; or a program keeps changing the indices */
    RING_STALE,   /* the queue was retired or made anew, or has other slots */
    RING_CORRUPT, /* indices, a length or the lock word are none */
    RING_FAILED   /* the port failed */
};

enum ring_event { RING_ITEMS, RING_ROOM };

/* How a sleep ended. */
enum ring_wake { RING_SIGNALLED, RING_TIME_OVER, RING_NOT_SLEPT };

/*
 * `context` is what the caller of a step gives. `lock` is called only where the first swap does not
 * get the lock: puts together the lock of this word, valid up to the end of the step.
 */
struct ring_port {
    const struct fast_lock *(*lock)(void *context, volatile uint64_t *word);
    /* Sleeps until the event is signalled or the time is over. RING_NOT_SLEPT: the system failed.
     */
    enum ring_wake (*sleep)(void *context, enum ring_event which, uint32_t ms);
    void (*wake)(void *context, enum ring_event which);
    /* Sleeps, whatever is signalled. 0: lets a thread run that waits for this processor. */
    void (*pause)(void *context, uint32_t ms);
    uint64_t (*now)(void *context); /* milliseconds that only grow */
};

/* A queue, as one handle sees it. All of it is the process's own memory. */
struct ring {
    struct shmb_queue_header *header;
    volatile uint32_t *lengths;
    uint8_t *first; /* slot */
    uint32_t slots, slot_size, stride, flags;
    uint32_t mask;  /* slots - 1 where that is a mask; else 0 */
    uint32_t part;  /* of a lap: the greatest power of two up to half of the slots; at least 1 */
    uint32_t spins; /* pauses before it sleeps; 0 where there is one processor */
    uint64_t generation;
    const struct ring_port *port;

    volatile uint32_t patience;     /* of consumers, in pauses */
    volatile uint32_t waits;        /* of consumers that had none */
    uint64_t seen_head;             /* of a producer, while it has the lock */
    uint64_t seen_tail;             /* of the only consumer */
    volatile uint64_t put_identity; /* who got an end for one thread through this handle; or 0 */
    volatile uint64_t get_identity;
    volatile uint32_t armed; /* 1: ring_arm has marked, and no get has passed a signal on since */
};

/* What a queue holds, as of one moment. */
struct ring_level {
    uint64_t messages;
    uint64_t put, got; /* since the queue was made; dropped ones are among the second */
    uint64_t dropped, refused;
};

/*
 * Prepares a handle. `size` bytes at `bytes` are mapped; `slots`, `slot_size`, `flags` and
 * `generation` are those of the directory. The caller sets port and spins. False: the section is
 * too short, or the numbers are out of range.
 */
bool ring_begin(struct ring *ring, void *bytes, size_t size, uint32_t slots, uint32_t slot_size,
                uint32_t flags, uint64_t generation);

/*
 * Gives back the ends that threads got through this handle, unless the queue has other slots by
 * now. No other call on it runs or follows.
 */
void ring_leave(struct ring *ring, void *context);

/* Does the thread that gets need an identity? Not where several threads may get. */
static inline bool ring_one_consumer(const struct ring *ring)
{
    return (ring->flags & SHMB_ENTRY_ONE_CONSUMER) != 0;
}

/* Puts a message of `count` bytes. `identity`: of the calling thread (fast_lock.h). */
enum ring_result ring_put(struct ring *ring, void *context, uint64_t identity, const void *bytes,
                          uint32_t count, uint32_t timeout_ms);

/*
 * Gets the oldest message. `identity`: of the calling thread; without ring_one_consumer, anything.
 * RING_LONG: `*length` is the length of the message, which stays. In all other cases but RING_OK
 * `*length` is 0. Unless RING_OK, the buffer may have any content.
 */
enum ring_result ring_get(struct ring *ring, void *context, uint64_t identity, void *buffer,
                          uint32_t size, uint32_t *length, uint32_t timeout_ms);

/* Copies the oldest message, and leaves it there. Reads shared memory only. As ring_get. */
enum ring_result ring_peek(const struct ring *ring, void *buffer, uint32_t size, uint32_t *length);

/*
 * Removes all messages; `*count` is how many. Repairs the head where a program has damaged it.
 * Counts as getting.
 */
enum ring_result ring_clear(struct ring *ring, void *context, uint64_t identity, uint64_t *count);

/*
 * Marks that a consumer is about to sleep on RING_ITEMS; signals it if there is a message. The
 * consumer gets through this handle when it is woken: others may sleep as well.
 */
enum ring_result ring_arm(struct ring *ring, void *context);

/* Reads shared memory only. RING_OK, RING_BUSY, RING_STALE, RING_CORRUPT. */
enum ring_result ring_look(const struct ring *ring, struct ring_level *out);

#endif
