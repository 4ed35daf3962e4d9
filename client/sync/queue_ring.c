#include "queue_ring.h"

#include <string.h>

#include "crash_point.h"
#include "directory.h"
#include "shared_copy.h"

#define TRIES         4096u /* against others that are always faster; then the time is asked */
#define ALARMS_FREE   16u   /* wake-ups for nothing before the sleeper slows down */
#define PAUSE_MOST_MS 20u

/*
 * In pauses of the processor, each some 25 to 50 nanoseconds. An end that waits lets the other one
 * run every now and then: both may share a processor, where more programs wait than there are
 * processors. Rarer, such a round trip can take many times as long, and ends that have a
 * processor each gain nothing, because the message is there before the first time.
 */
#define ROOM_LOOK      16u /* between two looks for room */
#define YIELD_EVERY    64u
#define PATIENCE_LEAST 4u
#define PATIENCE_MOST  32u
#define TRY_EVERY      64u /* waits for a message between two tries with patience */

#define ROOM_FIRST_MS 2u

/* One call. */
struct call {
    struct ring *ring;
    void *context;
    uint64_t identity;
    uint32_t timeout_ms;
    bool begun; /* the clock is asked only when there is something to wait for */
    uint64_t start;
};

static struct call call_of(struct ring *ring, void *context, uint64_t identity, uint32_t timeout_ms)
{
    return (struct call){
        .ring = ring, .context = context, .identity = identity, .timeout_ms = timeout_ms};
}

/* What is left of the time; RING_FOREVER for no limit. */
static uint32_t left(struct call *call)
{
    uint64_t gone, now;

    if (call->timeout_ms == 0 || call->timeout_ms == RING_FOREVER)
        return call->timeout_ms;
    now = call->ring->port->now(call->context);
    if (!call->begun) {
        call->begun = true;
        call->start = now;
    }
    gone = now - call->start;
    return gone < call->timeout_ms ? (uint32_t)(call->timeout_ms - gone) : 0;
}

bool ring_begin(struct ring *ring, void *bytes, size_t size, uint32_t slots, uint32_t slot_size,
                uint32_t flags, uint64_t generation)
{
    if (slots == 0 || slots > SHMB_QUEUE_SLOTS_MOST || slot_size == 0 ||
        slot_size > SHMB_QUEUE_SLOT_MOST || size < shmb_queue_size(slots, slot_size))
        return false;
    ring->header = bytes;
    ring->lengths = (volatile uint32_t *)(void *)(ring->header + 1);
    ring->first = (uint8_t *)(ring->header + 1) + shmb_queue_lengths(slots);
    ring->slots = slots;
    ring->slot_size = slot_size;
    ring->stride = shmb_queue_stride(slot_size);
    ring->flags = flags;
    ring->mask = (slots & (slots - 1)) == 0 ? slots - 1 : 0;
    ring->generation = generation;
    ring->part = 1;
    while (ring->part * 2 <= slots / 2)
        ring->part *= 2;
    ring->patience = 0;
    ring->waits = 0;
    return true;
}

static bool current(const struct ring *ring)
{
    return shmb_load64(&ring->header->generation) == ring->generation;
}

/*
 * Did the queue get other slots after this handle was opened? Then the words have the threads of
 * those, and an identity of this handle says nothing there.
 */
static bool has_other_slots(const struct ring *ring)
{
    const uint64_t generation = shmb_load64(&ring->header->generation);

    return generation != ring->generation && generation != UINT64_MAX;
}

void ring_leave(struct ring *ring, void *context)
{
    if (has_other_slots(ring))
        return;
    if (ring->put_identity != 0)
        (void)fast_give(ring->port->lock(context, &ring->header->put_lock), ring->put_identity,
                        true);
    if (ring->get_identity != 0)
        (void)fast_give(ring->port->lock(context, &ring->header->get_lock), ring->get_identity,
                        true);
}

static uint32_t index_of(const struct ring *ring, uint64_t position)
{
    return (uint32_t)(ring->mask != 0 ? position & ring->mask : position % ring->slots);
}

