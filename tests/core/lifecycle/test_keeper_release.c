/* Keepers without a broker: found and ended, remembered or not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keeper_policy.h"
#include "kept.h"
#include "state.h"

static void release_without_a_broker(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    kept_live(kept_kill, 1);
    fake_crash_nth(fake, 0);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    kept_check_nothing();
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 0);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void first_is_ended(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(kept_handles("Prices", 1), 1);
}

/* The folder of the state is gone: keepers are found by their processes. */
static void what_nobody_remembers_is_found(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    fake_owner(fake, SERVICE);
    kept_live(kept_kill, 1);
    fake_crash_nth(fake, 0);
    fake_state_file(fake, STATE_FILE, NULL);
    kept_live(first_is_ended, 1);
    fake_state_file(fake, STATE_FILE, NULL);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    assert_int_equal(fake_keepers_alive(fake), 0);
    fake_fail(fake, FAKE_KEEPERS_LEFT, NULL, SYS_NO_MEMORY);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_NO_MEMORY);
}

/* It may be that of a keeper which could not be found. */
static void a_state_that_cannot_be_read_is_said_where_none_is_found(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    kept_live(kept_kill, 1);
    fake_crash_nth(fake, 0);
    fake_fail(fake, FAKE_STATE_READ, NULL, SYS_DENIED);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    assert_int_equal(fake_keepers_alive(fake), 0);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_DENIED);
    assert_int_equal(ended, 0);
    assert_string_equal(why.text, "made to fail");
}

static void one_that_cannot_be_ended_keeps_no_other(void **state)
{
    struct sys_failure why;
    size_t ended, i;

    (void)state;
    fake_fail(fake, FAKE_KEEPER_END, NULL, SYS_DENIED);
    for (i = 0; i < 3; i++) {
        kept_live(kept_kill, 1);
        fake_crash_nth(fake, 0);
    }
    assert_int_equal(fake_keepers_alive(fake), 3);
    fake_mend(fake);
    fake_fail_nth(fake, fake_can_fail_calls(fake) + 6, SYS_LATER);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_LATER);
    assert_int_equal(fake_failed(fake), FAKE_KEEPER_END);
    assert_int_equal(ended, 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
}

static void many_are_left(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 41);
    assert_in_range(fake_keepers_alive(fake), 1, 10);
    assert_int_equal(kept_handles("Prices", 40), 1);
}

/* Leaves keepers that no state lists: more than it can list at a time. */
static void leave_many(size_t count)
{
    size_t i;

    fake_owner(fake, SERVICE);
    for (i = 0; i < count; i++) {
        kept_live(kept_kill, 1);
        fake_crash_nth(fake, 0);
        fake_state_file(fake, STATE_FILE, NULL);
        if (i == 0)
            fake_fail(fake, FAKE_KEEPERS_LEFT, NULL, SYS_FAILED);
    }
    fake_mend(fake);
    assert_int_equal(fake_keepers_alive(fake), count);
}

/* Those beyond are for the next start. */
static void more_than_are_remembered(void **state)
{
    (void)state;
    leave_many(40);
    kept_live(many_are_left, 1);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

static void a_release_ends_more_than_are_remembered(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    leave_many(40);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 40);
    kept_check_nothing();
}

static void a_stop_with_release_does_so_too(void **state)
{
    (void)state;
    leave_many(63); /* the start ends about half of them */
    fake_release(fake, true);
    kept_live(kept_look_on, 1);
    kept_check_nothing();
}

static void a_release_beside_a_broker_is_refused(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    kept_live(kept_look_on, 1);
    fake_fail(fake, FAKE_CLAIM, NULL, SYS_SECOND_BROKER);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_SECOND_BROKER);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kept_begin, kept_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(release_without_a_broker),
        TEST(what_nobody_remembers_is_found),
        TEST(a_state_that_cannot_be_read_is_said_where_none_is_found),
        TEST(one_that_cannot_be_ended_keeps_no_other),
        TEST(more_than_are_remembered),
        TEST(a_release_ends_more_than_are_remembered),
        TEST(a_stop_with_release_does_so_too),
        TEST(a_release_beside_a_broker_is_refused),
    };

    return cmocka_run_group_tests_name("test_keeper_release", tests, NULL, NULL);
}
