/* Whenever an object is made again without its content, an event and the report name it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "life.h"
#include "state.h"

#define HEAD   "version: 1\ndefaults: { access: { full: Users } }\n"
#define PRICES "segments: { Prices: { size: 64, lock: none } }\n"
#define SHUT   "O:S-1-5-21-9-9-9-1001G:S-1-5-18D:P"
#define LINE   "lost\tGlobal\\Prices\tanew\tit was gone and was created again"

static const char configuration[] = HEAD PRICES;
static struct fake *fake;

static int begin(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    fake_release(fake, false);
    return 0;
}

static void look_on(size_t number)
{
    (void)number;
}

static void be_killed(size_t number)
{
    (void)number;
    fake_crash_nth(fake, 1);
}

static size_t lost(void)
{
    return fake_event_count(fake, EVENT_OBJECTS_LOST);
}

/* The broker is killed, and so is its keeper. */
static void lose_both(const char *text)
{
    life_run(text, be_killed, 1);
    fake_crash_nth(fake, 0);
    fake_keeper_dies(fake, fake_keepers_made(fake) - 1);
    fake_forget_events(fake);
}

static void is_lost_at_the_second_wait(size_t number)
{
    if (number == 1) {
        assert_int_equal(lost(), 0);
        assert_false(life_reports("lost\t"));
        if (fake_find(fake, "Prices") != NULL)
            fake_client_close(fake, "Prices");
        fake_mend(fake);
        fake_wake(fake, SYS_WAKE_TIMEOUT);
        return;
    }
    assert_int_equal(lost(), 1);
    assert_string_equal(fake_last_event(fake, EVENT_OBJECTS_LOST)->inserts[0], "1");
    assert_string_equal(fake_last_event(fake, EVENT_OBJECTS_LOST)->inserts[1], "Global\\Prices");
    assert_true(life_reports(LINE));
}

/* A client has taken the object, and only the client has it. */
static void when_a_conflict_ends(void **state)
{
    (void)state;
    life_run(configuration, be_killed, 1);
    fake_crash_nth(fake, 0);
    fake_client_open(fake, "Prices");
    fake_change_access(fake, "Prices", SHUT);
    fake_keeper_dies(fake, 0);
    fake_forget_events(fake);
    life_run(configuration, is_lost_at_the_second_wait, 2);
    /* Once. */
    fake_forget_events(fake);
    life_run(configuration, look_on, 1);
    assert_int_equal(lost(), 0);
}

static void when_it_can_be_made_at_last(void **state)
{
    (void)state;
    lose_both(configuration);
    fake_fail(fake, FAKE_CREATE, "Prices", SYS_NO_MEMORY);
    life_run(configuration, is_lost_at_the_second_wait, 2);
}

static const char held_back[] = HEAD
    "segments: { Prices: { size: 64, lock: none, access: { full: Users, deny: 'CORP\\Bob' } } }\n";

static void the_account_is_found(size_t number)
{
    if (number == 1) {
        assert_null(fake_find(fake, "Prices"));
        assert_int_equal(lost(), 0);
        fake_mend(fake);
        fake_wake(fake, SYS_WAKE_TIMEOUT);
        return;
    }
    assert_int_equal(lost(), 1);
    assert_true(life_reports(LINE));
}

/* A reload of the accounts makes it. */
static void when_it_was_held_back(void **state)
{
    (void)state;
    fake_account(fake, "CORP\\Bob", "S-1-5-21-1-2-3-1007");
    lose_both(configuration);
    fake_fail(fake, FAKE_RESOLVE, "CORP\\Bob", SYS_LATER);
    life_run(held_back, the_account_is_found, 2);
}

static void reload(size_t number)
{
    if (number == 1) {
        fake_client_close(fake, "Prices");
        fake_wake(fake, SYS_WAKE_RELOAD);
        return;
    }
    assert_int_equal(lost(), 1);
    assert_true(life_reports(LINE));
}

static void when_a_reload_makes_it(void **state)
{
    (void)state;
    life_run(configuration, be_killed, 1);
    fake_crash_nth(fake, 0);
    fake_client_open(fake, "Prices");
    fake_change_access(fake, "Prices", SHUT);
    fake_keeper_dies(fake, 0);
    fake_forget_events(fake);
    life_run(configuration, reload, 2);
}

static void nothing_is_lost_that_is_released(void **state)
{
    (void)state;
    fake_release(fake, true);
    life_run(configuration, look_on, 1);
    life_run(configuration, look_on, 1);
    assert_int_equal(lost(), 0);
    fake_release(fake, false);
    life_run(HEAD "mutexes: { M: {} }\n", look_on, 1);
    life_run(configuration, look_on, 1);
    assert_int_equal(lost(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(when_a_conflict_ends),
        TEST(when_it_can_be_made_at_last),
        TEST(when_it_was_held_back),
        TEST(when_a_reload_makes_it),
        TEST(nothing_is_lost_that_is_released),
    };

    return cmocka_run_group_tests_name("test_lost", tests, NULL, NULL);
}