static uint8_t *slot_at(const struct ring *ring, uint32_t index)
{
    return ring->first + (size_t)index * ring->stride;
}

static bool blocks(const struct ring *ring)
{
    return (ring->flags & (SHMB_ENTRY_REFUSE | SHMB_ENTRY_DROP_OLDEST)) == 0;
}

/* Does nobody else move the head than who has the consumers' end? */
static bool owns_head(const struct ring *ring)
{
    return ring_one_consumer(ring) && (ring->flags & SHMB_ENTRY_DROP_OLDEST) == 0;
}

/* ---- sleeping and waking ---- */

static volatile uint32_t *asleep(const struct ring *ring, enum ring_event which)
{
    return which == RING_ITEMS ? &ring->header->consumers_asleep : &ring->header->producers_asleep;
}

/* After a swap has moved an index: wakes who sleeps until it does. */
static SHMB_ALWAYS_INLINE void wake(const struct ring *ring, void *context, enum ring_event which)
{
    /* A sleeper marks itself, then looks at the index; here it is the other way round. */
    shmb_fence_after_swap();
    if (shmb_load32(asleep(ring, which)) == 0 || shmb_exchange32(asleep(ring, which), 0) == 0)
        return;
    SHMB_CRASH_POINT("queue: cleared the mark");
    ring->port->wake(context, which);
}

/* Can the caller go on? `position` is that of its own index. Hostile values count as yes. */
static bool moved(const struct ring *ring, enum ring_event which, uint64_t position)
{
    if (which == RING_ITEMS)
        return !shmb_is64(&ring->header->tail, position);
    return position - shmb_load64(&ring->header->head) != ring->slots;
}

static void spin_pause(const struct call *call, uint32_t count)
{
    if (count % YIELD_EVERY == YIELD_EVERY - 1)
        call->ring->port->pause(call->context, 0);
    else
        shmb_pause();
}

/*
 * How many pauses a consumer that found nothing leaves to the producer before it looks. Each look
 * takes the line of the tail from the producer, so a consumer that looks all the time slows a
 * stream of messages down for both. A single message must be seen at once. So the consumer is
 * patient only while at least one message a pause comes, and tries that every now and then.
 */
static uint32_t patience_now(struct ring *ring)
{
    const uint32_t patience = shmb_load32(&ring->patience), waits = shmb_load32(&ring->waits);

    if (patience != 0)
        return patience;
    shmb_store32(&ring->waits, waits + 1);
    return waits % TRY_EVERY == TRY_EVERY - 1 ? PATIENCE_LEAST : 0;
}

/* `came`: messages that were there after `patience` pauses. */
static void adapt_patience(struct ring *ring, uint32_t patience, uint64_t came)
{
    if (came < patience)
        patience = patience > PATIENCE_LEAST ? patience / 2 : 0;
    else if (patience < PATIENCE_MOST)
        patience *= 2;
    shmb_store32(&ring->patience, patience);
}

/* Looks for a short time whether there is a message at `head`. */
static bool spin_for_item(const struct call *call, uint64_t head)
{
    struct ring *ring = call->ring;
    const uint32_t patience = ring->spins != 0 ? patience_now(ring) : 0;
    uint32_t i;

    if (patience != 0) {
        for (i = 0; i < patience; i++)
            shmb_pause();
        adapt_patience(ring, patience, shmb_load64(&ring->header->tail) - head);
    }
    for (i = 0; i < ring->spins; i++) {
        if (moved(ring, RING_ITEMS, head))
            return true;
        spin_pause(call, i);
    }
    return false;
}

/*
 * Looks for a short time whether a part of a lap is free; at the end, one slot is enough. As with
 * messages, a producer that looks all the time and fills each slot at once slows both down. Here
 * no message comes later for that: the queue is full.
 */
static bool spin_for_room(const struct call *call, uint64_t tail)
{
    const struct ring *ring = call->ring;
    uint32_t i;

    for (i = 0; i < ring->spins; i++) {
        if (i % ROOM_LOOK == 0 &&
            ring->slots - (tail - shmb_load64(&ring->header->head)) >= ring->part)
            return true;
        spin_pause(call, i);
    }
    return moved(ring, RING_ROOM, tail);
}

