/* The steps of a queue, without Windows: threads that race, die, and find hostile bytes. */
#include <setjmp.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "lock_word.h"
#include "ring_machine.h"

#define ONE_EACH (SHMB_ENTRY_ONE_PRODUCER | SHMB_ENTRY_ONE_CONSUMER)
#define NOBODY   STEP_COUNT

#define SIGNALS_MOST 1000000u

static int end(void **state)
{
    (void)state;
    machine_end();
    return 0;
}

static enum ring_result put_text(struct ring *ring, uint64_t me, const char *text)
{
    return ring_put(ring, NULL, me, text, (uint32_t)strlen(text), 0);
}

/* Gets a message without waiting; "" if there is none. */
static const char *get_text(struct ring *ring, uint64_t me)
{
    static char text[256];
    uint32_t length;

    if (ring_get(ring, NULL, me, text, sizeof(text) - 1, &length, 0) != RING_OK)
        length = 0;
    text[length] = '\0';
    return text;
}

/* ---- one thread ---- */

static void messages_come_in_order_and_whole(void **state)
{
    static const uint32_t shapes[][2] = {{1, 1}, {2, 64}, {3, 100}, {7, 56}, {8, 57}, {1024, 24}};
    uint8_t bytes[128], got[128];
    uint32_t length, i, j;
    struct ring ring;
    size_t shape;

    (void)state;
    for (shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]); shape++) {
        const uint32_t slots = shapes[shape][0], size = shapes[shape][1];
        uint64_t me, next = 0;

        machine_begin(slots, size, shape % 2 == 0 ? ONE_EACH : 0, true);
        machine_open(&ring);
        me = machine_live(0);
        for (i = 0; i < 5 * slots + 3; i++) {
            memset(bytes, (int)(i & 0xFF), sizeof(bytes));
            assert_int_equal(ring_put(&ring, NULL, me, bytes, i % (size + 1), 0), RING_OK);
            if (i % slots != slots - 1)
                continue;
            for (j = 0; j < slots; j++, next++) {
                assert_int_equal(ring_get(&ring, NULL, me, got, sizeof(got), &length, 0), RING_OK);
                assert_int_equal(length, next % (size + 1));
                memset(bytes, (int)(next & 0xFF), sizeof(bytes));
                assert_memory_equal(got, bytes, length);
            }
        }
    }
}

static void a_full_queue_says_so(void **state)
{
    struct ring_level level;
    struct ring ring;
    uint64_t me;

    (void)state;
    machine_begin(2, 8, 0, false);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_int_equal(put_text(&ring, me, "b"), RING_OK);
    assert_int_equal(put_text(&ring, me, "c"), RING_FULL);
    assert_int_equal(ring_put(&ring, NULL, me, "c", 1, 5), RING_FULL);
    assert_int_equal(ring_look(&ring, &level), RING_OK);
    assert_int_equal(level.messages, 2);
    assert_int_equal(level.refused, 0);
    assert_string_equal(get_text(&ring, me), "a");
    assert_int_equal(put_text(&ring, me, "c"), RING_OK);
    assert_string_equal(get_text(&ring, me), "b");
    assert_string_equal(get_text(&ring, me), "c");
    assert_string_equal(get_text(&ring, me), "");
}

static void a_queue_that_refuses_counts_it_and_does_not_wait(void **state)
{
    struct ring_level level;
    struct ring ring;
    uint64_t me;

    (void)state;
    machine_begin(1, 8, SHMB_ENTRY_REFUSE, true);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_int_equal(ring_put(&ring, NULL, me, "b", 1, RING_FOREVER), RING_FULL);
    assert_int_equal(ring_look(&ring, &level), RING_OK);
    assert_int_equal(level.refused, 1);
    assert_string_equal(get_text(&ring, me), "a");
    assert_string_equal(get_text(&ring, me), "");
}

static void a_queue_that_drops_keeps_the_newest(void **state)
{
    struct ring_level level;
    struct ring ring;
    uint64_t me;

    (void)state;
    machine_begin(2, 8, SHMB_ENTRY_DROP_OLDEST | SHMB_ENTRY_ONE_CONSUMER, true);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_int_equal(put_text(&ring, me, "b"), RING_OK);
    assert_int_equal(put_text(&ring, me, "c"), RING_OK);
    assert_int_equal(ring_look(&ring, &level), RING_OK);
    assert_int_equal(level.messages, 2);
    assert_int_equal(level.dropped, 1);
    assert_int_equal(level.put, 3);
    assert_int_equal(level.got, 1);
    assert_string_equal(get_text(&ring, me), "b");
    assert_string_equal(get_text(&ring, me), "c");
}

static void lengths_are_checked(void **state)
{
    char buffer[16];
    struct ring ring;
    uint32_t length;
    uint64_t me, count;

    (void)state;
    machine_begin(4, 8, 0, true);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(ring_put(&ring, NULL, me, "123456789", 9, 0), RING_LONG);
    assert_int_equal(ring_put(&ring, NULL, me, "12345678", 8, 0), RING_OK);
    assert_int_equal(ring_put(&ring, NULL, me, NULL, 0, 0), RING_OK);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, 7, &length, 0), RING_LONG);
    assert_int_equal(length, 8); /* and it is still there */
    assert_int_equal(ring_peek(&ring, buffer, 7, &length), RING_LONG);
    assert_int_equal(length, 8);
    assert_int_equal(ring_peek(&ring, buffer, 8, &length), RING_OK);
    assert_memory_equal(buffer, "12345678", 8);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, 8, &length, 0), RING_OK);
    assert_int_equal(length, 8);
    assert_int_equal(ring_get(&ring, NULL, me, NULL, 0, &length, 0), RING_OK);
    assert_int_equal(length, 0);
    assert_int_equal(ring_peek(&ring, buffer, 8, &length), RING_EMPTY);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_int_equal(put_text(&ring, me, "b"), RING_OK);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
    assert_int_equal(count, 2);
    assert_string_equal(get_text(&ring, me), "");
    assert_int_equal(put_text(&ring, me, "c"), RING_OK);
    assert_string_equal(get_text(&ring, me), "c");
}

