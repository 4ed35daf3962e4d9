/* Calls that wait while the queue is cleared, retired, or gets other slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "directory.h"
#include "lock_word.h"
#include "ring_machine.h"

#define RENEWED 8u /* the generation of the queue once it has other slots */

/* A call: its result and its timeout. */
struct late {
    enum ring_result result;
    uint32_t ms;
};

static void put_late(struct mortal *mortal)
{
    struct late *late = mortal->more;

    late->result = ring_put(mortal->ring, NULL, mortal->identity, "late", 4, late->ms);
}

/* The result is that of the one that fails, or of the second one. */
static void put_twice(struct mortal *mortal)
{
    struct late *late = mortal->more;

    put_late(mortal);
    if (late->result == RING_OK)
        put_late(mortal);
}

static void get_late(struct mortal *mortal)
{
    struct late *late = mortal->more;
    uint32_t length;
    char text[8];

    late->result =
        ring_get(mortal->ring, NULL, mortal->identity, text, sizeof(text), &length, late->ms);
}

/* Another thread, which makes this call. */
static struct mortal caller(void (*call)(struct mortal *mortal), struct ring *ring,
                            struct late *late)
{
    return (struct mortal){.index = 1, .where = NOBODY, .run = call, .ring = ring, .more = late};
}

/* The broker gives the queue other slots: its words are free for their threads. */
static void renew(void)
{
    machine_header()->generation = UINT64_MAX;
    machine_header()->put_lock = 0;
    machine_header()->get_lock = 0;
    machine_header()->generation = RENEWED;
}

static void a_clear_wakes_who_waits_for_room(void **state)
{
    struct late late = {RING_FAILED, RING_FOREVER};
    struct ring ring, full;
    struct mortal mortal = caller(put_late, &full, &late);
    uint64_t me, count;

    (void)state;
    me = machine_begin_open(1, 8, 0, true, &full);
    machine_open(&ring);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_start_to(&mortal, STEP_NAPS);
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
    struct late late = {RING_FULL, RING_FOREVER};
    struct ring ring, its;
    struct mortal mortal = caller(put_late, &its, &late);
    uint64_t me;
    int i;

    (void)state;
    me = machine_begin_open(8, 8, 0, false, &ring);
    machine_open(&its);
    for (i = 0; i < 8; i++)
        assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_start_to(&mortal, STEP_NAPS);
    assert_string_equal(get_text(&ring, me), "a");
    machine_join(&mortal);
    assert_int_equal(late.result, RING_OK);
    assert_int_equal(machine_header()->tail, 9);
    assert_int_equal(machine_signals(), 0);
}

static void a_put_that_waited_for_the_lock_of_a_retired_queue_is_stale(void **state)
{
    struct late late = {RING_OK, 5000};
    struct ring ring;
    struct mortal mortal = caller(put_late, &ring, &late);
    uint64_t me, word;

    (void)state;
    me = machine_begin_open(4, 8, 0, false, &ring);
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
    struct late late = {RING_OK, 5000};
    struct ring old, ring;
    struct mortal mortal = caller(put_late, &old, &late);
    uint64_t me;

    (void)state;
    me = machine_begin_open(1, 8, 0, false, &old);
    machine_open(&ring);
    ring.generation = RENEWED;
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    machine_start_to(&mortal, STEP_NAPS);
    renew();
    machine_header()->put_lock = mortal.identity; /* a thread of the other slots, the same number */
    assert_string_equal(get_text(&ring, me), "a");
    machine_join(&mortal);
    assert_int_equal(late.result, RING_STALE);
    assert_int_equal(machine_header()->tail, 1);
    assert_int_equal(old.lengths[0], 1); /* nothing was written over the "a" */
    assert_memory_equal(old.first, "a", 1);
    assert_true(machine_header()->put_lock == mortal.identity);
}

