/* Starts that find a configuration they cannot use as it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_system.h"
#include "last_good.h"
#include "lifecycle.h"
#include "status_report.h"

#define FOLDER    "C:\\ProgramData\\ShmBroker\\"
#define FILE_NAME FOLDER "shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"

static const char main_file[] = HEAD "include: conf.d/*.yaml\nsegments: { Prices: { size: 64 } }\n";
static const char included[] = HEAD "segments: { Extra: { size: 10, lock: none } }\n";

static struct fake *fake;
static char report_text[SHMB_REPORT_TEXT_MAX + 1];
static struct shmb_report header;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_file(fake, FILE_NAME, main_file);
    fake_file(fake, FOLDER "conf.d/a.yaml", included);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void read_report(struct fake *which, size_t number)
{
    const struct fake_object *section = fake_find(which, SHMB_REPORT_NAME);

    (void)number;
    assert_int_equal(
        shmb_report_read(section->content, section->content_length, &header, report_text),
        SHMB_READ_OK);
}

/* One life up to its first wait, where the report is read. */
static enum shmb_exit live(void)
{
    fake_on_wait(fake, read_report);
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + 1);
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

static void a_bad_include_is_left_out(void **state)
{
    (void)state;
    fake_file(fake, FOLDER "conf.d/b.yaml", HEAD "segments: { Bad: { size: 0 } }\n");
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.held, 3);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(report_text, "degraded\t" FOLDER "conf.d/b.yaml\tleft-out\t"));
    assert_int_equal(fake_event_count(fake, EVENT_INCLUDE_LEFT_OUT), 1);
    /* All that is served is there, but it is not all that was asked for. */
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 0);
    assert_string_equal(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[2], "3");
    assert_string_equal(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[3],
                        FOLDER "conf.d/b.yaml: left-out: it has errors");
    assert_non_null(strstr(fake_last_event(fake, EVENT_INCLUDE_LEFT_OUT)->inserts[1], ":3:"));
    /* It was not in force as a whole. */
    assert_null(fake_state_text(fake, LAST_GOOD_FILE));
}

static void read_when_running(struct fake *which, enum fake_call call)
{
    if (call == FAKE_RUNNING)
        read_report(which, 0);
}

/* `shmbroker start` reads the report then. */
static void the_report_is_whole_when_the_service_runs(void **state)
{
    (void)state;
    fake_file(fake, FOLDER "conf.d/b.yaml", HEAD "segments: { Bad: { size: 0 } }\n");
    fake_on_busy(fake, read_when_running);
    fake_stop_at(fake, FAKE_RUNNING, 1);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(report_text, "degraded\t" FOLDER "conf.d/b.yaml\tleft-out\t"));
    assert_non_null(strstr(report_text, "file\t" FILE_NAME "\tused\tread 20"));
}

/* Every object is there, but programs cannot look it up. */
static void a_taken_name_of_the_brokers_own_is_told(void **state)
{
    (void)state;
    fake_occupy(fake, SHMB_ROOT_NAME, SHMB_SECTION, "S-1-5-21-1-2-3-1001");
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 0);
    assert_string_equal(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[3],
                        "not all of the directory and the report could be made");
}

static void so_is_one_with_an_unknown_account(void **state)
{
    (void)state;
    fake_file(fake, FOLDER "conf.d/b.yaml",
              "version: 1\nmutexes: { Bad: { access: { write: Ghost } } }\n");
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.held, 3);
    assert_int_equal(fake_event_count(fake, EVENT_INCLUDE_LEFT_OUT), 1);
}

static void check_last_good(const char *text, size_t wanted)
{
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.held, 3);
    assert_int_equal(header.result, SHMB_REPORT_COMPLETE);
    assert_non_null(fake_state_text(fake, LAST_GOOD_FILE));
    fake_file(fake, FILE_NAME, text);
    fake_file(fake, FOLDER "conf.d/a.yaml", "no: good\n"); /* not asked for */
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.held, wanted);
    assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(strstr(report_text, "degraded\t" FILE_NAME "\tlast-good\t"));
    assert_int_equal(fake_event_count(fake, EVENT_LAST_GOOD_USED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_CONFIG_INVALID), 0);
}

static void a_bad_main_file_gives_way_to_the_last_good_one(void **state)
{
    (void)state;
    check_last_good("version: 1\nsegments: 7\n", 3);
}

static void a_missing_one_as_well(void **state)
{
    (void)state;
    assert_int_equal(live(), SHMB_EXIT_DONE);
    fake_file_gone(fake, FILE_NAME);
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(header.held, 3);
    assert_int_equal(fake_event_count(fake, EVENT_LAST_GOOD_USED), 1);
}

/* State and last good configuration cannot be written, several times: one event. */
static void a_state_that_cannot_be_written_is_told_once(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_STATE_WRITE, NULL, SYS_FAILED);
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_true(fake_calls(fake, FAKE_STATE_WRITE) > 1);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_FAILED), 1);
}

