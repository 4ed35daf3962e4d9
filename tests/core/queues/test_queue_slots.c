/*
 * A queue gets other slots, at a start or a reload: what it had is kept, and no two threads get its
 * lock.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "queue_world.h"
#include "slots.h"
#include "state.h"

/* ---- at a start, and with another access ---- */

static void owned_and_go(size_t number)
{
    (void)number;
    fake_client_open(fake, "Q");
    queue_use();
    queue_now()->put_lock = 0x30001;
    queue_now()->get_lock = 0x30001;
    queue_remember();
}

static void find_renewed(size_t number)
{
    (void)number;
    queue_expect(8, 100, 0);
    queue_expect_used();
    queue_expect_slots();
    /* Whoever has it open must not go on with slots of its own. */
    assert_true(reloads_entry("Q").generation > queue_first_generation);
    assert_int_equal(queue_now()->put_lock, 0);
    assert_int_equal(queue_now()->get_lock, 0);
}

static void find_kept(size_t number)
{
    (void)number;
    assert_true(reloads_entry("Q").generation == queue_first_generation);
}

static void with_other_slots_a_queue_is_renewed(void **state)
{
    (void)state;
    reloads_live(owned_and_go, 1);
    reloads_live(find_renewed, 2);
    fake_client_close(fake, "Q");
}

#define SPLIT                                                                                      \
    ACCESS "queues:\n  P: { slots: 8, slot_size: 100, max_lockers: 2 }\n"                          \
           "  Q: { slots: 8, slot_size: 100, max_lockers: 2%s }\n"

static void split(size_t number)
{
    static uint64_t other;
    static uint32_t slots;
    char text[512];

    if (number == 1) {
        queue_use();
        queue_now()->put_lock = 0x30001;
        queue_remember();
        other = reloads_entry("P").generation;
        slots = reloads_entry("P").slots;
        assert_int_equal(reloads_entry("Q").slots, slots);
        (void)snprintf(text, sizeof(text), SPLIT, ", access: { write: Users }");
        reloads_change(text);
    } else if (number == 2) {
        queue_expect(8, 100, 0);
        queue_expect_used();
        queue_expect_slots();
        assert_true(reloads_entry("P").generation == other);
        assert_int_equal(reloads_entry("P").slots, slots);
        assert_true(reloads_entry("Q").slots != slots);
        assert_true(reloads_entry("Q").generation > queue_first_generation);
        assert_int_equal(queue_now()->put_lock, 0);
        queue_remember();
        /* Without them, the next start would give it a new generation again. */
        (void)snprintf(text, sizeof(text), " fast %llu %u Q\n",
                       (unsigned long long)queue_first_generation,
                       (unsigned)reloads_entry("Q").slots);
        assert_non_null(strstr(fake_state_text(fake, STATE_FILE), text));
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        find_kept(number); /* once is enough */
    }
}

static void a_queue_that_gets_another_access_gets_other_slots(void **state)
{
    char text[512];

    (void)state;
    (void)snprintf(text, sizeof(text), SPLIT, "");
    fake_file(fake, FILE_NAME, text);
    reloads_live(split, 3);
}

/* ---- killed, or failing, while a queue gets other slots ---- */

static size_t fails_at, life, calls;
static bool kills;
static uint64_t first_slots;

static void other_access(bool other)
{
    char text[512];

    (void)snprintf(text, sizeof(text), SPLIT, other ? ", access: { write: Users }" : "");
    fake_file(fake, FILE_NAME, text);
}

static void expect_one_domain(void)
{
    const struct shmb_entry entry = reloads_entry("Q");
    const bool same = entry.generation == queue_first_generation;

    assert_int_equal(entry.state, SHMB_ENTRY_HELD);
    assert_true(queue_now()->generation == entry.generation);
    queue_expect_used();
    /* Either all is as before, or nothing: else two threads get the lock. */
    assert_true((entry.slots == first_slots) == same);
    assert_true(queue_now()->put_lock == (same ? 0x30001 : 0));
}

static void move_and_fail(size_t number)
{
    if (number == life + 1) {
        fake_client_open(fake, "Q");
        fake_client_open(fake, SLOTS);
        queue_use();
        queue_now()->put_lock = 0x30001;
        queue_remember();
        first_slots = reloads_entry("Q").slots;
        calls = fake_can_fail_calls(fake);
        other_access(true);
        fake_wake(fake, SYS_WAKE_RELOAD);
        if (kills)
            fake_crash_nth(fake, fails_at);
        else
            fake_fail_nth(fake, calls + fails_at, SYS_FAILED);
    } else if (!kills) {
        fake_fail_nth(fake, 0, SYS_OK);
        if (number > life + 2)
            expect_one_domain(); /* what could not be mapped is mapped in the next round */
    }
}