static void nobody_is_woken_while_nobody_sleeps(void **state)
{
    struct ring ring;
    uint64_t me;
    int i;

    (void)state;
    machine_begin(4, 8, 0, true);
    machine_open(&ring);
    me = machine_live(0);
    for (i = 0; i < 20; i++) {
        assert_int_equal(put_text(&ring, me, "a"), RING_OK);
        assert_string_equal(get_text(&ring, me), "a");
    }
    assert_int_equal(machine_signals(), 0);
    assert_int_equal(ring_arm(&ring, NULL), RING_OK);
    assert_int_equal(machine_signals(), 0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_int_equal(machine_signals(), 1);
    assert_int_equal(put_text(&ring, me, "b"), RING_OK);
    assert_int_equal(machine_signals(), 1);
    assert_int_equal(ring_arm(&ring, NULL), RING_OK); /* there are messages */
    assert_int_equal(machine_signals(), 2);
}

/* Others sleep as well, and the signal of the event is for one. */
static void who_waited_for_the_event_passes_the_signal_on(void **state)
{
    struct ring ring, other;
    uint64_t me;

    (void)state;
    machine_begin(4, 8, 0, true);
    machine_open(&ring);
    machine_open(&other);
    me = machine_live(0);
    assert_int_equal(ring_arm(&ring, NULL), RING_OK);
    assert_string_equal(get_text(&other, me), ""); /* has not armed: nothing to pass on */
    assert_int_equal(put_text(&other, me, "a"), RING_OK);
    assert_int_equal(put_text(&other, me, "b"), RING_OK);
    assert_int_equal(machine_signals(), 1);
    assert_string_equal(get_text(&ring, me), "a");
    assert_int_equal(machine_signals(), 2); /* for "b" */
    assert_string_equal(get_text(&ring, me), "b");
    assert_int_equal(machine_signals(), 2);

    assert_int_equal(ring_arm(&ring, NULL), RING_OK);
    assert_int_equal(put_text(&other, me, "c"), RING_OK);
    assert_int_equal(machine_signals(), 3);
    assert_string_equal(get_text(&other, me), "c");
    assert_string_equal(get_text(&ring, me), ""); /* had the signal, but not the message */
    assert_int_equal(put_text(&other, me, "d"), RING_OK);
    assert_int_equal(machine_signals(), 4);
}

/* Not for each message: the producer would be full, and asleep, again after one put. */
static void a_consumer_signals_room_once_a_part_of_a_lap_is_free(void **state)
{
    struct ring ring;
    uint64_t me;
    int i;

    (void)state;
    machine_begin(8, 8, 0, true);
    machine_open(&ring);
    me = machine_live(0);
    for (i = 0; i < 8; i++)
        assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_header()->producers_asleep = 1;
    for (i = 0; i < 3; i++)
        assert_string_equal(get_text(&ring, me), "a");
    assert_int_equal(machine_signals(), 0);
    assert_string_equal(get_text(&ring, me), "a");
    assert_int_equal(machine_signals(), 1);
    machine_header()->producers_asleep = 1;
    for (i = 0; i < 4; i++)
        assert_string_equal(get_text(&ring, me), "a");
    assert_int_equal(machine_signals(), 2); /* each lap has two parts, wherever it begins */
}

static void a_retired_queue_is_stale(void **state)
{
    struct ring_level level;
    char buffer[8];
    struct ring ring;
    uint32_t length;
    uint64_t me, count;

    (void)state;
    machine_begin(4, 8, 0, true);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_header()->generation = UINT64_MAX;
    assert_int_equal(put_text(&ring, me, "b"), RING_STALE);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, 8, &length, 0), RING_STALE);
    assert_int_equal(ring_peek(&ring, buffer, 8, &length), RING_STALE);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_STALE);
    assert_int_equal(ring_look(&ring, &level), RING_STALE);
    assert_int_equal(ring_arm(&ring, NULL), RING_STALE);
}

struct late_put {
    enum ring_result result;
    uint32_t ms;
};

static void put_late(struct mortal *mortal)
{
    struct late_put *late = mortal->more;

    late->result = ring_put(mortal->ring, NULL, mortal->identity, "late", 4, late->ms);
}

/* Waits until a thread has passed the step once more than before. */
static void wait_for_step(enum step where, unsigned before)
{
    while (machine_passed(where) == before)
        (void)sched_yield();
}

/* The broker gives the queue other slots: its words are free for their threads. */
static void renew(uint64_t generation)
{
    machine_header()->generation = UINT64_MAX;
    machine_header()->put_lock = 0;
    machine_header()->get_lock = 0;
    machine_header()->generation = generation;
}