/* Sleeps once. The caller then looks again. */
static enum ring_result nap(const struct call *call, enum ring_event which, uint64_t position,
                            uint32_t ms, unsigned *alarms)
{
    const struct ring *ring = call->ring;
    enum ring_wake woken;

    if (!current(ring))
        return RING_STALE;
    (void)shmb_exchange32(asleep(ring, which), 1);
    shmb_fence_full();
    SHMB_CRASH_POINT("queue: marked that it sleeps");
    if (moved(ring, which, position))
        return RING_OK;
    woken = ring->port->sleep(call->context, which, ms < RING_SLICE_MS ? ms : RING_SLICE_MS);
    if (woken == RING_NOT_SLEPT)
        return RING_FAILED;
    SHMB_CRASH_POINT("queue: slept");
    if (woken == RING_TIME_OVER || moved(ring, which, position) || ++*alarms < ALARMS_FREE)
        return RING_OK;
    /* A program signals the event all the time: that must not use up a processor. */
    ring->port->pause(call->context, ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS);
    return RING_OK;
}

/* ---- the ends for one thread ---- */

static enum ring_result end_result(enum fast_result result, enum ring_result late)
{
    switch (result) {
    case FAST_OK:
    case FAST_ABANDONED: /* the dead one has put or got nothing by half */
        return RING_OK;
    case FAST_TIMEOUT:
        return late;
    case FAST_MOVED:
        return RING_STALE;
    case FAST_FAILED:
        return RING_FAILED;
    default:
        return RING_CORRUPT;
    }
}

/* Is the end for one thread that of the thread with this identity? */
static SHMB_ALWAYS_INLINE bool has_end(const volatile uint64_t *word, uint64_t identity)
{
    return (shmb_load64(word) & SHMB_LOCK_IDENTITY) == identity;
}

/* Gets an end that stays with the thread until the handle is closed or the thread ends. */
static enum ring_result claim(const struct call *call, volatile uint64_t *word,
                              volatile uint64_t *claimed)
{
    enum ring_result result;

    if (has_end(word, call->identity))
        return RING_OK;
    result = end_result(fast_take(call->ring->port->lock(call->context, word), call->identity, 0),
                        RING_TAKEN);
    if (result == RING_OK)
        shmb_store64(claimed, call->identity);
    return result;
}

static enum ring_result claim_get(const struct call *call)
{
    struct ring *ring = call->ring;

    return ring_one_consumer(ring) ? claim(call, &ring->header->get_lock, &ring->get_identity)
                                   : RING_OK;
}

/* ---- putting ---- */

static void count_one(volatile uint64_t *counter)
{
    shmb_store64(counter, shmb_load64(counter) + 1);
}

/* The queue is full. Drops the oldest message, unless a consumer gets it first. */
static void drop(struct ring *ring)
{
    uint64_t head = ring->seen_head;

    SHMB_CRASH_POINT("queue: before a drop");
    if (!shmb_swap64(&ring->header->head, &head, head + 1))
        return;
    SHMB_CRASH_POINT("queue: dropped");
    count_one(&ring->header->dropped);
}

/*
 * How long a producer sleeps. It is woken where a part of a lap is free; before that, it looks
 * itself: soon at first, because the consumer may take its time after a single message.
 */
static uint32_t room_ms(const struct ring *ring, unsigned naps, uint32_t most)
{
    const uint32_t ms = ring->part == 1 || naps > 5 ? RING_SLICE_MS : ROOM_FIRST_MS << naps;

    return ms < most ? ms : most;
}

/*
 * Waits until slot `tail` is free. The caller has the lock: only consumers can move anything
 * meanwhile, and they only make room.
 */
static enum ring_result make_room(struct call *call, uint64_t tail)
{
    struct ring *ring = call->ring;
    enum ring_result result = RING_OK;
    unsigned alarms = 0, tries = 0, naps = 0;
    uint32_t ms;

