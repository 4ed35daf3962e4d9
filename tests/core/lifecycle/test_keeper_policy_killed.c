/* The keeper: what is held outlives brokers that are killed, at any moment. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "kept.h"
#include "lifecycle.h"
#include "state.h"

/*
 * A broker is kept_kill, and so is the next one at each single step of its life:
 * the third finds everything, and only its own keeper is left.
 */
static void kill_at_any_step(void **state, bool ties)
{
    size_t serials[KEPT_NAMES], n, before;
    bool whole = false;

    for (n = 1; !whole; n++) {
        if (n > 1) {
            kept_end(state);
            kept_begin(state);
        }
        if (!ties)
            fake_no_ties(fake);
        kept_live(kept_kill, 1);
        fake_crash_nth(fake, 0);
        kept_remember(serials);
        fake_find(fake, "Prices")->content[7] = 0x5A;
        before = fake_can_fail_calls(fake);
        fake_crash_nth(fake, n);
        (void)kept_try(kept_look_on, 1);
        whole = fake_can_fail_calls(fake) - before < n;
        fake_crash_nth(fake, 0);
        kept_check_same(serials);

        kept_live(kept_look_on, 1);
        kept_check_same(serials);
        assert_int_equal(fake_find(fake, "Prices")->content[7], 0x5A);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
        kept_check_all(fake_keepers_made(fake) - 1);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
    assert_in_range(n, 30, 200);
}

static void killed_at_any_step_nothing_is_lost(void **state)
{
    kill_at_any_step(state, true);
}

/* Nor where the system refuses to tie keepers to brokers. */
static void nor_without_ties(void **state)
{
    kill_at_any_step(state, false);
}

/* Where it is killed with its first keeper, no process is left that nobody knows of. */
static void what_is_not_noted_ends_with_its_broker(void **state)
{
    size_t n, steps, made = 0;

    kept_live(kept_look_on, 1);
    steps = fake_can_fail_calls(fake);
    for (n = 1; n <= steps; n++) {
        kept_end(state);
        kept_begin(state);
        fake_crash_nth(fake, n);
        (void)kept_try(kept_look_on, 1);
        fake_crash_nth(fake, 0);
        made += fake_keepers_made(fake);
        if (fake_keepers_alive(fake) > 0)
            assert_non_null(strstr(fake_state_text(fake, STATE_FILE), "keeper 9000 "));
    }
    assert_true(made > 2);
}

static void lost_is_told(size_t number)
{
    (void)number;
    assert_true(kept_told("lost\tGlobal\\Prices\tanew\t"));
    assert_true(kept_told("lost\tGlobal\\Go\tanew\t"));
}

static void lost_when_both_are_killed(void **state)
{
    const struct fake_event *event;

    (void)state;
    kept_live(kept_kill, 1);
    fake_crash_nth(fake, 0);
    fake_keeper_dies(fake, 0);
    kept_live(lost_is_told, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 1);
    event = fake_last_event(fake, EVENT_OBJECTS_LOST);
    assert_string_equal(event->inserts[0], "3");
    assert_string_equal(event->inserts[1], "Global\\Prices.lock, Global\\Prices, Global\\Go");
    /* What no program had open goes with the machine: nobody expects it. */
    fake_keeper_dies(fake, 1);
    fake_boot(fake, "boot-2");
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void held_by_a_client(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_crash_nth(fake, 1);
}

static void what_a_client_holds_is_not_lost(void **state)
{
    (void)state;
    kept_live(held_by_a_client, 1);
    fake_crash_nth(fake, 0);
    fake_keeper_dies(fake, 0);
    kept_live(kept_look_on, 1);
    assert_string_equal(fake_last_event(fake, EVENT_OBJECTS_LOST)->inserts[0], "2");
    fake_client_close(fake, "Prices");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kept_begin, kept_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(killed_at_any_step_nothing_is_lost),     TEST(nor_without_ties),
        TEST(what_is_not_noted_ends_with_its_broker), TEST(lost_when_both_are_killed),
        TEST(what_a_client_holds_is_not_lost),
    };

    return cmocka_run_group_tests_name("test_keeper_policy_killed", tests, NULL, NULL);
}