static void a_clear_wakes_who_waits_for_room(void **state)
{
    struct late_put late = {RING_FAILED, RING_FOREVER};
    struct ring ring, full;
    struct mortal mortal = {
        .index = 1, .where = NOBODY, .run = put_late, .ring = &full, .more = &late};
    const unsigned before = machine_passed(STEP_NAPS);
    uint64_t me, count;

    (void)state;
    machine_begin(1, 8, 0, true);
    machine_open(&full);
    machine_open(&ring);
    me = machine_live(0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_start(&mortal);
    wait_for_step(STEP_NAPS, before);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
    assert_int_equal(count, 1);
    assert_int_equal(machine_signals(), 1);
    machine_join(&mortal);
    assert_int_equal(late.result, RING_OK);
    assert_string_equal(get_text(&ring, me), "late");
}

/* A consumer that takes its time after one message does not keep a producer. */
static void a_put_sees_room_that_is_not_signalled(void **state)
{
    struct late_put late = {RING_FULL, RING_FOREVER};
    struct ring ring, its;
    struct mortal mortal = {
        .index = 1, .where = NOBODY, .run = put_late, .ring = &its, .more = &late};
    const unsigned before = machine_passed(STEP_NAPS);
    uint64_t me;
    int i;

    (void)state;
    machine_begin(8, 8, 0, false);
    machine_open(&ring);
    machine_open(&its);
    me = machine_live(0);
    for (i = 0; i < 8; i++)
        assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_start(&mortal);
    wait_for_step(STEP_NAPS, before);
    assert_string_equal(get_text(&ring, me), "a");
    machine_join(&mortal);
    assert_int_equal(late.result, RING_OK);
    assert_int_equal(machine_header()->tail, 9);
    assert_int_equal(machine_signals(), 0);
}

static void a_put_that_waited_for_the_lock_of_a_retired_queue_is_stale(void **state)
{
    struct late_put late = {RING_OK, 5000};
    struct ring ring;
    struct mortal mortal = {
        .index = 1, .where = NOBODY, .run = put_late, .ring = &ring, .more = &late};
    uint64_t me, word;

    (void)state;
    machine_begin(4, 8, 0, false);
    machine_open(&ring);
    me = machine_live(0);
    machine_header()->put_lock = me;
    machine_start(&mortal);
    do {
        word = shmb_load64(&machine_header()->put_lock);
    } while ((word & SHMB_LOCK_CONTENDED) == 0); /* it waits */
    machine_header()->generation = UINT64_MAX;
    while (!shmb_swap64(&machine_header()->put_lock, &word, 0))
        ;
    machine_join(&mortal);
    assert_int_equal(late.result, RING_STALE);
    assert_int_equal(machine_header()->tail, 0);
    assert_int_equal(machine_header()->put_lock & SHMB_LOCK_IDENTITY, 0);
}

/* Two producers at a time would fill one slot. */
static void a_put_that_waited_for_room_of_a_renewed_queue_is_stale(void **state)
{
    struct late_put late = {RING_OK, 5000};
    struct ring old, ring;
    struct mortal mortal = {
        .index = 1, .where = NOBODY, .run = put_late, .ring = &old, .more = &late};
    const unsigned before = machine_passed(STEP_NAPS);
    uint64_t me;

    (void)state;
    machine_begin(1, 8, 0, false);
    machine_open(&old);
    machine_open(&ring);
    ring.generation = 8;
    me = machine_live(0);
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    machine_start(&mortal);
    wait_for_step(STEP_NAPS, before);
    renew(8);
    machine_header()->put_lock = mortal.identity; /* a thread of the other slots, the same number */
    assert_string_equal(get_text(&ring, me), "a");
    machine_join(&mortal);
    assert_int_equal(late.result, RING_STALE);
    assert_int_equal(machine_header()->tail, 1);
    assert_true(machine_header()->put_lock == mortal.identity);
}

static void an_end_of_a_renewed_queue_is_not_given_back(void **state)
{
    struct ring old, ring;
    uint64_t me;

    (void)state;
    machine_begin(4, 8, ONE_EACH, true);
    machine_open(&old);
    machine_open(&ring);
    ring.generation = 8;
    me = machine_live(0);
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    assert_string_equal(get_text(&old, me), "a");
    renew(8);
    /* A thread of the other slots has the same number there. */
    assert_int_equal(put_text(&ring, me, "b"), RING_OK);
    assert_string_equal(get_text(&ring, me), "b");
    ring_leave(&old, NULL);
    assert_true(machine_header()->put_lock == me);
    assert_true(machine_header()->get_lock == me);
    ring_leave(&ring, NULL);
    assert_int_equal(machine_header()->put_lock, 0);
    assert_int_equal(machine_header()->get_lock, 0);
}

static void get_late(struct mortal *mortal)
{
    struct late_put *late = mortal->more;
    uint32_t length;
    char text[8];

    late->result =
        ring_get(mortal->ring, NULL, mortal->identity, text, sizeof(text), &length, late->ms);
}

static void a_get_that_waited_in_a_renewed_queue_is_stale(void **state)
{
    struct late_put late = {RING_OK, 5000};
    struct ring old, ring;
    struct mortal mortal = {
        .index = 1, .where = NOBODY, .run = get_late, .ring = &old, .more = &late};
    const unsigned before = machine_passed(STEP_NAPS);
    uint64_t me;

    (void)state;
    machine_begin(4, 8, SHMB_ENTRY_ONE_CONSUMER, false);
    machine_open(&old);
    machine_open(&ring);
    ring.generation = 8;
    me = machine_live(0);
    machine_start(&mortal);
    wait_for_step(STEP_NAPS, before);
    renew(8);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_join(&mortal);
    assert_int_equal(late.result, RING_STALE);
    assert_string_equal(get_text(&ring, me), "a");
}

/* The head would go back: messages would come twice, and the queue would be damaged. */
static void a_get_that_lost_its_end_does_not_move_the_head(void **state)
{
    struct late_put late = {RING_OK, 0};
    struct ring old, ring;
    struct mortal mortal = {.index = 1,
                            .where = STEP_GET_COPIED,
                            .holds = true,
                            .run = get_late,
                            .ring = &old,
                            .more = &late};
    const unsigned before = machine_passed(STEP_GET_COPIED);
    uint64_t me;

    (void)state;
    machine_begin(4, 8, ONE_EACH, true);
    machine_open(&old);
    machine_open(&ring);
    ring.generation = 8;
    me = machine_live(0);
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    assert_int_equal(put_text(&old, me, "b"), RING_OK);
    machine_start(&mortal);
    wait_for_step(STEP_GET_COPIED, before);
    renew(8);
    assert_string_equal(get_text(&ring, me), "a");
    assert_string_equal(get_text(&ring, me), "b");
    machine_release();
    machine_join(&mortal);
    assert_int_equal(late.result, RING_EMPTY); /* the next call says that the queue is stale */
    assert_int_equal(machine_header()->head, 2);
}

/* ---- ends for one thread ---- */

static void put_and_get_one(struct mortal *mortal)
{
    enum ring_result *results = mortal->more;
    char buffer[8];
    uint32_t length;

    results[0] = ring_put(mortal->ring, NULL, mortal->identity, "x", 1, 0);
    results[1] = ring_get(mortal->ring, NULL, mortal->identity, buffer, 8, &length, 0);
}

static void an_end_for_one_belongs_to_its_first_thread(void **state)
{
    enum ring_result results[2];
    struct ring mine, other;
    struct mortal mortal = {.index = 1, .where = NOBODY, .run = put_and_get_one, .more = results};
    uint64_t me, count;

    (void)state;
    machine_begin(4, 8, ONE_EACH, true);
    machine_open(&mine);
    machine_open(&other);
    me = machine_live(0);
    assert_int_equal(put_text(&mine, me, "a"), RING_OK);
    assert_string_equal(get_text(&mine, me), "a");
    assert_int_equal(put_text(&other, me, "b"), RING_OK); /* through any handle */
    mortal.ring = &other;
    machine_start(&mortal);
    machine_join(&mortal);
    assert_int_equal(results[0], RING_TAKEN);
    assert_int_equal(results[1], RING_TAKEN);
    ring_leave(&mine, NULL);
    machine_start(&mortal);
    machine_join(&mortal);
    assert_int_equal(results[0], RING_OK);
    assert_int_equal(results[1], RING_OK);
    /* That thread has ended, and did not close. */
    assert_string_equal(get_text(&mine, me), "x");
    assert_int_equal(ring_clear(&mine, NULL, me, &count), RING_OK);
    assert_int_equal(put_text(&mine, me, "c"), RING_OK);
}

/* ---- many threads ---- */

#define PRODUCERS 3u
#define EACH      4000u

struct message {
    uint32_t producer, number;
};

static uint32_t consumers, each;
static volatile uint32_t seen[PRODUCERS][EACH + 1]; /* 2: more than once */
static volatile uint32_t wrong;

static void produce(struct mortal *mortal)
{
    struct message message = {mortal->index, 0};
    enum ring_result result;

    while (message.number < each) {
        result = ring_put(mortal->ring, NULL, mortal->identity, &message, sizeof(message), 20000);
        if (result == RING_OK || result == RING_FULL)
            message.number++;
        else
            (void)shmb_exchange32(&wrong, 100 + (uint32_t)result);
    }
}

/* Gets until a message says that this is the end. */
static void consume(struct mortal *mortal)
{
    uint32_t next[PRODUCERS] = {0}, length;
    struct message message;

    for (;;) {
        enum ring_result result = ring_get(mortal->ring, NULL, mortal->identity, &message,
                                           sizeof(message), &length, 20000);

        if (result != RING_OK) {
            (void)shmb_exchange32(&wrong, 200 + (uint32_t)result);
            return;
        }
        if (message.producer == PRODUCERS)
            return;
        if (length != sizeof(message) || message.producer > PRODUCERS ||
            message.number < next[message.producer] || message.number > EACH) {
            (void)shmb_exchange32(&wrong, 1);
            return;
        }
        next[message.producer] = message.number + 1;
        if (shmb_exchange32(&seen[message.producer][message.number], 1) != 0)
            shmb_store32(&seen[message.producer][message.number], 2);
    }
}

/*
 * Runs producers and consumers to the end, with no bounded sleep to help. Returns how many of its
 * own messages, which end the consumers, were refused.
 */
static uint64_t run_all(uint32_t producers, uint32_t consumer_count, uint32_t slots, uint32_t flags)
{
    struct mortal mortal[PRODUCERS + 4];
    struct ring rings[PRODUCERS + 4], ring;
    const struct message last = {PRODUCERS, 0};
    uint32_t i;
    uint64_t me, refused = 0;

    machine_begin(slots, sizeof(struct message), flags, true);
    memset((void *)seen, 0, sizeof(seen));
    memset(mortal, 0, sizeof(mortal));
    wrong = 0;
    each = EACH;
    consumers = consumer_count;
    for (i = 0; i < producers + consumers; i++) {
        machine_open(&rings[i]);
        mortal[i].index = i;
        mortal[i].where = NOBODY;
        mortal[i].run = i < producers ? produce : consume;
        mortal[i].ring = &rings[i];
        machine_start(&mortal[i]);
    }
    for (i = 0; i < producers; i++)
        machine_join(&mortal[i]);
    machine_open(&ring);
    me = machine_live(MACHINE_SLOTS - 1);
    for (i = 0; i < consumers; i++) {
        while (ring_put(&ring, NULL, me, &last, sizeof(last), 20000) == RING_FULL)
            refused++;
    }
    for (i = 0; i < consumers; i++)
        machine_join(&mortal[producers + i]);
    assert_int_equal(wrong, 0);
    return refused;
}

static void each_message_arrives_once(uint32_t producers, uint32_t consumer_count, uint32_t slots,
                                      uint32_t flags)
{
    uint32_t i, j;

    run_all(producers, consumer_count, slots, flags);
    for (i = 0; i < producers; i++)
        for (j = 0; j < EACH; j++)
            assert_int_equal(seen[i][j], 1);
}

static void many_put_and_many_get(void **state)
{
    (void)state;
    each_message_arrives_once(PRODUCERS, 3, 4, 0);
    each_message_arrives_once(PRODUCERS, 4, 1, 0);
    each_message_arrives_once(1, 3, 64, SHMB_ENTRY_ONE_PRODUCER);
}

static void one_puts_and_one_gets(void **state)
{
    (void)state;
    each_message_arrives_once(1, 1, 2, ONE_EACH);
    each_message_arrives_once(1, 1, 1, SHMB_ENTRY_ONE_CONSUMER);
    each_message_arrives_once(PRODUCERS, 1, 16, SHMB_ENTRY_ONE_CONSUMER);
}

static void what_is_not_dropped_arrives_once(void **state)
{
    struct ring_level level;
    struct ring ring;
    uint64_t arrived = 0;
    uint32_t i, j;

    (void)state;
    run_all(2, 2, 4, SHMB_ENTRY_DROP_OLDEST);
    for (i = 0; i < 2; i++)
        for (j = 0; j < EACH; j++) {
            assert_true(seen[i][j] <= 1);
            arrived += seen[i][j];
        }
    machine_open(&ring);
    assert_int_equal(ring_look(&ring, &level), RING_OK);
    assert_int_equal(arrived + level.dropped, 2 * EACH);
}

static void what_is_not_refused_arrives_once(void **state)
{
    struct ring_level level;
    struct ring ring;
    uint64_t arrived = 0, ends;
    uint32_t i, j;

    (void)state;
    ends = run_all(2, 2, 4, SHMB_ENTRY_REFUSE);
    for (i = 0; i < 2; i++)
        for (j = 0; j < EACH; j++) {
            assert_true(seen[i][j] <= 1);
            arrived += seen[i][j];
        }
    machine_open(&ring);
    assert_int_equal(ring_look(&ring, &level), RING_OK);
    assert_int_equal(arrived + level.refused, 2 * EACH + ends);
}

/* ---- deaths ---- */

static void die_putting(struct mortal *mortal)
{
    (void)ring_put(mortal->ring, NULL, mortal->identity, "dead", 4, 20000);
}

static void die_getting(struct mortal *mortal)
{
    char buffer[8];
    uint32_t length;

    (void)ring_get(mortal->ring, NULL, mortal->identity, buffer, 8, &length, 20000);
}

static void die_clearing(struct mortal *mortal)
{
    uint64_t count;

    (void)ring_clear(mortal->ring, NULL, mortal->identity, &count);
}

struct death {
    void (*run)(struct mortal *mortal);
    enum step where;
    uint32_t flags;
    const char *before[3]; /* in the queue of two slots */
    const char *after[3];  /* in it when the thread has died */
    bool sleeps;           /* the main thread gets or puts one so that it goes on */
};

static const struct death deaths[] = {
    {die_putting, STEP_PUT_LOCKED, 0, {"a"}, {"a"}, false},
    {die_putting, STEP_PUT_ROOM, 0, {"a"}, {"a"}, false},
    {die_putting, STEP_PUT_FILLED, 0, {"a"}, {"a"}, false},
    {die_putting, STEP_PUT_STORED, 0, {"a"}, {"a", "dead"}, false},
    {die_putting, STEP_PUT_UNLOCKED, 0, {"a"}, {"a", "dead"}, false},
    {die_putting, STEP_PUT_ROOM, ONE_EACH, {"a"}, {"a"}, false},
    {die_putting, STEP_PUT_FILLED, ONE_EACH, {"a"}, {"a"}, false},
    {die_putting, STEP_PUT_STORED, ONE_EACH, {"a"}, {"a", "dead"}, false},
    {die_putting, STEP_DROPS, SHMB_ENTRY_DROP_OLDEST, {"a", "b"}, {"a", "b"}, false},
    {die_putting, STEP_DROPPED, SHMB_ENTRY_DROP_OLDEST, {"a", "b"}, {"b"}, false},
    {die_putting, STEP_NAPS, 0, {"a", "b"}, {"a", "b"}, false},
    {die_putting, STEP_NAPPED, 0, {"a", "b"}, {"b"}, true},
    {die_getting, STEP_GET_COPIED, 0, {"a", "b"}, {"a", "b"}, false},
    {die_getting, STEP_GET_STORED, 0, {"a", "b"}, {"b"}, false},
    {die_getting, STEP_GET_COPIED, ONE_EACH, {"a", "b"}, {"a", "b"}, false},
    {die_getting, STEP_GET_STORED, ONE_EACH, {"a", "b"}, {"b"}, false},
    {die_getting, STEP_NAPS, 0, {NULL}, {NULL}, false},
    {die_getting, STEP_NAPPED, 0, {NULL}, {"new"}, true},
    {die_clearing, STEP_CLEARED, 0, {"a", "b"}, {NULL}, false},
};

/* Waits until the thread sleeps, and moves the index that it waits for. */
static void let_it_wake(const struct death *death, struct ring *ring, uint64_t me)
{
    while (!machine_slept()) /* a mark alone: it may still look at the index */
        sched_yield();
    if (death->run == die_putting)
        assert_string_equal(get_text(ring, me), "a");
    else
        assert_int_equal(put_text(ring, me, "new"), RING_OK);
}

/* Whatever the step: nothing by half, nobody has to wait for the dead one. */
static void the_death_of_an_end_costs_what_the_reference_says(void **state)
{
    struct mortal mortal = {.index = 1};
    struct ring ring, its;
    uint64_t me, count;
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        const struct death *death = &deaths[i];
        struct ring filler;

        machine_begin(2, 8, death->flags, true);
        machine_open(&filler);
        machine_open(&ring);
        machine_open(&its);
        me = machine_live(0);
        for (j = 0; death->before[j] != NULL; j++)
            assert_int_equal(put_text(&filler, me, death->before[j]), RING_OK);
        ring_leave(&filler, NULL);
        mortal.run = death->run;
        mortal.where = death->where;
        mortal.passes = 0;
        mortal.ring = &its;
        machine_start(&mortal);
        if (death->sleeps)
            let_it_wake(death, &ring, me);
        machine_join(&mortal);
        if (!mortal.died)
            fail_msg("death %zu did not happen", i);
        for (j = 0; death->after[j] != NULL; j++)
            assert_string_equal(get_text(&ring, me), death->after[j]);
        assert_string_equal(get_text(&ring, me), "");
        /* All goes on, and the whole queue is there. */
        assert_int_equal(put_text(&ring, me, "x"), RING_OK);
        assert_int_equal(put_text(&ring, me, "y"), RING_OK);
        assert_string_equal(get_text(&ring, me), "x");
        assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
        assert_int_equal(count, 1);
    }
}