static void without_either_it_stops(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, "version: 1\nsegments: 7\n");
    assert_int_equal(live(), SHMB_EXIT_NOT_SO);
    assert_int_equal(fake_event_count(fake, EVENT_CONFIG_INVALID), 1);
}

/* Whatever is wrong with what was kept, it is not used. */
static void a_damaged_one_is_none(void **state)
{
    char *text;
    size_t length;

    (void)state;
    assert_int_equal(live(), SHMB_EXIT_DONE);
    text = malloc(strlen(fake_state_text(fake, LAST_GOOD_FILE)) + 1);
    assert_non_null(text);
    strcpy(text, fake_state_text(fake, LAST_GOOD_FILE));
    fake_file(fake, FILE_NAME, "version: 1\nsegments: 7\n");
    for (length = strlen(text); length-- > 0;) {
        text[length] = '\0';
        fake_state_file(fake, LAST_GOOD_FILE, text);
        assert_int_equal(live(), SHMB_EXIT_NOT_SO);
    }
    free(text);
}

#define WITH_TRADERS                                                                               \
    "version: 1\nmutexes:\n  A: { access: { read: Users, write: 'CORP\\Traders' } }\n"             \
    "  B: { access: { write: Users, deny: 'CORP\\Guests' } }\n  C: { access: { read: Users } }\n"

/* One account at a time is asked for, and when all have been, those that are known get rights. */
static void until_known(struct fake *which, size_t number)
{
    if (number == 1) {
        read_report(which, number);
        assert_null(strstr(fake_find(which, "A")->sddl, "1001"));
        assert_null(fake_find(which, "B")); /* the denied ones would get in */
        assert_non_null(fake_find(which, "C"));
        assert_non_null(strstr(report_text, "degraded\tCORP\\Traders\tpending\t"));
        assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
        assert_int_equal(fake_wait_ms(which, 1), 1000);
        assert_int_equal(fake_calls(which, FAKE_RESOLVE), 2);
        fake_account(which, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    } else if (number == 2) {
        assert_int_equal(fake_wait_ms(which, 2), 0);
        assert_int_equal(fake_calls(which, FAKE_RESOLVE), 3);
    } else if (number == 3) {
        assert_int_equal(fake_calls(which, FAKE_RESOLVE), 4);
        assert_non_null(strstr(fake_find(which, "A")->sddl, "S-1-5-21-1-2-3-1001"));
        assert_null(fake_find(which, "B"));
        assert_int_equal(fake_event_count(which, EVENT_TRUSTEE_RESOLVED), 1);
        assert_int_equal(fake_wait_ms(which, 3), 1000);
        fake_account(which, "CORP\\Guests", "S-1-5-21-1-2-3-1002");
    } else if (number == 4) {
        assert_non_null(strstr(fake_find(which, "B")->sddl, "(D;;0x1f0001;;;S-1-5-21-1-2-3-1002)"));
        read_report(which, number);
        assert_int_equal(header.result, SHMB_REPORT_COMPLETE);
        assert_int_equal(header.held, 3);
        assert_int_equal(fake_wait_ms(which, 4), UINT32_MAX);
    }
}

static void accounts_that_come_later_get_their_rights(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, WITH_TRADERS);
    fake_on_wait(fake, until_known);
    fake_stop_at(fake, FAKE_WAIT, 4);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_PENDING), 2);
    assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_RESOLVED), 2);
}

static void with_known_sids(struct fake *which, size_t number)
{
    (void)number;
    assert_non_null(strstr(fake_find(which, "A")->sddl, "S-1-5-21-1-2-3-1001"));
    assert_non_null(fake_find(which, "B"));
}

static void a_sid_that_was_known_serves_meanwhile(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, WITH_TRADERS);
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_account(fake, "CORP\\Guests", "S-1-5-21-1-2-3-1002");
    assert_int_equal(live(), SHMB_EXIT_DONE);
    assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_PENDING), 0);
    fake_fail(fake, FAKE_RESOLVE, NULL, SYS_LATER);
    fake_on_wait(fake, with_known_sids);
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + 1);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_PENDING), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bad_include_is_left_out),
        TEST(so_is_one_with_an_unknown_account),
        TEST(the_report_is_whole_when_the_service_runs),
        TEST(a_taken_name_of_the_brokers_own_is_told),
        TEST(a_bad_main_file_gives_way_to_the_last_good_one),
        TEST(a_missing_one_as_well),
        TEST(a_state_that_cannot_be_written_is_told_once),
        TEST(without_either_it_stops),
        TEST(a_damaged_one_is_none),
        TEST(accounts_that_come_later_get_their_rights),
        TEST(a_sid_that_was_known_serves_meanwhile),
    };

    return cmocka_run_group_tests_name("test_lifecycle_start", tests, NULL, NULL);
}