/*
 * The only producer, whose end the broker takes after the message is there. The first put gets the
 * end; the next one has it already.
 */
static void a_put_that_lost_its_end_is_stale(void **state)
{
    struct late late = {RING_OK, 0};
    struct ring ring;
    struct mortal mortal = caller(put_twice, &ring, &late);
    unsigned put, before;

    (void)state;
    for (put = 0; put < 2; put++) {
        (void)machine_begin_open(4, 8, ONE_EACH, true, &ring);
        mortal.where = STEP_PUT_STORED;
        mortal.passes = put;
        mortal.holds = true;
        before = machine_passed(STEP_PUT_STORED);
        machine_start(&mortal);
        while (machine_passed(STEP_PUT_STORED) != before + put + 1)
            ;
        renew();
        machine_release();
        machine_join(&mortal);
        assert_int_equal(late.result, RING_STALE);
        assert_int_equal(machine_header()->tail, put + 1);
    }
}

static void an_end_of_a_renewed_queue_is_not_given_back(void **state)
{
    struct ring old, ring;
    uint64_t me;

    (void)state;
    me = machine_begin_open(4, 8, ONE_EACH, true, &old);
    machine_open(&ring);
    ring.generation = RENEWED;
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    assert_string_equal(get_text(&old, me), "a");
    renew();
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

static void a_get_that_waited_in_a_renewed_queue_is_stale(void **state)
{
    struct late late = {RING_OK, 5000};
    struct ring old, ring;
    struct mortal mortal = caller(get_late, &old, &late);
    uint64_t me;

    (void)state;
    me = machine_begin_open(4, 8, SHMB_ENTRY_ONE_CONSUMER, false, &old);
    machine_open(&ring);
    ring.generation = RENEWED;
    machine_start_to(&mortal, STEP_NAPS);
    renew();
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_join(&mortal);
    assert_int_equal(late.result, RING_STALE);
    assert_string_equal(get_text(&ring, me), "a");
}

/* The head would go back: messages would come twice, and the queue would be damaged. */
static void a_get_that_lost_its_end_does_not_move_the_head(void **state)
{
    struct late late = {RING_OK, 0};
    struct ring old, ring;
    struct mortal mortal = caller(get_late, &old, &late);
    uint64_t me;

    (void)state;
    me = machine_begin_open(4, 8, ONE_EACH, true, &old);
    machine_open(&ring);
    ring.generation = RENEWED;
    assert_int_equal(put_text(&old, me, "a"), RING_OK);
    assert_int_equal(put_text(&old, me, "b"), RING_OK);
    mortal.where = STEP_GET_COPIED;
    mortal.holds = true;
    machine_start_to(&mortal, STEP_GET_COPIED);
    renew();
    assert_string_equal(get_text(&ring, me), "a");
    assert_string_equal(get_text(&ring, me), "b");
    machine_release();
    machine_join(&mortal);
    assert_int_equal(late.result, RING_EMPTY); /* the next call says that the queue is stale */
    assert_int_equal(machine_header()->head, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_clear_wakes_who_waits_for_room, machine_teardown),
        cmocka_unit_test_teardown(a_put_sees_room_that_is_not_signalled, machine_teardown),
        cmocka_unit_test_teardown(a_put_that_waited_for_the_lock_of_a_retired_queue_is_stale,
                                  machine_teardown),
        cmocka_unit_test_teardown(a_put_that_waited_for_room_of_a_renewed_queue_is_stale,
                                  machine_teardown),
        cmocka_unit_test_teardown(a_put_that_lost_its_end_is_stale, machine_teardown),
        cmocka_unit_test_teardown(an_end_of_a_renewed_queue_is_not_given_back, machine_teardown),
        cmocka_unit_test_teardown(a_get_that_waited_in_a_renewed_queue_is_stale, machine_teardown),
        cmocka_unit_test_teardown(a_get_that_lost_its_end_does_not_move_the_head, machine_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
