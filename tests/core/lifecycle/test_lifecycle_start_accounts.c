/* Starts that lack an account. One object waits, the others do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "access_guard.h"
#include "directory.h"
#include "lacking.h"

static const char with_account[] = "version: 1\nsegments:\n"
                                   "  T: { size: 9, lock: none, access: { write: AppUsers },\n"
                                   "       initial: { text: '12345' } }\n"
                                   "  U: { size: 8, lock: none, access: { read: Users } }\n";

static void its_sid_serves(size_t number)
{
    (void)number;
    assert_int_equal(lacking_header.held, 2);
    assert_int_equal(lacking_header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(fake_find(fake, "T")->sddl, SID));
    assert_non_null(strstr(lacking_report, "degraded\tAppUsers\tpending\t"));
    assert_non_null(strstr(lacking_report, SID "\n"));
}

/* A client has the segment open while the account is deleted, or renamed. */
static void a_client_keeps_the_content_without_the_account(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    fake_release(fake, false);
    assert_int_equal(lacking_live(lacking_all_is_served, 1), SHMB_EXIT_DONE);
    lacking_leave_to_a_client();
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_NOT_FOUND);
    assert_int_equal(lacking_live(its_sid_serves, 3), SHMB_EXIT_DONE);
    lacking_check_client();
    lacking_events(EVENT_CONFIG_INVALID, 0);
    lacking_events(EVENT_LAST_GOOD_USED, 0);
    lacking_events(EVENT_OBJECT_ADOPTED, 0); /* with the access it had */
    lacking_events(EVENT_TRUSTEE_PENDING, 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_TRUSTEE_PENDING)->inserts[2], SID));
    lacking_events(EVENT_RUNNING_DEGRADED, 1);
    fake_client_close(fake, "T");
}

static void it_is_back(size_t number)
{
    if (number == 1) {
        its_sid_serves(number);
        fake_mend(fake);
    } else {
        lacking_all_is_served(number);
        /* The guard of the control sections alone. */
        assert_true(lacking_wait_ms(number) > GUARD_EVERY_MS / 2);
    }
}

static void what_comes_back_is_no_trouble_any_more(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    assert_int_equal(lacking_live(lacking_all_is_served, 1), SHMB_EXIT_DONE);
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_FAILED); /* whatever the reason */
    assert_int_equal(lacking_live(it_is_back, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
}

static void reload_without_the_account(size_t number)
{
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_NOT_FOUND);
    if (number == 1)
        fake_wake(fake, SYS_WAKE_RELOAD);
}

