/*
 * An account that something is denied to cannot be looked up yet: nobody gets
 * more than before, whatever is asked for, and what is there lives on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "life.h"

#define HEAD  "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"
#define PLAIN HEAD "  Prices: { size: 64, lock: none, initial: { text: none } }\n"
#define DENIED                                                                                     \
    HEAD "  Prices: { size: 64, lock: none, initial: { text: none },\n"                            \
         "            access: { read: Users, deny: 'CORP\\Guests' } }\n"
#define LARGER                                                                                     \
    HEAD "  Prices: { size: 128, lock: none, access: { write: Everyone, deny: 'CORP\\Guests' } "   \
         "}\n"
#define OPEN HEAD "  Prices: { size: 64, lock: none, access: { write: Everyone } }\n"

#define WAITS    "it denies access to an account that cannot be looked up yet"
#define EVERYONE ";;;S-1-1-0)"
#define GUESTS   ";;;S-1-5-21-1-2-3-1009)"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin("S-1-5-80-1-2-3-4-5");
    fake_fail(fake, FAKE_RESOLVE, "CORP\\Guests", SYS_LATER);
    return 0;
}

static void change(const char *text)
{
    fake_file(fake, LIFE_FILE, text);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static const char *access_of_prices(void)
{
    const struct fake_object *object = fake_find(fake, "Prices");

    assert_non_null(object);
    return object->sddl;
}

static void make_anew(size_t number)
{
    if (number == 1) {
        fake_anew(fake, "Prices");
        change(LARGER);
        return;
    }
    assert_int_equal(fake_find(fake, "Prices")->spec.size, 64);
    assert_int_equal(fake_find(fake, "Prices")->handles, 1);
    assert_null(strstr(access_of_prices(), EVERYONE));
    assert_true(life_reports("reload\tGlobal\\Prices\trecreate\t" WAITS));
    assert_int_equal(life_report().reload_result, SHMB_RELOAD_INCOMPLETE);
}

static void nothing_is_made_anew_without_it(void **state)
{
    (void)state;
    life_run(PLAIN, make_anew, 2);
}

static void deny_only(size_t number)
{
    if (number == 1) {
        change(DENIED);
        return;
    }
    assert_true(life_reports("reload\tGlobal\\Prices\taccess\t" WAITS));
    assert_int_equal(life_report().reload_result, SHMB_RELOAD_INCOMPLETE);
    if (number == 2)
        fake_wake(fake, SYS_WAKE_RELOAD); /* the same again says the same */
}

static void a_change_that_is_nothing_but_the_denial_is_told(void **state)
{
    (void)state;
    life_run(PLAIN, deny_only, 3);
    assert_int_equal(fake_events_about(fake, EVENT_ACCESS_FAILED, "Prices"), 1);
}

static void put_denial(size_t number)
{
    if (number != 1)
        return;
    change(DENIED);
    fake_client_open(fake, "Prices");
    fake_find(fake, "Prices")->content[3] = 42;
}

/* Until the account is known: then it is denied, too. */
static void find_again(size_t number)
{
    const struct fake_object *prices = fake_find(fake, "Prices");

    assert_non_null(prices);
    assert_int_equal(prices->handles, 1);
    assert_int_equal(prices->content[3], 42);
    if (number == 1) {
        assert_null(strstr(access_of_prices(), GUESTS));
        assert_true(life_reports("access\tGlobal\\Prices\tdue\t" WAITS));
        assert_int_equal(life_report().result, SHMB_REPORT_INCOMPLETE);
        fake_mend(fake);
        fake_account(fake, "CORP\\Guests", "S-1-5-21-1-2-3-1009");
    } else if (strstr(access_of_prices(), GUESTS) != NULL) {
        fake_client_close(fake, "Prices");
        fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT));
    }
}

static void what_is_there_at_a_start_is_taken_over(void **state)
{
    (void)state;
    life_run(PLAIN, put_denial, 2);
    life_run(DENIED, find_again, 100);
    assert_true(fake_calls(fake, FAKE_WAIT) < 100);
}

static void fail_a_reload(size_t number)
{
    if (number == 1) {
        change(DENIED);
    } else if (number == 2) {
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED);
        change(OPEN);
    } else {
        fake_mend(fake);
        assert_int_equal(life_report().reload_result, SHMB_RELOAD_REFUSED);
        assert_null(strstr(access_of_prices(), EVERYONE));
    }
}

static void a_reload_that_fails_gives_nobody_anything(void **state)
{
    (void)state;
    life_run(PLAIN, fail_a_reload, 3);
}

static void nothing(size_t number)
{
    (void)number;
}

/* How many calls that can fail come up to the first one of this kind. */
static size_t calls_until(enum fake_call call)
{
    size_t i, count, calls = 0;
    const struct fake_record *records = fake_records(fake, &count);

    for (i = 0; i < count; i++) {
        calls += records[i].call < FAKE_CAN_FAIL;
        if (records[i].call == call)
            return calls;
    }
    fail_msg("no such call");
    return 0;
}

/* SIDs are looked for before the broker reads its state: a failure of that alone has its event. */
static void remembered_sids_that_cannot_be_read_are_told(void **state)
{
    size_t first;

    life_run(DENIED, nothing, 1);
    assert_int_equal(fake_calls(fake, FAKE_STATE_READ), 2);
    first = calls_until(FAKE_STATE_READ);
    assert_true(first < calls_until(FAKE_CLAIM));
    life_end(state);
    set_up(state);
    fake_fail_nth(fake, first, SYS_DENIED);
    life_run(DENIED, nothing, 1);
    assert_int_equal(fake_failed(fake), FAKE_STATE_READ);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_FAILED), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_made_anew_without_it),
        TEST(a_change_that_is_nothing_but_the_denial_is_told),
        TEST(what_is_there_at_a_start_is_taken_over),
        TEST(a_reload_that_fails_gives_nobody_anything),
        TEST(remembered_sids_that_cannot_be_read_are_told),
    };

    return cmocka_run_group_tests_name("test_pending_accounts", tests, NULL, NULL);
}
