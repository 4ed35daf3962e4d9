/*
 * What the broker cannot do at the moment although all objects are held: it is degraded while that
 * lasts, says why in the report and in the event of its start, and is complete again afterwards.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "last_good.h"
#include "life.h"
#include "state.h"

#define WATCHED "watch: true\n"

static const char segment[] = "version: 1\n"
                              "defaults: { access: { write: Users } }\n"
                              "segments: { Prices: { size: 64, lock: none } }\n";
static const char watched[] = "version: 1\n" WATCHED "defaults: { access: { write: Users } }\n"
                              "segments: { Prices: { size: 64, lock: none } }\n";
static const char full[] = "version: 1\n"
                           "defaults: { access: { full: Users } }\n"
                           "segments: { Prices: { size: 64, lock: none } }\n";

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

static void expect_degraded(const char *line)
{
    assert_int_equal(life_report().result, SHMB_REPORT_INCOMPLETE);
    assert_true(life_reports(line));
}

static void expect_complete(const char *line)
{
    assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
    assert_false(life_reports(line));
}

/* The event of the start, instead of "runs and holds all". */
static void expect_start(const char *reason)
{
    assert_int_equal(events(EVENT_RUNNING), 0);
    assert_int_equal(events(EVENT_RUNNING_DEGRADED), 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[3], reason));
}

/* ---- a fault that is there from the start -------------------------------------- */

/* The line of the fault in the report, until it is mended at the third wait. */
static const char *line;

static void mend_at_the_third_wait(size_t number)
{
    if (number < 3)
        expect_degraded(line);
    if (number == 3)
        fake_mend(fake);
    if (number >= 4)
        fake_wake(fake, SYS_WAKE_SESSIONS); /* nothing is left to do */
    if (number == 5)
        expect_complete(line);
}

static void the_state_cannot_be_written(void **unused)
{
    (void)unused;
    line = "state\tobjects.state\tfailed\t";
    fake_fail(fake, FAKE_STATE_WRITE, STATE_FILE, SYS_FAILED);
    life_run(segment, mend_at_the_third_wait, 6);
    expect_start("objects.state: failed: ");
    assert_int_equal(events(EVENT_STATE_FAILED), 1);
    assert_int_equal(events(EVENT_STATE_RECOVERED), 1);
}

static void the_last_good_configuration_cannot_be_saved(void **unused)
{
    (void)unused;
    line = "degraded\t" LIFE_FILE "\tunsaved\t";
    fake_fail(fake, FAKE_STATE_WRITE, LAST_GOOD_FILE, SYS_FAILED);
    life_run(segment, mend_at_the_third_wait, 6);
    expect_start(LIFE_FILE ": unsaved: ");
    assert_int_equal(events(EVENT_STATE_FAILED), 1);
    assert_int_equal(events(EVENT_STATE_RECOVERED), 1);
    assert_non_null(strstr(fake_state_text(fake, LAST_GOOD_FILE), segment));
}

static bool both_mended;

