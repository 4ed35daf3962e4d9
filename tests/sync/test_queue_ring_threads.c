/* A queue with many threads at its ends: what is put arrives once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "directory.h"
#include "ring_machine.h"

#define PRODUCERS 3u
#define EACH      4000u

struct message {
    uint32_t producer, number;
};

static volatile uint32_t seen[PRODUCERS][EACH + 1]; /* 2: more than once */
static volatile uint32_t wrong;

static void produce(struct mortal *mortal)
{
    struct message message = {mortal->index, 0};
    enum ring_result result;

    while (message.number < EACH) {
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
static uint64_t run_all(uint32_t producers, uint32_t consumers, uint32_t slots, uint32_t flags)
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

static void each_message_arrives_once(uint32_t producers, uint32_t consumers, uint32_t slots,
                                      uint32_t flags)
{
    uint32_t i, j;

    run_all(producers, consumers, slots, flags);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(many_put_and_many_get, machine_teardown),
        cmocka_unit_test_teardown(one_puts_and_one_gets, machine_teardown),
        cmocka_unit_test_teardown(what_is_not_dropped_arrives_once, machine_teardown),
        cmocka_unit_test_teardown(what_is_not_refused_arrives_once, machine_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