static volatile uint32_t stop;

#define ROUNDS  39u
#define TRAFFIC 300u /* messages of a round */

static void put_until_stopped(struct mortal *mortal)
{
    struct message message = {mortal->index, 0};

    for (; shmb_load32(&stop) == 0; message.number++) {
        if (ring_put(mortal->ring, NULL, mortal->identity, &message, sizeof(message), 200) ==
            RING_CORRUPT)
            (void)shmb_exchange32(&wrong, 1);
        if (mortal->where == NOBODY && message.number == TRAFFIC)
            shmb_store32(&stop, 1);
    }
}

static void get_until_stopped(struct mortal *mortal)
{
    struct message message;
    uint32_t length;

    while (shmb_load32(&stop) == 0) {
        enum ring_result result =
            ring_get(mortal->ring, NULL, mortal->identity, &message, sizeof(message), &length, 200);

        if (result == RING_CORRUPT || (result == RING_OK && length != sizeof(message)) ||
            (result == RING_OK && message.producer >= MACHINE_SLOTS))
            (void)shmb_exchange32(&wrong, 2);
    }
}

/* One that lives and two that die on each side; the last ones die at any of the steps. */
static void run_round(struct mortal mortal[6], struct ring rings[6], uint32_t round)
{
    uint32_t i;

    shmb_store32(&stop, 0);
    for (i = 0; i < 6; i++) {
        machine_open(&rings[i]);
        mortal[i].index = i;
        mortal[i].ring = &rings[i];
        mortal[i].run = i % 2 == 0 ? put_until_stopped : get_until_stopped;
        mortal[i].passes = round % 5;
        mortal[i].where = NOBODY;
        if (i >= 2)
            mortal[i].where =
                (enum step)(STEP_PUT_LOCKED + (round + 3 * i) % (NOBODY - STEP_PUT_LOCKED));
        machine_start(&mortal[i]);
    }
    for (i = 0; i < 6; i++)
        machine_join(&mortal[i]);
}

