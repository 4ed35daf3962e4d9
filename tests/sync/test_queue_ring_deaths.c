/* Threads that die at each step of a queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>

#include "directory.h"
#include "ring_machine.h"

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

        me = machine_begin_open(2, 8, death->flags, true, &filler);
        machine_open(&ring);
        machine_open(&its);
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

/* ---- deaths in the traffic ---- */

struct message {
    uint32_t producer, number;
};

static volatile uint32_t wrong;

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
        cmocka_unit_test_teardown(the_death_of_an_end_costs_what_the_reference_says,
                                  machine_teardown),
        cmocka_unit_test_teardown(threads_die_in_the_middle_of_the_traffic, machine_teardown),
        cmocka_unit_test_teardown(every_step_was_passed, machine_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