    while (result == RING_OK) {
        if (tail - ring->seen_head < ring->slots)
            return RING_OK;
        ring->seen_head = shmb_load64(&ring->header->head);
        if (tail - ring->seen_head < ring->slots)
            return RING_OK;
        if (tail - ring->seen_head > ring->slots)
            return RING_CORRUPT;
        if ((ring->flags & SHMB_ENTRY_DROP_OLDEST) != 0) {
            if (tries++ == TRIES)
                return RING_BUSY;
            drop(ring);
            continue;
        }
        if ((ring->flags & SHMB_ENTRY_REFUSE) != 0) {
            count_one(&ring->header->refused);
            return RING_FULL;
        }
        if (call->timeout_ms != 0 && spin_for_room(call, tail))
            continue;
        ms = left(call);
        if (ms == 0)
            return RING_FULL;
        result = nap(call, RING_ROOM, tail, room_ms(ring, naps++, ms), &alarms);
    }
    return result;
}

/* Of the message that is put at `tail`. */
static uint64_t newest_of(uint64_t tail, uint32_t count)
{
    return (tail & UINT32_MAX) | (uint64_t)count << 32;
}

/* Puts the message into slot `tail`, which is free. As fill(). */
static SHMB_ALWAYS_INLINE enum ring_result fill_slot(struct ring *ring, uint64_t tail,
                                                     const void *bytes, uint32_t count)
{
    const uint32_t index = index_of(ring, tail);
    uint64_t found = tail;

    SHMB_CRASH_POINT("queue: room");
    shared_copy(slot_at(ring, index), bytes, count);
    shmb_store32(&ring->lengths[index], count);
    shmb_store64(&ring->header->newest, newest_of(tail, count));
    SHMB_CRASH_POINT("queue: filled");
    if (!current(ring))
        return RING_STALE;
    /*
     * No store: a thread that lost the lock here must not set the tail back. If the swap fails,
     * such a thread, or one that damages the queue, was faster.
     */
    if (!shmb_swap64(&ring->header->tail, &found, tail + 1))
        return RING_STALE;
    SHMB_CRASH_POINT("queue: stored the tail");
    return RING_OK;
}

/*
 * Puts the message. The caller has the lock; but the broker closes the lock of a queue that it
 * retires or gives other slots, which the generation says first.
 */
static SHMB_ALWAYS_INLINE enum ring_result fill(struct call *call, const void *bytes,
                                                uint32_t count)
{
    struct ring *ring = call->ring;
    const uint64_t tail = shmb_load64(&ring->header->tail);
    enum ring_result result = current(ring) ? make_room(call, tail) : RING_STALE;

    if (result == RING_OK && !current(ring))
        result = RING_STALE;
    return result == RING_OK ? fill_slot(ring, tail, bytes, count) : result;
}

/*
 * The end of a put. A thread that lost the lock to the broker meanwhile does not know whether the
 * next producer has filled the same slot.
 */
static SHMB_ALWAYS_INLINE enum ring_result put_end(const struct ring *ring, enum ring_result result,
                                                   bool had_lock)
{
    return result == RING_OK && !had_lock && !current(ring) ? RING_STALE : result;
}

static enum ring_result put_alone(struct call *call, const void *bytes, uint32_t count)
{
    struct ring *ring = call->ring;
    enum ring_result result = claim(call, &ring->header->put_lock, &ring->put_identity);

    if (result != RING_OK)
        return result;
    result = fill(call, bytes, count);
    return put_end(ring, result, has_end(&ring->header->put_lock, call->identity));
}

/* Gives the producers' lock back. False: this thread does not have it any more. */
static bool give_back(const struct call *call)
{
    volatile uint64_t *word = &call->ring->header->put_lock;

    if (has_other_slots(call->ring))
        return false;
    return fast_give_uncontended(word, call->identity) ||
           fast_give(call->ring->port->lock(call->context, word), call->identity, true) == FAST_OK;
}

static enum ring_result put_locked(struct call *call, const void *bytes, uint32_t count)
{
    const struct ring *ring = call->ring;
    volatile uint64_t *word = &ring->header->put_lock;
    enum ring_result result = RING_OK;
    uint32_t ms;

