/* Starts that lack a part: a file with content, an account. One object waits, the others do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_system.h"
#include "last_good.h"
#include "lifecycle.h"
#include "status_report.h"

#define FOLDER    "C:\\ProgramData\\ShmBroker\\"
#define FILE_NAME FOLDER "shmbroker.yaml"
#define CONTENT   FOLDER "t.bin"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"
#define SID       "S-1-5-21-1-2-3-1005"

static const char with_file[] = HEAD "segments:\n"
                                     "  T: { size: 9, lock: none, initial: { file: t.bin } }\n"
                                     "  U: { size: 8, lock: none, initial: { text: u } }\n";
static const char with_account[] = "version: 1\nsegments:\n"
                                   "  T: { size: 9, lock: none, access: { write: AppUsers },\n"
                                   "       initial: { text: '12345' } }\n"
                                   "  U: { size: 8, lock: none, access: { read: Users } }\n";

static struct fake *fake;
static void (*at_wait)(size_t number); /* from 1 in each life */
static size_t waited;
static char report[SHMB_REPORT_TEXT_MAX + 1];
static struct shmb_report header;

static void on_wait(struct fake *which, size_t number)
{
    const struct fake_object *section = fake_find(which, SHMB_REPORT_NAME);

    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, report),
                     SHMB_READ_OK);
    at_wait(number - waited);
}

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_on_wait(fake, on_wait);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static enum shmb_exit live(void (*script)(size_t number), size_t waits)
{
    at_wait = script;
    waited = fake_calls(fake, FAKE_WAIT);
    fake_stop_at(fake, FAKE_WAIT, waited + waits);
    fake_forget_events(fake);
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

static void check_events(enum event_id event, size_t count)
{
    if (fake_event_count(fake, event) != count)
        fail_msg("event %d: %u times", (int)event, (unsigned)fake_event_count(fake, event));
}

static void check_content(const char *name, const char *bytes, size_t length)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    assert_int_equal(object->content_length, length);
    assert_memory_equal(object->content, bytes, length);
}

static void all_is_served(size_t number)
{
    (void)number;
    assert_int_equal(header.result, SHMB_REPORT_COMPLETE);
    assert_int_equal(header.held, 2);
}

static void nothing(size_t number)
{
    (void)number;
}

/* ---- a file with content ---- */

static void check_waiting(void)
{
    assert_null(fake_find(fake, "T"));
    check_content("U", "u\0\0\0\0\0\0\0", 8);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(header.held, 1);
    assert_non_null(
        strstr(report, "section\tGlobal\\T\tfailed\tCreateFileW: '" CONTENT "' cannot be read: "));
}

static void until_it_is_there(size_t number)
{
    if (number == 1) {
        check_waiting();
        assert_int_equal(fake_wait_ms(fake, waited + 1), 1000);
    } else if (number == 2) {
        check_waiting();
        fake_file(fake, CONTENT, "1234567890"); /* more than it has room for */
    } else if (number == 3) {
        assert_null(fake_find(fake, "T"));
        assert_non_null(strstr(report, "failed\t'" CONTENT "' has 10 bytes, the segment only 9\n"));
        fake_file_gone(fake, CONTENT);
        fake_file(fake, CONTENT, "12345");
    } else if (number == 4) {
        check_content("T", "12345\0\0\0\0", 9);
        all_is_served(number);
        assert_int_equal(fake_wait_ms(fake, waited + 4), UINT32_MAX);
    }
}

static void a_missing_file_is_the_trouble_of_one_segment(void **state)
{
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    assert_int_equal(live(until_it_is_there, 4), SHMB_EXIT_DONE);
    check_events(EVENT_CONFIG_INVALID, 0);
    check_events(EVENT_CONFIG_WARNING, 1);
    check_events(EVENT_OBJECT_RECOVERED, 1);
    check_events(EVENT_RUNNING_INCOMPLETE, 1);
    event = fake_last_event(fake, EVENT_CONFIG_WARNING);
    assert_non_null(strstr(event->inserts[1], ":4:46: warning: segments.T: '" CONTENT "' "));
    assert_non_null(strstr(event->inserts[1], "the segment is not made anew"));
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_FAILED, "T"), 2); /* two reasons */
    assert_null(fake_state_text(fake, LAST_GOOD_FILE)); /* it was not in force as a whole */
}

