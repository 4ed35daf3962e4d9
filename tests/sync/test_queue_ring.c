/* The steps of a queue, without Windows: one thread at a time, and hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <string.h>

#include "directory.h"
#include "lock_word.h"
#include "ring_machine.h"

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

        me = machine_begin_open(slots, size, shape % 2 == 0 ? ONE_EACH : 0, true, &ring);
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
    me = machine_begin_open(2, 8, 0, false, &ring);
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
    me = machine_begin_open(1, 8, SHMB_ENTRY_REFUSE, true, &ring);
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
    me = machine_begin_open(2, 8, SHMB_ENTRY_DROP_OLDEST | SHMB_ENTRY_ONE_CONSUMER, true, &ring);
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
    me = machine_begin_open(4, 8, 0, true, &ring);
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
    me = machine_begin_open(4, 8, 0, true, &ring);
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
    me = machine_begin_open(4, 8, 0, true, &ring);
    machine_open(&other);
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
    me = machine_begin_open(8, 8, 0, true, &ring);
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
    me = machine_begin_open(4, 8, 0, true, &ring);
    assert_int_equal(put_text(&ring, me, "a"), RING_OK);
    machine_header()->generation = UINT64_MAX;
    assert_int_equal(put_text(&ring, me, "b"), RING_STALE);
    assert_int_equal(ring_get(&ring, NULL, me, buffer, 8, &length, 0), RING_STALE);
    assert_int_equal(ring_peek(&ring, buffer, 8, &length), RING_STALE);
    assert_int_equal(ring_clear(&ring, NULL, me, &count), RING_STALE);
    assert_int_equal(ring_look(&ring, &level), RING_STALE);
    assert_int_equal(ring_arm(&ring, NULL), RING_STALE);
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
    me = machine_begin_open(4, 8, ONE_EACH, true, &mine);
    machine_open(&other);
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
    me = machine_begin_open(4, 8, 0, true, &ring);
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
    me = machine_begin_open(16, 8, ONE_EACH, true, &ring);
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
        me = machine_begin_open(8 - (uint32_t)which % 2, 24, flags[which], false, &ring);
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

/* ---- sleepers ---- */

#define SIGNALS_MOST 1000000u

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(messages_come_in_order_and_whole, machine_teardown),
        cmocka_unit_test_teardown(a_full_queue_says_so, machine_teardown),
        cmocka_unit_test_teardown(a_queue_that_refuses_counts_it_and_does_not_wait,
                                  machine_teardown),
        cmocka_unit_test_teardown(a_queue_that_drops_keeps_the_newest, machine_teardown),
        cmocka_unit_test_teardown(lengths_are_checked, machine_teardown),
        cmocka_unit_test_teardown(nobody_is_woken_while_nobody_sleeps, machine_teardown),
        cmocka_unit_test_teardown(who_waited_for_the_event_passes_the_signal_on, machine_teardown),
        cmocka_unit_test_teardown(a_retired_queue_is_stale, machine_teardown),
        cmocka_unit_test_teardown(a_consumer_signals_room_once_a_part_of_a_lap_is_free,
                                  machine_teardown),
        cmocka_unit_test_teardown(an_end_for_one_belongs_to_its_first_thread, machine_teardown),
        cmocka_unit_test_teardown(hostile_indices_are_corrupt_and_clear_repairs_them,
                                  machine_teardown),
        cmocka_unit_test_teardown(cleared_messages_do_not_come_back, machine_teardown),
        cmocka_unit_test_teardown(any_bytes_are_survived, machine_teardown),
        cmocka_unit_test_teardown(false_wake_ups_do_not_keep_a_sleeper, machine_teardown),
        cmocka_unit_test_teardown(only_false_wake_ups_slow_a_sleeper_down, machine_teardown),
        cmocka_unit_test_teardown(a_section_that_is_too_short_is_refused, machine_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