    if (!fast_take_free(word, call->identity)) {
        ms = left(call);
        result = end_result(fast_take(ring->port->lock(call->context, word), call->identity, ms),
                            RING_WAITED);
    }
    if (result != RING_OK)
        return result;
    SHMB_CRASH_POINT("queue: locked");
    result = fill(call, bytes, count);
    result = put_end(ring, result, give_back(call));
    SHMB_CRASH_POINT("queue: unlocked");
    return result;
}

/* All but the put that ring_put has tried. */
static enum ring_result put_call(struct ring *ring, void *context, uint64_t identity,
                                 const void *bytes, uint32_t count, uint32_t timeout_ms)
{
    struct call call = call_of(ring, context, identity, timeout_ms);

    return (ring->flags & SHMB_ENTRY_ONE_PRODUCER) != 0 ? put_alone(&call, bytes, count)
                                                        : put_locked(&call, bytes, count);
}

/* Can a producer that is alone put at once? It has the end, and knows of a free slot. */
static SHMB_ALWAYS_INLINE bool may_fill(const struct ring *ring, uint64_t identity, uint64_t tail)
{
    return (ring->flags & SHMB_ENTRY_ONE_PRODUCER) != 0 &&
           has_end(&ring->header->put_lock, identity) && tail - ring->seen_head < ring->slots;
}

enum ring_result ring_put(struct ring *ring, void *context, uint64_t identity, const void *bytes,
                          uint32_t count, uint32_t timeout_ms)
{
    const uint64_t tail = shmb_load64(&ring->header->tail);
    enum ring_result result;

    if (count > ring->slot_size)
        return RING_LONG;
    if (!current(ring))
        return RING_STALE;
    if (may_fill(ring, identity, tail)) {
        /* In two steps: whether it still has the end is asked after the message is there. */
        result = fill_slot(ring, tail, bytes, count);
        result = put_end(ring, result, has_end(&ring->header->put_lock, identity));
    } else {
        result = put_call(ring, context, identity, bytes, count, timeout_ms);
    }
    if (result == RING_OK)
        wake(ring, context, RING_ITEMS);
    return result;
}

/* ---- getting ---- */

/*
 * Copies the indices of one moment. RING_EMPTY, RING_OK: there are messages. RING_BUSY: the head
 * moved meanwhile, look again.
 */
static SHMB_ALWAYS_INLINE enum ring_result indices(const struct ring *ring, uint64_t *head,
                                                   uint64_t *tail)
{
    *head = shmb_load64(&ring->header->head);
    *tail = shmb_load64(&ring->header->tail);
    if (*tail == *head)
        return RING_EMPTY;
    if (*tail - *head <= ring->slots)
        return RING_OK;
    /* More than there are slots: either the head has moved since, or a program wrote that. */
    return shmb_load64(&ring->header->head) == *head ? RING_CORRUPT : RING_BUSY;
}

/*
 * The length of the message at `head`, which is below `tail`. That of the newest message is beside
 * the tail, so its line is here already.
 */
static SHMB_ALWAYS_INLINE uint32_t length_at(const struct ring *ring, uint64_t head, uint64_t tail,
                                             uint32_t index)
{
    const uint64_t newest = head + 1 == tail ? shmb_load64(&ring->header->newest) : ~head;

    return (uint32_t)newest == (uint32_t)head ? (uint32_t)(newest >> 32)
                                              : shmb_load32(&ring->lengths[index]);
}

/*
 * Copies the message at `head`. RING_BUSY: it was got or dropped meanwhile. A copy counts only if
 * the head is still the same afterwards.
 */
static SHMB_ALWAYS_INLINE enum ring_result copy_out(const struct ring *ring, uint64_t head,
                                                    uint64_t tail, void *buffer, uint32_t size,
                                                    uint32_t *length)
{
    const uint32_t index = index_of(ring, head), found = length_at(ring, head, tail, index);

    if (found <= size && found <= ring->slot_size) {
        shared_copy(buffer, slot_at(ring, index), found);
        *length = found;
        return RING_OK;
    }
    shmb_fence_acquire();
    if (shmb_load64(&ring->header->head) != head)
        return RING_BUSY;
    if (found > ring->slot_size)
        return RING_CORRUPT;
    *length = found;
    return RING_LONG;
}