static void mend_both_at_the_third_wait(size_t number)
{
    if (number < 3) {
        expect_degraded("\tunsaved\t");
        expect_degraded("state\t");
    }
    if (number == 3)
        fake_mend(fake);
    /* The state is retried after seconds, the configuration after half a minute. */
    if (fake_event_count(fake, EVENT_STATE_RECOVERED) > 0 && !life_reports("\tunsaved\t")) {
        expect_complete("state\t");
        both_mended = true;
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

/* One event for the folder, not one for each file in it. */
static void neither_can_be_written(void **unused)
{
    (void)unused;
    fake_fail(fake, FAKE_STATE_WRITE, NULL, SYS_FAILED);
    life_run(segment, mend_both_at_the_third_wait, 12);
    assert_true(both_mended);
    assert_int_equal(events(EVENT_STATE_FAILED), 1);
    assert_int_equal(events(EVENT_STATE_RECOVERED), 1);
}

static void a_stranger_has_the_name_against_a_second_broker(void **unused)
{
    (void)unused;
    line = "instance\tGlobal\\ShmBroker.Instance\tconflict\t";
    fake_fail(fake, FAKE_CLAIM, NULL, SYS_DENIED);
    life_run(segment, mend_at_the_third_wait, 6);
    expect_start("ShmBroker.Instance: conflict: ");
    assert_int_equal(events(EVENT_INSTANCE_RECOVERED), 1);
}

static void reload_when_mended(size_t number)
{
    if (number < 3)
        fake_wake(fake, SYS_WAKE_SESSIONS); /* the port retries, the broker waits */
    if (number == 3)
        fake_wake(fake, SYS_WAKE_CHANGED); /* as the port does when it can watch the folder */
    mend_at_the_third_wait(number);
}

static void a_folder_cannot_be_watched(void **unused)
{
    (void)unused;
    line = "degraded\t" LIFE_FILE "\tunwatched\t";
    fake_fail(fake, FAKE_WATCH, NULL, SYS_FAILED);
    life_run(watched, reload_when_mended, 6);
    expect_start(LIFE_FILE ": unwatched: ");
    assert_int_equal(events(EVENT_WATCH_FAILED), 1);
}

/* ---- a fault that comes later --------------------------------------------------- */

/* The state fails with a change, here the keeper's end; nothing else happens to be written. */
static void lose_the_keeper(size_t number)
{
    if (number == 1) {
        expect_complete("state\t");
        fake_fail(fake, FAKE_STATE_APPEND, STATE_FILE, SYS_FAILED);
        fake_keeper_dies(fake, 0);
        fake_wake(fake, SYS_WAKE_KEEPER);
    }
    if (number == 3) {
        expect_degraded("state\tobjects.state\tfailed\t");
        fake_mend(fake);
    }
    if (number >= 4)
        fake_wake(fake, SYS_WAKE_SESSIONS);
    if (number == 5)
        expect_complete("state\t");
}

static void the_state_cannot_be_written_later(void **unused)
{
    (void)unused;
    life_run(segment, lose_the_keeper, 6);
    assert_int_equal(events(EVENT_STATE_FAILED), 1);
    assert_int_equal(events(EVENT_STATE_RECOVERED), 1);
}

/* The guard finds a changed access and may not correct it. */
static void refuse_the_guard(size_t number)
{
    if (number == 1) {
        fake_change_access(fake, "Prices", "O:S-1-5-32-544G:S-1-5-32-544D:P(A;;GA;;;WD)");
        fake_fail(fake, FAKE_PROTECT, NULL, SYS_DENIED);
        fake_wake(fake, SYS_WAKE_CHANGED);
    }
    if (number == 2) {
        expect_degraded("access\tGlobal\\Prices\tdue\t");
        fake_mend(fake);
    }
    if (number == 4)
        expect_complete("\tdue\t");
}

static void the_guard_is_refused(void **unused)
{
    (void)unused;
    life_run(full, refuse_the_guard, 5);
    assert_int_equal(events(EVENT_ACCESS_FAILED), 1);
}

static void open_it(size_t number)
{
    (void)number;
    fake_client_open(fake, "Old");
}

static void let_the_file_go(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 1);
        fake_mend(fake);
    }
}

/* Its records prove what is ours, also when they can be read only later. */
static void a_state_that_another_program_holds_is_read_later(void **state)
{
    static const char text[] = "version: 1\ndefaults: { access: { write: Users } }\n"
                               "segments: { Old: { size: 64, lock: none } }\n";

    (void)state;
    fake_release(fake, false);
    life_run(text, open_it, 1);
    fake_keeper_dies(fake, 0);
    fake_fail(fake, FAKE_STATE_READ, NULL, SYS_LATER);
    life_run(text, let_the_file_go, 5);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_FAILED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_RECOVERED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_RECOVERED), 1);
    fake_client_close(fake, "Old");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_state_cannot_be_written),
        TEST(the_last_good_configuration_cannot_be_saved),
        TEST(neither_can_be_written),
        TEST(a_stranger_has_the_name_against_a_second_broker),
        TEST(a_folder_cannot_be_watched),
        TEST(the_state_cannot_be_written_later),
        TEST(a_state_that_another_program_holds_is_read_later),
        TEST(the_guard_is_refused),
    };

    return cmocka_run_group_tests_name("test_lifecycle_degraded", tests, NULL, NULL);
}