static void threads_die_in_the_middle_of_the_traffic(void **state)
{
    static const uint32_t flags[] = {0, SHMB_ENTRY_DROP_OLDEST, SHMB_ENTRY_ONE_CONSUMER};
    struct mortal mortal[6] = {{0}};
    struct ring rings[6];
    struct ring_level level;
    unsigned deaths_seen = 0;
    uint32_t round, i;
    uint64_t me;
    size_t which;

    (void)state;
    for (which = 0; which < sizeof(flags) / sizeof(flags[0]); which++) {
        machine_begin(3, sizeof(struct message), flags[which], false);
        wrong = 0;
        for (round = 0; round < ROUNDS; round++) {
            run_round(mortal, rings, round);
            for (i = 0; i < 6; i++)
                deaths_seen += mortal[i].died;
        }
        assert_int_equal(wrong, 0);
        me = machine_live(MACHINE_SLOTS - 1);
        machine_open(&rings[0]);
        assert_int_equal(ring_look(&rings[0], &level), RING_OK);
        assert_int_equal(ring_clear(&rings[0], NULL, me, &level.got), RING_OK);
        assert_int_equal(ring_put(&rings[0], NULL, me, "x", 1, 0), RING_OK);
        assert_string_equal(get_text(&rings[0], me), "x");
    }
    assert_true(deaths_seen > ROUNDS);
}