/*
 * Takes the message at `head`, which was copied. False: another one did. The only consumer swaps,
 * too: one that lost its end to the broker here must not set the head back.
 */
static SHMB_ALWAYS_INLINE bool advance(struct ring *ring, uint64_t head)
{
    SHMB_CRASH_POINT("queue: copied");
    if (!shmb_swap64(&ring->header->head, &head, head + 1))
        return false;
    SHMB_CRASH_POINT("queue: stored the head");
    return true;
}

/* Tries once. RING_EMPTY: `*head` is where the next message comes. */
static SHMB_ALWAYS_INLINE enum ring_result try_get(struct ring *ring, void *buffer, uint32_t size,
                                                   uint32_t *length, uint64_t *head)
{
    enum ring_result result = RING_OK;
    uint64_t tail;

    if (owns_head(ring)) {
        *head = shmb_load64(&ring->header->head);
        tail = ring->seen_tail;
        /* Without a look at the producer's line, as long as it is known to be further. */
        if (tail - *head - 1 >= ring->slots) {
            result = indices(ring, head, &tail);
            ring->seen_tail = tail;
        }
    } else {
        result = indices(ring, head, &tail);
    }
    if (result == RING_OK)
        result = copy_out(ring, *head, tail, buffer, size, length);
    /* While it slept, the end may have become that of another thread. */
    if (result == RING_OK && !current(ring))
        return RING_STALE;
    if (result == RING_OK && !advance(ring, *head))
        result = RING_BUSY;
    return result;
}

/* Tries until it is not others that are faster. */
static enum ring_result get_now(struct ring *ring, void *buffer, uint32_t size, uint32_t *length,
                                uint64_t *head)
{
    enum ring_result result;
    unsigned tries = 0;

    do {
        result = try_get(ring, buffer, size, length, head);
    } while (result == RING_BUSY && ++tries < TRIES);
    return result;
}

static void arm(const struct call *call)
{
    const struct ring *ring = call->ring;
    uint64_t head, tail;

    (void)shmb_exchange32(&ring->header->consumers_asleep, 1);
    shmb_fence_full();
    if (indices(ring, &head, &tail) != RING_EMPTY &&
        shmb_exchange32(&ring->header->consumers_asleep, 0) != 0)
        ring->port->wake(call->context, RING_ITEMS);
}

/* Has a producer signalled the event since ring_arm? Then the caller may have had the signal. */
static bool was_signalled(struct ring *ring)
{
    return shmb_load32(&ring->armed) != 0 && shmb_load32(&ring->header->consumers_asleep) == 0 &&
           shmb_exchange32(&ring->armed, 0) != 0;
}

/* All but the first try of ring_get, which had this result. */
static SHMB_NEVER_INLINE enum ring_result get_waiting(struct call *call, enum ring_result result,
                                                      void *buffer, uint32_t size, uint32_t *length,
                                                      uint64_t *head)
{
    struct ring *ring = call->ring;
    unsigned alarms = 0;
    bool slept = false;
    uint32_t ms;

    if (result == RING_BUSY)
        result = get_now(ring, buffer, size, length, head);
    for (; result == RING_EMPTY || result == RING_BUSY;
         result = get_now(ring, buffer, size, length, head)) {
        if (call->timeout_ms != 0 && result == RING_EMPTY && spin_for_item(call, *head))
            continue;
        ms = left(call);
        if (ms == 0)
            break;
        if (result == RING_BUSY) {
            call->ring->port->pause(call->context, 1);
            continue;
        }
        slept = true;
        result = nap(call, RING_ITEMS, *head, ms, &alarms);
        if (result != RING_OK)
            break;
    }
    /*
     * One that slept may have had the wake-up of others: a producer clears the mark with the first
     * one that it signals, and signals no second time while it is clear.
     */
    if (!ring_one_consumer(ring) && (slept || was_signalled(ring)))
        arm(call);
    return result;
}