static void find_one_domain(size_t number)
{
    (void)number;
    expect_one_domain();
}

static void at_each_call(void **state, bool killed)
{
    bool whole = false;

    kills = killed;
    for (fails_at = 1; !whole; fails_at++) {
        reloads_end(state);
        reloads_begin(state);
        other_access(false);
        life = 0;
        reloads_live(move_and_fail, 4);
        whole = fake_can_fail_calls(fake) - calls < fails_at;
        fake_crash_nth(fake, 0);
        fake_fail_nth(fake, 0, SYS_OK);
        life = fake_calls(fake, FAKE_WAIT);
        fake_clock(fake, FAKE_STARTED + 1000);
        reloads_live(find_one_domain, life + 1);
        fake_client_close(fake, SLOTS);
        fake_client_close(fake, "Q");
    }
    assert_in_range(fails_at, 20, 400);
}

static void killed_at_any_step_no_two_threads_get_its_lock(void **state)
{
    at_each_call(state, true);
}

static void failing_at_any_step_no_two_threads_get_its_lock(void **state)
{
    at_each_call(state, false);
}

/* Whoever opens the queue with its new slots must not find the old lock words. */
static void not_with_old_words(struct fake *which)
{
    const struct fake_object *queue = fake_find(which, "Q");
    struct shmb_entry entry;

    if (fake_find(which, SHMB_ROOT_NAME) == NULL || queue == NULL || queue->content == NULL)
        return;
    entry = reloads_entry("Q");
    if (entry.slots != first_slots && queue_now()->generation == entry.generation)
        assert_int_equal(queue_now()->put_lock, 0);
}

static void move_and_look(size_t number)
{
    if (number == 1) {
        queue_use();
        queue_now()->put_lock = 0x30001;
        first_slots = reloads_entry("Q").slots;
        fake_on_effect(fake, not_with_old_words);
        other_access(true);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_true(reloads_entry("Q").slots != first_slots);
        assert_int_equal(queue_now()->put_lock, 0);
    }
}

static void nobody_opens_it_with_the_lock_words_of_others(void **state)
{
    (void)state;
    other_access(false);
    reloads_live(move_and_look, 2);
}

/* A put that is under way has a second; the end for one producer is never free. */
static bool alone;

static void move_while_held(size_t number)
{
    static size_t pauses;

    if (number == 1) {
        queue_now()->put_lock = 0x30001;
        pauses = fake_calls(fake, FAKE_PAUSE);
        fake_wake(fake, SYS_WAKE_RELOAD);
        fake_file(fake, FILE_NAME,
                  alone ? ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, "
                                 "slot_size: 8, producers: one, access: { write: Users } } }\n"
                        : ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, "
                                 "slot_size: 8, access: { write: Users } } }\n");
    } else {
        assert_int_equal(queue_now()->put_lock, 0);
        assert_int_equal(fake_calls(fake, FAKE_PAUSE) - pauses, alone ? 0 : 10);
    }
}

static void a_put_under_way_is_waited_for_a_second(void **state)
{
    (void)state;
    alone = false;
    fake_file(fake, FILE_NAME,
              ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, slot_size: 8 } }\n");
    reloads_live(move_while_held, 2);
}

static void the_end_for_one_producer_is_not_waited_for(void **state)
{
    (void)state;
    alone = true;
    fake_file(fake, FILE_NAME,
              ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, slot_size: 8, "
                     "producers: one } }\n");
    reloads_live(move_while_held, 2);
}

static void start_and_retry(size_t number)
{
    if (number == life + 1) {
        assert_true(reloads_entry("Q").generation > queue_first_generation);
        queue_remember();
    } else {
        assert_true(reloads_entry("Q").generation == queue_first_generation);
    }
}

static void a_retry_does_not_renew_it_again(void **state)
{
    (void)state;
    life = 1;
    reloads_live(owned_and_go, 1); /* without its slots */
    fake_file(fake, FILE_NAME, ACCESS QUEUE OTHER);
    fake_fail(fake, FAKE_CREATE, "M", SYS_FAILED);
    reloads_live(start_and_retry, 4);
    fake_client_close(fake, "Q");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, queue_begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(with_other_slots_a_queue_is_renewed),
        TEST(a_queue_that_gets_another_access_gets_other_slots),
        TEST(killed_at_any_step_no_two_threads_get_its_lock),
        TEST(failing_at_any_step_no_two_threads_get_its_lock),
        TEST(nobody_opens_it_with_the_lock_words_of_others),
        TEST(a_put_under_way_is_waited_for_a_second),
        TEST(the_end_for_one_producer_is_not_waited_for),
        TEST(a_retry_does_not_renew_it_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