/* ---- hostile bytes ---- */

static uint64_t random_state = 88172645463325252u;

static uint64_t random_number(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Near a bound as often as anywhere. */
static uint64_t hostile_number(void)
{
    static const uint64_t bases[] = {0, 3, 8, UINT32_MAX, (uint64_t)1 << 32, UINT64_MAX};
    const uint64_t number = random_number();

    return number % 3 == 0 ? random_number() : bases[number / 3 % 6] + number / 64 % 9 - 4;
}

static void hostile_indices_are_corrupt_and_clear_repairs_them(void **state)
{
    struct ring_level level;
    char buffer[16];
    struct ring ring;
    uint32_t length;
    uint64_t me, count;

    (void)state;
    machine_begin(4, 8, 0, true);
    machine_open(&ring);
    me = machine_live(0);
    machine_header()->head = 9;
    machine_header()->tail = 100;
    assert_int_equal(put_text(&ring, me, "a"), RING_CORRUPT);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, sizeof(buffer), &length, 0), RING_CORRUPT);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, sizeof(buffer), &length, RING_FOREVER),
                     RING_CORRUPT);
    assert_int_equal(ring_peek(&ring, buffer, sizeof(buffer), &length), RING_CORRUPT);
    assert_int_equal(ring_look(&ring, &level), RING_CORRUPT);
    assert_int_equal(level.messages, 0);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
    assert_int_equal(count, 0);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    ring.lengths[0] = 9;
    machine_header()->newest = UINT64_MAX;
    assert_int_equal(ring_get(&ring, NULL, me, buffer, sizeof(buffer), &length, 0), RING_CORRUPT);
    assert_int_equal(length, 0);
    assert_int_equal(ring_peek(&ring, buffer, sizeof(buffer), &length), RING_CORRUPT);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
    assert_int_equal(count, 1);
    machine_header()->put_lock = UINT64_C(0x0000000000FF0007);
    machine_header()->put_lock |= UINT64_C(0x8000000000000000);
    assert_int_equal(put_text(&ring, me, "a"), RING_CORRUPT);
    machine_header()->put_lock = SHMB_LOCK_MOVED;
    assert_int_equal(put_text(&ring, me, "a"), RING_STALE);
}

