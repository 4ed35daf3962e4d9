/* Starts that lack a file with content. One object waits, the others do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lacking.h"
#include "last_good.h"

static const char with_file[] = HEAD "segments:\n"
                                     "  T: { size: 9, lock: none, initial: { file: t.bin } }\n"
                                     "  U: { size: 8, lock: none, initial: { text: u } }\n";

static void check_waiting(void)
{
    assert_null(fake_find(fake, "T"));
    lacking_content("U", "u\0\0\0\0\0\0\0", 8);
    assert_int_equal(lacking_header.result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(lacking_header.held, 1);
    assert_non_null(strstr(lacking_report, "section\tGlobal\\T\tfailed\tCreateFileW: '" CONTENT
                                           "' cannot be read: "));
}

static void until_it_is_there(size_t number)
{
    if (number == 1) {
        check_waiting();
        assert_int_equal(lacking_wait_ms(1), 1000);
    } else if (number == 2) {
        check_waiting();
        fake_file(fake, CONTENT, "1234567890"); /* more than it has room for */
    } else if (number == 3) {
        assert_null(fake_find(fake, "T"));
        assert_non_null(
            strstr(lacking_report, "failed\t'" CONTENT "' has 10 bytes, the segment only 9\n"));
        fake_file_gone(fake, CONTENT);
        fake_file(fake, CONTENT, "12345");
    } else if (number == 4) {
        lacking_content("T", "12345\0\0\0\0", 9);
        lacking_all_is_served(number);
        assert_int_equal(lacking_wait_ms(4), UINT32_MAX);
    }
}

static void a_missing_file_is_the_trouble_of_one_segment(void **state)
{
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    assert_int_equal(lacking_live(until_it_is_there, 4), SHMB_EXIT_DONE);
    lacking_events(EVENT_CONFIG_INVALID, 0);
    lacking_events(EVENT_CONFIG_WARNING, 1);
    lacking_events(EVENT_OBJECT_RECOVERED, 1);
    lacking_events(EVENT_RUNNING_INCOMPLETE, 1);
    event = fake_last_event(fake, EVENT_CONFIG_WARNING);
    assert_non_null(strstr(event->inserts[1], ":4:46: warning: segments.T: '" CONTENT "' "));
    assert_non_null(strstr(event->inserts[1], "the segment is not created until this is fixed"));
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_FAILED, "T"), 2); /* two reasons */
    assert_null(fake_state_text(fake, LAST_GOOD_FILE)); /* it was not in force as a whole */
}

static void served_and_kept(size_t number)
{
    lacking_all_is_served(number);
    lacking_check_client();
}

/* A client has the segment open while the broker starts without the file. */
static void a_client_keeps_the_content_without_the_file(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_file(fake, CONTENT, "12345");
    fake_release(fake, false);
    assert_int_equal(lacking_live(lacking_all_is_served, 1), SHMB_EXIT_DONE);
    lacking_leave_to_a_client();
    fake_file_gone(fake, CONTENT);
    assert_int_equal(lacking_live(served_and_kept, 1), SHMB_EXIT_DONE);
    lacking_check_client();
    lacking_events(EVENT_OBJECT_FAILED, 0);
    lacking_events(EVENT_CONFIG_INVALID, 0);
    lacking_events(EVENT_CONFIG_WARNING, 1);
    fake_client_close(fake, "T");
}

static void check_conflict(size_t number)
{
    (void)number;
    assert_int_equal(lacking_header.held, 1);
    assert_non_null(
        strstr(lacking_report, "section\tGlobal\\T\tconflict\ta mutex owned by CORP\\bob\n"));
}

static void a_stranger_is_a_conflict_all_the_same(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_occupy(fake, "T", SHMB_MUTEX, "a mutex owned by CORP\\bob");
    assert_int_equal(lacking_live(check_conflict, 2), SHMB_EXIT_DONE);
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "T"), 1);
    lacking_events(EVENT_OBJECT_FAILED, 0);
}

static void waiting(size_t number)
{
    (void)number;
    check_waiting();
}

static void included(size_t number)
{
    (void)number;
    assert_int_equal(lacking_header.held, 2);
    assert_non_null(fake_find(fake, "M"));
    assert_non_null(strstr(lacking_report, "section\tGlobal\\T\tfailed\t"));
}

static void an_included_file_is_not_left_out_for_it(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, HEAD "include: t.yaml\nmutexes: { M: }\n");
    fake_file(fake, FOLDER "t.yaml", with_file);
    assert_int_equal(lacking_live(included, 1), SHMB_EXIT_DONE);
    lacking_events(EVENT_INCLUDE_LEFT_OUT, 0);
}

/* The last good configuration names the same file. */
static void what_was_in_force_last_needs_it_no_more(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_file);
    fake_file(fake, CONTENT, "12345");
    assert_int_equal(lacking_live(lacking_all_is_served, 1), SHMB_EXIT_DONE);
    assert_non_null(fake_state_text(fake, LAST_GOOD_FILE));
    fake_file_gone(fake, CONTENT);
    fake_file(fake, FILE_NAME, "no: good\n");
    assert_int_equal(lacking_live(waiting, 1), SHMB_EXIT_DONE);
    lacking_events(EVENT_LAST_GOOD_USED, 1);
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
    assert_int_equal(lacking_live(reload, 2), SHMB_EXIT_DONE);
    lacking_events(EVENT_RELOAD_REFUSED, 1);
    lacking_events(EVENT_RELOADED, 0);
}

static const char with_copy[] =
    HEAD "segments:\n"
         "  T: { size: 9, keep: reboot, lock: none, initial: { file: t.bin } }\n"
         "  U: { size: 8, lock: none, initial: { text: u } }\n";

static void from_the_copy(size_t number)
{
    (void)number;
    lacking_content("T", "12345\0\0\0\0", 9);
    assert_int_equal(lacking_header.held, 2);
}

static void a_copy_makes_it_needless(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_copy);
    assert_int_equal(lacking_live(until_it_is_there, 4), SHMB_EXIT_DONE); /* no copy so far */
    fake_file_gone(fake, CONTENT);
    assert_null(fake_find(fake, "T"));
    assert_int_equal(lacking_live(from_the_copy, 1), SHMB_EXIT_DONE);
    lacking_events(EVENT_COPY_RESTORED, 1);
    lacking_events(EVENT_OBJECT_FAILED, 0);
}

/* Whatever fails besides, nothing leaks, and the others are served. */
static void each_call_fails(void **state)
{
    static const char *const texts[] = {with_file, with_copy};
    size_t n, calls, i;

    for (i = 0; i < 2; i++) {
        fake_file(fake, FILE_NAME, texts[i]);
        assert_int_equal(lacking_live(lacking_look_on, 2), SHMB_EXIT_DONE);
        calls = fake_can_fail_calls(fake);
        assert_in_range(calls, 10, 80);
        for (n = 1; n <= calls; n++) {
            lacking_end(state);
            lacking_begin(state);
            fake_file(fake, FILE_NAME, texts[i]);
            fake_fail_nth(fake, n, SYS_FAILED);
            (void)lacking_live(lacking_look_on, 2);
        }
        lacking_end(state);
        lacking_begin(state);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lacking_begin, lacking_end)

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
    };

    return cmocka_run_group_tests_name("test_lifecycle_start_files", tests, NULL, NULL);
}