static void a_reload_refuses_an_account_that_is_gone(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    assert_int_equal(lacking_live(reload_without_the_account, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_RELOAD_REFUSED, 1);
    lacking_events(EVENT_RELOADED, 0);
}

static void one_nobody_ever_knew_is_an_error(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    assert_int_equal(lacking_live(lacking_look_on, 1), SHMB_EXIT_NOT_SO);
    lacking_events(EVENT_CONFIG_INVALID, 1);
}

#define OPS_THEN "S-1-5-21-1-2-3-1111"
#define OPS_NOW  "S-1-5-21-1-2-3-2222"

static const char with_reader[] = "version: 1\n"
                                  "directory: { access: { read: 'CORP\\Ops' } }\n"
                                  "defaults: { access: { read: 'CORP\\Ops' } }\n"
                                  "segments: { X: { size: 8, lock: none } }\n";

static void check_reader(const char *name, const char *sid, const char *other)
{
    assert_non_null(strstr(fake_find(fake, name)->sddl, sid));
    assert_null(strstr(fake_find(fake, name)->sddl, other));
}

static void it_is_another_one_now(size_t number)
{
    bool now = number == 2;

    check_reader("X", now ? OPS_NOW : OPS_THEN, now ? OPS_THEN : OPS_NOW);
    check_reader(SHMB_ROOT_NAME, now ? OPS_NOW : OPS_THEN, now ? OPS_THEN : OPS_NOW);
    fake_mend(fake);
    fake_account(fake, "CORP\\Ops", OPS_NOW);
}

static void the_stand_in_too(size_t number)
{
    const char *name = fake_stand_in(fake, SHMB_ROOT_NAME)->name;
    bool now = number == 2;

    check_reader(name, now ? OPS_NOW : OPS_THEN, now ? OPS_THEN : OPS_NOW);
    fake_mend(fake);
    fake_account(fake, "CORP\\Ops", OPS_NOW);
}

/* Deleted and made anew meanwhile: the directory follows, as the objects do. */
static void a_reader_of_the_directory_has_another_sid(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_reader);
    fake_account(fake, "CORP\\Ops", OPS_THEN);
    assert_int_equal(lacking_live(lacking_look_on, 1), SHMB_EXIT_DONE);
    fake_fail(fake, FAKE_RESOLVE, "CORP\\Ops", SYS_LATER);
    assert_int_equal(lacking_live(it_is_another_one_now, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
}

static void a_reader_of_a_stand_in_has_another_sid(void **state)
{
    (void)state;
    fake_occupy(fake, SHMB_ROOT_NAME, SHMB_MUTEX, "a mutex");
    fake_file(fake, FILE_NAME, with_reader);
    fake_account(fake, "CORP\\Ops", OPS_THEN);
    assert_int_equal(lacking_live(lacking_look_on, 1), SHMB_EXIT_DONE);
    fake_fail(fake, FAKE_RESOLVE, "CORP\\Ops", SYS_LATER);
    assert_int_equal(lacking_live(the_stand_in_too, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
}

static const char with_a_bad_one[] =
    "version: 1\nsegments:\n"
    "  X: { size: 8, lock: none, access: { read: Users, deny: 'CORP\\Bad' } }\n"
    "  Y: { size: 8, lock: none, access: { read: Users, write: 'CORP\\Good' } }\n";

static void the_good_one_comes(size_t number)
{
    assert_null(fake_find(fake, "X"));
    if (number == 1) {
        fake_account(fake, "CORP\\Bad", "S-1-5-32-544");
        fake_account(fake, "CORP\\Good", SID);
    } else if (number >= 3) {
        assert_non_null(strstr(fake_find(fake, "Y")->sddl, SID));
        assert_null(strstr(lacking_report, "degraded\tCORP\\Good\t"));
        assert_non_null(strstr(lacking_report,
                               "degraded\tCORP\\Bad\tpending\tit is S-1-5-32-544, and a "
                               "denial for it would lock the broker itself out"));
    }
}

static void one_that_may_not_be_denied_stops_no_others(void **state)
{
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME, with_a_bad_one);
    assert_int_equal(lacking_live(the_good_one_comes, 6), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_PENDING, 3); /* each at the start, and why one stays so, once */
    event = fake_last_event(fake, EVENT_TRUSTEE_PENDING);
    assert_string_equal(event->inserts[0], "CORP\\Bad");
    assert_non_null(strstr(event->inserts[1], "would lock the broker itself out"));
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
    assert_string_equal(fake_last_event(fake, EVENT_TRUSTEE_RESOLVED)->inserts[0], "CORP\\Good");
}

/* ---- what lasts, and what does not ---- */

static void still_left_out(size_t number)
{
    assert_int_equal(lacking_header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(lacking_report, "degraded\t" FOLDER "conf.d\\bad.yaml\tleft-out\t"));
    assert_int_equal(strstr(lacking_report, "\tpending\t") != NULL, number == 1);
    fake_account(fake, "CORP\\Traders", SID);
}

/* That an account is known now mends nothing else. */
static void a_file_stays_left_out_when_an_account_comes(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\ninclude: conf.d\\bad.yaml\n"
              "mutexes: { A: { access: { write: 'CORP\\Traders' } } }\n");
    fake_file(fake, FOLDER "conf.d\\bad.yaml", HEAD "segments: { Bad: { size: 0 } }\n");
    assert_int_equal(lacking_live(still_left_out, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
}

static void still_last_good(size_t number)
{
    assert_int_equal(lacking_header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(lacking_report, "degraded\t" FILE_NAME "\tlast-good\t"));
    assert_int_equal(strstr(lacking_report, "\tpending\t") != NULL, number == 1);
    fake_mend(fake);
}

static void so_does_the_last_good_configuration(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    assert_int_equal(lacking_live(lacking_all_is_served, 1), SHMB_EXIT_DONE);
    fake_file(fake, FILE_NAME, "no: good\n");
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_LATER);
    assert_int_equal(lacking_live(still_last_good, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_TRUSTEE_RESOLVED, 1);
}

/* ---- look-ups while others wait ---- */

#define ACCOUNTS 20
#define SLOW     20000u

static size_t asked, rounds[ACCOUNTS]; /* how often each was asked for */

/* No wait without having asked for one at most; each in its turn. */
static void one_at_a_time(size_t number)
{
    size_t now = fake_calls(fake, FAKE_RESOLVE);

    if (number > 1)
        assert_int_equal(now, asked + 1);
    asked = now;
}

static void pending_accounts(void)
{
    char text[64 * ACCOUNTS] = "version: 1\nmutexes: { M: { access: { write: [Users";
    size_t i;

    for (i = 0; i < ACCOUNTS; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), ", 'CORP\\G%zu'", i);
    strcat(text, "] } } }\n");
    fake_file(fake, FILE_NAME, text);
}

static void count_asked(void)
{
    size_t i, count;
    const struct fake_record *records = fake_records(fake, &count);

    memset(rounds, 0, sizeof(rounds));
    for (i = 0; i < count; i++) {
        unsigned number;

        if (records[i].call == FAKE_RESOLVE && sscanf(records[i].name, "CORP\\G%u", &number) == 1)
            rounds[number]++;
    }
}

/* None is forgotten, and none is asked for again before all others. */
static void each_account_in_its_turn(void **state)
{
    size_t i;

    (void)state;
    pending_accounts();
    assert_int_equal(lacking_live(one_at_a_time, 2 * ACCOUNTS + 1), SHMB_EXIT_DONE);
    count_asked();
    for (i = 0; i < ACCOUNTS; i++)
        assert_int_equal(rounds[i], 3); /* at the start, and twice */
    /* Those of one round follow each other; then there is a pause. */
    for (i = 1; i <= 2 * ACCOUNTS + 1; i++)
        assert_int_equal(fake_wait_ms(fake, i), i == 1                  ? 1000
                                                : i == ACCOUNTS + 1     ? 2000
                                                : i == 2 * ACCOUNTS + 1 ? 4000
                                                                        : 0);
}

static void slow_from_now_on(size_t number)
{
    if (number == 1)
        fake_hang(fake, SLOW);
    one_at_a_time(number);
}

/* One that takes long ends the round: what else there is to do comes first. */
static void a_slow_one_is_followed_by_a_pause(void **state)
{
    size_t i;

    (void)state;
    pending_accounts();
    assert_int_equal(lacking_live(slow_from_now_on, ACCOUNTS + 1), SHMB_EXIT_DONE);
    count_asked();
    for (i = 0; i < ACCOUNTS; i++)
        assert_int_equal(rounds[i], 2);
    for (i = 1; i <= ACCOUNTS + 1; i++)
        assert_in_range(fake_wait_ms(fake, i), 1000, 30000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lacking_begin, lacking_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_keeps_the_content_without_the_account),
        TEST(what_comes_back_is_no_trouble_any_more),
        TEST(a_reload_refuses_an_account_that_is_gone),
        TEST(one_nobody_ever_knew_is_an_error),
        TEST(a_reader_of_the_directory_has_another_sid),
        TEST(a_reader_of_a_stand_in_has_another_sid),
        TEST(one_that_may_not_be_denied_stops_no_others),
        TEST(a_file_stays_left_out_when_an_account_comes),
        TEST(so_does_the_last_good_configuration),
        TEST(each_account_in_its_turn),
        TEST(a_slow_one_is_followed_by_a_pause),
    };

    return cmocka_run_group_tests_name("test_lifecycle_start_accounts", tests, NULL, NULL);
}