/* The only consumer remembers how far the producer was: after a repair that says nothing. */
static void cleared_messages_do_not_come_back(void **state)
{
    struct ring ring;
    uint64_t me, count;
    unsigned i;

    (void)state;
    machine_begin(16, 8, ONE_EACH, true);
    machine_open(&ring);
    me = machine_live(0);
    for (i = 0; i < 12; i++)
        assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    assert_string_equal(get_text(&ring, me), "a");
    machine_header()->head = 0;
    machine_header()->tail = 5;
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_OK);
    assert_string_equal(get_text(&ring, me), "");
    assert_int_equal(machine_header()->head, 5);
}

/* No byte of the header or of a slot leads out of the section: ASan watches. */
static void any_bytes_are_survived(void **state)
{
    static const uint32_t flags[] = {0, ONE_EACH, SHMB_ENTRY_DROP_OLDEST,
                                     SHMB_ENTRY_REFUSE | SHMB_ENTRY_ONE_CONSUMER};
    struct ring_level level;
    uint8_t buffer[24];
    uint32_t length, i, j;
    struct ring ring;
    uint64_t me, count;
    size_t which;

    (void)state;
    for (which = 0; which < sizeof(flags) / sizeof(flags[0]); which++) {
        machine_begin(8 - (uint32_t)which % 2, 24, flags[which], false);
        machine_open(&ring);
        me = machine_live(0);
        for (i = 0; i < 20000; i++) {
            struct shmb_queue_header *header = machine_header();

            switch (random_number() % 8) {
            case 0:
                header->head = hostile_number();
                break;
            case 1:
                header->tail = hostile_number();
                break;
            case 2:
                header->head = header->tail - random_number() % 9;
                break;
            case 3:
                for (j = 0; j < ring.slots; j++)
                    ring.lengths[j] = (uint32_t)hostile_number();
                header->newest = (uint32_t)header->head | hostile_number() << 32;
                break;
            case 4:
                header->put_lock = random_number() % 2 == 0 ? 0 : hostile_number();
                header->get_lock = random_number() % 2 == 0 ? 0 : hostile_number();
                break;
            case 5:
                header->slots = header->stride = header->slot_size = (uint32_t)hostile_number();
                break;
            default:
                header->consumers_asleep = header->producers_asleep = (uint32_t)hostile_number();
                break;
            }
            (void)ring_put(&ring, NULL, me, buffer, (uint32_t)(random_number() % 25), 0);
            if (ring_get(&ring, NULL, me, buffer, sizeof(buffer), &length, 0) == RING_OK)
                assert_true(length <= sizeof(buffer));
            if (ring_peek(&ring, buffer, 3, &length) == RING_OK)
                assert_true(length <= 3);
            (void)ring_look(&ring, &level);
            assert_true(level.messages <= 8);
            if (i % 16 == 0)
                (void)ring_clear(&ring, NULL, me, &count);
        }
    }
}

static void get_one(struct mortal *mortal)
{
    char buffer[8];
    uint32_t length;

    assert_int_equal(
        ring_get(mortal->ring, NULL, mortal->identity, buffer, 8, &length, RING_FOREVER), RING_OK);
}

/* A program that signals all the time makes a sleeper pause, and keeps it no longer. */
static void false_wake_ups_do_not_keep_a_sleeper(void **state)
{
    struct mortal consumer = {.where = NOBODY, .run = get_one, .index = 1};
    struct ring ring, other;
    char buffer[8];
    uint32_t length, i;

    (void)state;
    machine_begin(4, 8, 0, false);
    machine_open(&ring);
    machine_open(&other);
    for (i = 0; i < 3; i++) {
        ring.port->wake(NULL, RING_ITEMS);
        assert_int_equal(ring_get(&ring, NULL, 0, buffer, 8, &length, 10), RING_EMPTY);
    }
    assert_int_equal(machine_pauses(), 0);
    consumer.ring = &other;
    machine_start(&consumer);
    for (i = 0; i < SIGNALS_MOST && machine_pauses() == 0; i++) {
        ring.port->wake(NULL, RING_ITEMS);
        sched_yield();
    }
    assert_int_not_equal(machine_pauses(), 0);
    assert_int_equal(put_text(&ring, machine_live(0), "a"), RING_OK);
    machine_join(&consumer);
}

