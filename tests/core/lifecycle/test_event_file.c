/* The file of `log` in the life of a broker: when it is opened, and what a failure does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "life.h"

#define HEAD    "version: 1\ndefaults: { access: { write: Users } }\n"
#define LOG     "log: { file: 'C:\\logs\\one.log', former: 2 }\n"
#define OTHER   "log: { file: 'C:\\logs\\two.log' }\n"
#define OBJECTS "segments: { Prices: { size: 64 } }\n"
#define LINE    "degraded\tC:\\logs\\one.log\tunlogged\tCreateFileW: "

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static size_t events(enum event_id id)
{
    return fake_event_count(fake, id);
}

static void look(size_t number)
{
    const struct fake_record *records;
    size_t count, i;

    if (number != 1)
        return;
    records = fake_records(fake, &count);
    for (i = 0; i < count && records[i].call != FAKE_CREATE; i++)
        if (records[i].call == FAKE_LOG_FILE)
            return;
    fail_msg("objects are made before the file of the log is open");
}

static void it_is_open_before_the_first_object(void **state)
{
    (void)state;
    life_run(HEAD LOG OBJECTS, look, 2);
    assert_int_equal(events(EVENT_LOG_FILE_FAILED), 0);
    assert_int_equal(events(EVENT_RUNNING), 1);
}

static void mend_later(size_t number)
{
    if (number == 1 || number == 3) {
        assert_true(life_reports(LINE));
        assert_int_equal(life_report().result, SHMB_REPORT_INCOMPLETE);
    }
    if (number == 3)
        fake_mend(fake);
    if (number == 5) {
        assert_false(life_reports("unlogged"));
        assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
    }
}

static void a_failure_is_told_once_and_retried(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_LOG_FILE, NULL, SYS_FAILED);
    life_run(HEAD LOG OBJECTS, mend_later, 6);
    assert_int_equal(events(EVENT_LOG_FILE_FAILED), 1);
    assert_int_equal(events(EVENT_LOG_FILE_RECOVERED), 1);
    assert_int_equal(events(EVENT_RUNNING_DEGRADED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_LOG_FILE_FAILED)->inserts[0],
                        "C:\\logs\\one.log");
}

static void drop_it(size_t number)
{
    if (number == 1) {
        fake_file(fake, LIFE_FILE, HEAD OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_false(life_reports("unlogged"));
        assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

static void a_file_no_longer_wanted_lacks_nothing(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_LOG_FILE, NULL, SYS_FAILED);
    life_run(HEAD LOG OBJECTS, drop_it, 3);
    assert_int_equal(events(EVENT_LOG_FILE_RECOVERED), 0);
}

static void change_it(size_t number)
{
    if (number == 1) {
        assert_true(life_reports(LINE));
        fake_file(fake, LIFE_FILE, HEAD OTHER OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_false(life_reports(LINE));
        assert_true(life_reports("degraded\tC:\\logs\\two.log\tunlogged\tCreateFileW: "));
        assert_int_equal(events(EVENT_LOG_FILE_FAILED), 2);
        assert_string_equal(fake_last_event(fake, EVENT_LOG_FILE_FAILED)->inserts[0],
                            "C:\\logs\\two.log");
        fake_file(fake, LIFE_FILE, HEAD OTHER);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 3) {
        assert_int_equal(events(EVENT_LOG_FILE_FAILED), 2); /* the same file */
        fake_mend(fake);
        fake_file(fake, LIFE_FILE, HEAD LOG OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 4) {
        assert_false(life_reports("unlogged"));
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

/* Its failure is that of another file, although the cause is the same. */
static void another_file_fails_by_itself(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_LOG_FILE, NULL, SYS_FAILED);
    life_run(HEAD LOG OBJECTS, change_it, 5);
    assert_int_equal(events(EVENT_LOG_FILE_FAILED), 2);
    assert_int_equal(events(EVENT_LOG_FILE_RECOVERED), 0);
}

static void begin_it(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_calls(fake, FAKE_LOG_FILE), 0);
        fake_file(fake, LIFE_FILE, HEAD LOG OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_int_equal(fake_calls(fake, FAKE_LOG_FILE), 1);
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

static void a_reload_begins_it(void **state)
{
    (void)state;
    life_run(HEAD OBJECTS, begin_it, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_open_before_the_first_object),
        TEST(a_failure_is_told_once_and_retried),
        TEST(a_file_no_longer_wanted_lacks_nothing),
        TEST(another_file_fails_by_itself),
        TEST(a_reload_begins_it),
    };

    return cmocka_run_group_tests_name("test_event_file", tests, NULL, NULL);
}