static size_t serial; /* of the object that a client has */

/* From here on only a client has the segment, and has changed it. */
static void leave_to_a_client(void)
{
    fake_client_open(fake, "T");
    serial = fake_find(fake, "T")->serial;
    fake_find(fake, "T")->content[3] = 'C';
    fake_keeper_dies(fake, 0);
}

static void check_client(void)
{
    assert_int_equal(fake_find(fake, "T")->serial, serial);
    check_content("T", "123C5\0\0\0\0", 9);
}

static void served_and_kept(size_t number)
{
    all_is_served(number);
    check_client();
}

/* A client has the segment open while the broker starts without the file. */
static void a_client_keeps_the_content_without_the_file(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_file(fake, CONTENT, "12345");
    fake_release(fake, false);
    assert_int_equal(live(all_is_served, 1), SHMB_EXIT_DONE);
    leave_to_a_client();
    fake_file_gone(fake, CONTENT);
    assert_int_equal(live(served_and_kept, 1), SHMB_EXIT_DONE);
    check_client();
    check_events(EVENT_OBJECT_FAILED, 0);
    check_events(EVENT_CONFIG_INVALID, 0);
    check_events(EVENT_CONFIG_WARNING, 1);
    fake_client_close(fake, "T");
}

static void check_conflict(size_t number)
{
    (void)number;
    assert_int_equal(header.held, 1);
    assert_non_null(strstr(report, "section\tGlobal\\T\tconflict\ta mutex owned by CORP\\bob\n"));
}

static void a_stranger_is_a_conflict_all_the_same(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_occupy(fake, "T", SHMB_MUTEX, "a mutex owned by CORP\\bob");
    assert_int_equal(live(check_conflict, 2), SHMB_EXIT_DONE);
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "T"), 1);
    check_events(EVENT_OBJECT_FAILED, 0);
}

static void waiting(size_t number)
{
    (void)number;
    check_waiting();
}

static void included(size_t number)
{
    (void)number;
    assert_int_equal(header.held, 2);
    assert_non_null(fake_find(fake, "M"));
    assert_non_null(strstr(report, "section\tGlobal\\T\tfailed\t"));
}

static void an_included_file_is_not_left_out_for_it(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, HEAD "include: t.yaml\nmutexes: { M: }\n");
    fake_file(fake, FOLDER "t.yaml", with_file);
    assert_int_equal(live(included, 1), SHMB_EXIT_DONE);
    check_events(EVENT_INCLUDE_LEFT_OUT, 0);
}

/* The last good configuration names the same file. */
static void what_was_in_force_last_needs_it_no_more(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_file(fake, CONTENT, "12345");
    assert_int_equal(live(all_is_served, 1), SHMB_EXIT_DONE);
    assert_non_null(fake_state_text(fake, LAST_GOOD_FILE));
    fake_file_gone(fake, CONTENT);
    fake_file(fake, FILE_NAME, "no: good\n");
    assert_int_equal(live(waiting, 1), SHMB_EXIT_DONE);
    check_events(EVENT_LAST_GOOD_USED, 1);
}

static void reload(size_t number)
{
    if (number == 1)
        fake_wake(fake, SYS_WAKE_RELOAD);
    else
        check_waiting();
}

static void a_reload_refuses_it(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    assert_int_equal(live(reload, 2), SHMB_EXIT_DONE);
    check_events(EVENT_RELOAD_REFUSED, 1);
    check_events(EVENT_RELOADED, 0);
}

static const char with_copy[] =
    HEAD "segments:\n"
         "  T: { size: 9, keep: reboot, lock: none, initial: { file: t.bin } }\n"
         "  U: { size: 8, lock: none, initial: { text: u } }\n";