/* A port whose sleeps take no time; its clock goes on by each of them. */
static uint64_t clock_ms;
static unsigned pauses;
static enum ring_wake each_sleep;

static enum ring_wake sleep_at_once(void *context, enum ring_event which, uint32_t ms)
{
    (void)context;
    (void)which;
    clock_ms += each_sleep == RING_SIGNALLED ? 1 : ms;
    return each_sleep;
}

static void count_pause(void *context, uint32_t ms)
{
    (void)context;
    if (ms > 0)
        pauses++;
}

static uint64_t clock_now(void *context)
{
    (void)context;
    return clock_ms;
}

/* A pause is deaf: a message that comes meanwhile is late. */
static void only_false_wake_ups_slow_a_sleeper_down(void **state)
{
    static const struct ring_port port = {
        .sleep = sleep_at_once, .pause = count_pause, .now = clock_now};
    char buffer[8];
    struct ring ring;
    uint32_t length;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        machine_begin(4, 8, 0, false);
        machine_open(&ring);
        ring.port = &port;
        each_sleep = i == 0 ? RING_TIME_OVER : RING_SIGNALLED;
        pauses = 0;
        assert_int_equal(ring_get(&ring, NULL, 0, buffer, 8, &length, 5000), RING_EMPTY);
        if (i == 0)
            assert_int_equal(pauses, 0);
        else
            assert_true(pauses > 0);
    }
}

static void a_section_that_is_too_short_is_refused(void **state)
{
    static uint64_t bytes[2048 / 8];
    struct ring ring;

    (void)state;
    memset(&ring, 0, sizeof(ring));
    assert_true(ring_begin(&ring, bytes, 1024 + 64 + 64 * 4, 4, 24, 0, 1));
    assert_false(ring_begin(&ring, bytes, 1024 + 64 + 64 * 4 - 1, 4, 24, 0, 1));
    assert_false(ring_begin(&ring, bytes, sizeof(bytes), 0, 24, 0, 1));
    assert_false(ring_begin(&ring, bytes, sizeof(bytes), 4, 0, 0, 1));
    assert_false(ring_begin(&ring, bytes, SIZE_MAX, SHMB_QUEUE_SLOTS_MOST + 1, 4, 0, 1));
    assert_false(ring_begin(&ring, bytes, SIZE_MAX, 4, SHMB_QUEUE_SLOT_MOST + 1, 0, 1));
}

static void every_step_was_passed(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i < STEP_COUNT; i++)
        if (machine_passed((enum step)i) == 0)
            fail_msg("no thread passed step %u", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(messages_come_in_order_and_whole, end),
        cmocka_unit_test_teardown(a_full_queue_says_so, end),
        cmocka_unit_test_teardown(a_queue_that_refuses_counts_it_and_does_not_wait, end),
        cmocka_unit_test_teardown(a_queue_that_drops_keeps_the_newest, end),
        cmocka_unit_test_teardown(lengths_are_checked, end),
        cmocka_unit_test_teardown(nobody_is_woken_while_nobody_sleeps, end),
        cmocka_unit_test_teardown(who_waited_for_the_event_passes_the_signal_on, end),
        cmocka_unit_test_teardown(a_retired_queue_is_stale, end),
        cmocka_unit_test_teardown(a_clear_wakes_who_waits_for_room, end),
        cmocka_unit_test_teardown(a_consumer_signals_room_once_a_part_of_a_lap_is_free, end),
        cmocka_unit_test_teardown(a_put_sees_room_that_is_not_signalled, end),
        cmocka_unit_test_teardown(a_put_that_waited_for_the_lock_of_a_retired_queue_is_stale, end),
        cmocka_unit_test_teardown(a_put_that_waited_for_room_of_a_renewed_queue_is_stale, end),
        cmocka_unit_test_teardown(an_end_of_a_renewed_queue_is_not_given_back, end),
        cmocka_unit_test_teardown(a_get_that_waited_in_a_renewed_queue_is_stale, end),
        cmocka_unit_test_teardown(a_get_that_lost_its_end_does_not_move_the_head, end),
        cmocka_unit_test_teardown(an_end_for_one_belongs_to_its_first_thread, end),
        cmocka_unit_test_teardown(many_put_and_many_get, end),
        cmocka_unit_test_teardown(one_puts_and_one_gets, end),
        cmocka_unit_test_teardown(what_is_not_dropped_arrives_once, end),
        cmocka_unit_test_teardown(what_is_not_refused_arrives_once, end),
        cmocka_unit_test_teardown(the_death_of_an_end_costs_what_the_reference_says, end),
        cmocka_unit_test_teardown(threads_die_in_the_middle_of_the_traffic, end),
        cmocka_unit_test_teardown(hostile_indices_are_corrupt_and_clear_repairs_them, end),
        cmocka_unit_test_teardown(cleared_messages_do_not_come_back, end),
        cmocka_unit_test_teardown(any_bytes_are_survived, end),
        cmocka_unit_test_teardown(false_wake_ups_do_not_keep_a_sleeper, end),
        cmocka_unit_test_teardown(only_false_wake_ups_slow_a_sleeper_down, end),
        cmocka_unit_test_teardown(a_section_that_is_too_short_is_refused, end),
        cmocka_unit_test_teardown(every_step_was_passed, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