enum ring_result ring_get(struct ring *ring, void *context, uint64_t identity, void *buffer,
                          uint32_t size, uint32_t *length, uint32_t timeout_ms)
{
    enum ring_result result = RING_OK;
    uint64_t head = 0;

    *length = 0;
    if (!current(ring))
        return RING_STALE;
    /* The context of a call is made only where it is needed. */
    if (ring_one_consumer(ring) && !has_end(&ring->header->get_lock, identity)) {
        const struct call call = call_of(ring, context, identity, timeout_ms);

        result = claim_get(&call);
    }
    if (result == RING_OK)
        result = try_get(ring, buffer, size, length, &head);
    if (result == RING_EMPTY || result == RING_BUSY ||
        (!ring_one_consumer(ring) && shmb_load32(&ring->armed) != 0)) {
        struct call call = call_of(ring, context, identity, timeout_ms);

        result = get_waiting(&call, result, buffer, size, length, &head);
    }
    /* Once a part: each lap has at least one, so who empties a full queue signals. */
    if (result == RING_OK && blocks(ring) && ((head + 1) & (ring->part - 1)) == 0)
        wake(ring, context, RING_ROOM);
    if (result != RING_OK && result != RING_LONG)
        *length = 0;
    return result;
}

enum ring_result ring_peek(const struct ring *ring, void *buffer, uint32_t size, uint32_t *length)
{
    enum ring_result result = RING_BUSY;
    uint64_t head, tail;
    unsigned tries;

    if (!current(ring))
        result = RING_STALE;
    for (tries = 0; result == RING_BUSY && tries < TRIES; tries++) {
        *length = 0;
        result = indices(ring, &head, &tail);
        if (result == RING_OK)
            result = copy_out(ring, head, tail, buffer, size, length);
        shmb_fence_acquire();
        if (result == RING_OK && shmb_load64(&ring->header->head) != head)
            result = RING_BUSY;
    }
    if (result != RING_OK && result != RING_LONG)
        *length = 0;
    return result;
}

enum ring_result ring_clear(struct ring *ring, void *context, uint64_t identity, uint64_t *count)
{
    const struct call call = call_of(ring, context, identity, 0);
    enum ring_result result;
    uint64_t head, tail;
    unsigned tries;

    *count = 0;
    if (!current(ring))
        return RING_STALE;
    result = claim_get(&call);
    if (result != RING_OK)
        return result;
    for (tries = 0; tries < TRIES; tries++) {
        result = indices(ring, &head, &tail);
        if (result == RING_EMPTY)
            return RING_OK;
        if (result == RING_BUSY || !shmb_swap64(&ring->header->head, &head, tail))
            continue;
        SHMB_CRASH_POINT("queue: cleared");
        ring->seen_tail = tail;
        /* Of damaged indices nobody knows how many messages there were. */
        if (result == RING_OK)
            *count = tail - head;
        wake(ring, context, RING_ROOM);
        return RING_OK;
    }
    return RING_BUSY;
}

enum ring_result ring_arm(struct ring *ring, void *context)
{
    const struct call call = call_of(ring, context, 0, 0);

    if (!current(ring))
        return RING_STALE;
    arm(&call);
    shmb_store32(&ring->armed, 1); /* last: a get of another thread must not clear it before */
    return RING_OK;
}

enum ring_result ring_look(const struct ring *ring, struct ring_level *out)
{
    enum ring_result result = RING_BUSY;
    unsigned tries;

    memset(out, 0, sizeof(*out));
    if (!current(ring))
        return RING_STALE;
    for (tries = 0; result == RING_BUSY && tries < TRIES; tries++)
        result = indices(ring, &out->got, &out->put);
    if (result == RING_EMPTY)
        result = RING_OK;
    if (result == RING_OK)
        out->messages = out->put - out->got;
    out->dropped = shmb_load64(&ring->header->dropped);
    out->refused = shmb_load64(&ring->header->refused);
    return result;
}