static void from_the_copy(size_t number)
{
    (void)number;
    check_content("T", "12345\0\0\0\0", 9);
    assert_int_equal(header.held, 2);
}

static void a_copy_makes_it_needless(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_copy);
    assert_int_equal(live(until_it_is_there, 4), SHMB_EXIT_DONE); /* no copy so far */
    fake_file_gone(fake, CONTENT);
    assert_null(fake_find(fake, "T"));
    assert_int_equal(live(from_the_copy, 1), SHMB_EXIT_DONE);
    check_events(EVENT_COPY_RESTORED, 1);
    check_events(EVENT_OBJECT_FAILED, 0);
}

/* Whatever fails besides, nothing leaks, and the others are served. */
static void each_call_fails(void **state)
{
    static const char *const texts[] = {with_file, with_copy};
    size_t n, calls, i;

    for (i = 0; i < 2; i++) {
        fake_file(fake, FILE_NAME, texts[i]);
        assert_int_equal(live(nothing, 2), SHMB_EXIT_DONE);
        calls = fake_can_fail_calls(fake);
        assert_in_range(calls, 10, 80);
        for (n = 1; n <= calls; n++) {
            tear_down(state);
            set_up(state);
            fake_file(fake, FILE_NAME, texts[i]);
            fake_fail_nth(fake, n, SYS_FAILED);
            (void)live(nothing, 2);
        }
        tear_down(state);
        set_up(state);
    }
}

/* ---- an account ---- */

static void its_sid_serves(size_t number)
{
    (void)number;
    assert_int_equal(header.held, 2);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(fake_find(fake, "T")->sddl, SID));
    assert_non_null(strstr(report, "degraded\tAppUsers\tpending\t"));
    assert_non_null(strstr(report, SID "\n"));
}

/* A client has the segment open while the account is deleted, or renamed. */
static void a_client_keeps_the_content_without_the_account(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    fake_release(fake, false);
    assert_int_equal(live(all_is_served, 1), SHMB_EXIT_DONE);
    leave_to_a_client();
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_NOT_FOUND);
    assert_int_equal(live(its_sid_serves, 3), SHMB_EXIT_DONE);
    check_client();
    check_events(EVENT_CONFIG_INVALID, 0);
    check_events(EVENT_LAST_GOOD_USED, 0);
    check_events(EVENT_OBJECT_ADOPTED, 0); /* with the access it had */
    check_events(EVENT_TRUSTEE_PENDING, 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_TRUSTEE_PENDING)->inserts[2], SID));
    check_events(EVENT_RUNNING_DEGRADED, 1);
    fake_client_close(fake, "T");
}

static void it_is_back(size_t number)
{
    if (number == 1) {
        its_sid_serves(number);
        fake_mend(fake);
    } else {
        all_is_served(number);
        assert_int_equal(fake_wait_ms(fake, waited + number), UINT32_MAX);
    }
}

static void what_comes_back_is_no_trouble_any_more(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    assert_int_equal(live(all_is_served, 1), SHMB_EXIT_DONE);
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_FAILED); /* whatever the reason */
    assert_int_equal(live(it_is_back, 2), SHMB_EXIT_DONE);
    check_events(EVENT_TRUSTEE_RESOLVED, 1);
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
    assert_int_equal(live(reload_without_the_account, 2), SHMB_EXIT_DONE);
    check_events(EVENT_RELOAD_REFUSED, 1);
    check_events(EVENT_RELOADED, 0);
}

static void one_nobody_ever_knew_is_an_error(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    assert_int_equal(live(nothing, 1), SHMB_EXIT_NOT_SO);
    check_events(EVENT_CONFIG_INVALID, 1);
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

/* Deleted and made anew meanwhile: the directory follows, as the objects do. */
static void a_reader_of_the_directory_has_another_sid(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_reader);
    fake_account(fake, "CORP\\Ops", OPS_THEN);
    assert_int_equal(live(nothing, 1), SHMB_EXIT_DONE);
    fake_fail(fake, FAKE_RESOLVE, "CORP\\Ops", SYS_LATER);
    assert_int_equal(live(it_is_another_one_now, 2), SHMB_EXIT_DONE);
    check_events(EVENT_TRUSTEE_RESOLVED, 1);
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
        assert_null(strstr(report, "degraded\tCORP\\Good\t"));
        assert_non_null(strstr(report, "degraded\tCORP\\Bad\tpending\tit is S-1-5-32-544, and to "
                                       "deny that something would lock the broker itself out"));
    }
}

static void one_that_may_not_be_denied_stops_no_others(void **state)
{
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME, with_a_bad_one);
    assert_int_equal(live(the_good_one_comes, 6), SHMB_EXIT_DONE);
    check_events(EVENT_TRUSTEE_PENDING, 3); /* each at the start, and why one stays so, once */
    event = fake_last_event(fake, EVENT_TRUSTEE_PENDING);
    assert_string_equal(event->inserts[0], "CORP\\Bad");
    assert_non_null(strstr(event->inserts[1], "would lock the broker itself out"));
    check_events(EVENT_TRUSTEE_RESOLVED, 1);
    assert_string_equal(fake_last_event(fake, EVENT_TRUSTEE_RESOLVED)->inserts[0], "CORP\\Good");
}

/* ---- what lasts, and what does not ---- */

static void still_left_out(size_t number)
{
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(report, "degraded\t" FOLDER "conf.d\\bad.yaml\tleft-out\t"));
    assert_int_equal(strstr(report, "\tpending\t") != NULL, number == 1);
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
    assert_int_equal(live(still_left_out, 2), SHMB_EXIT_DONE);
    check_events(EVENT_TRUSTEE_RESOLVED, 1);
}

static void still_last_good(size_t number)
{
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(report, "degraded\t" FILE_NAME "\tlast-good\t"));
    assert_int_equal(strstr(report, "\tpending\t") != NULL, number == 1);
    fake_mend(fake);
}

static void so_does_the_last_good_configuration(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_account);
    fake_account(fake, "AppUsers", SID);
    assert_int_equal(live(all_is_served, 1), SHMB_EXIT_DONE);
    fake_file(fake, FILE_NAME, "no: good\n");
    fake_fail(fake, FAKE_RESOLVE, "AppUsers", SYS_LATER);
    assert_int_equal(live(still_last_good, 2), SHMB_EXIT_DONE);
    check_events(EVENT_TRUSTEE_RESOLVED, 1);
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
    assert_int_equal(live(one_at_a_time, 2 * ACCOUNTS + 1), SHMB_EXIT_DONE);
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
    assert_int_equal(live(slow_from_now_on, ACCOUNTS + 1), SHMB_EXIT_DONE);
    count_asked();
    for (i = 0; i < ACCOUNTS; i++)
        assert_int_equal(rounds[i], 2);
    for (i = 1; i <= ACCOUNTS + 1; i++)
        assert_in_range(fake_wait_ms(fake, i), 1000, 30000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_file_is_the_trouble_of_one_segment),
        TEST(a_client_keeps_the_content_without_the_file),
        TEST(a_stranger_is_a_conflict_all_the_same),
        TEST(an_included_file_is_not_left_out_for_it),
        TEST(what_was_in_force_last_needs_it_no_more),
        TEST(a_reload_refuses_it),
        TEST(a_copy_makes_it_needless),
        TEST(each_call_fails),
        TEST(a_client_keeps_the_content_without_the_account),
        TEST(what_comes_back_is_no_trouble_any_more),
        TEST(a_reload_refuses_an_account_that_is_gone),
        TEST(one_nobody_ever_knew_is_an_error),
        TEST(a_reader_of_the_directory_has_another_sid),
        TEST(one_that_may_not_be_denied_stops_no_others),
        TEST(a_file_stays_left_out_when_an_account_comes),
        TEST(so_does_the_last_good_configuration),
        TEST(each_account_in_its_turn),
        TEST(a_slow_one_is_followed_by_a_pause),
    };

    return cmocka_run_group_tests_name("test_lifecycle_start_lacking", tests, NULL, NULL);
}
