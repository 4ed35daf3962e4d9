/*
 * Another program holds a file for some time: that is no error of the file. It is waited for,
 * asked for again until it can be read, and reported once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "last_good.h"
#include "life.h"
#include "lifecycle.h"
#include "state.h"

#define FOLDER "C:\\ProgramData\\ShmBroker\\"
#define EXTRA  FOLDER "conf.d\\a.yaml"
#define BYTES  FOLDER "five.bin"
#define HEAD   "version: 1\ndefaults: { access: { read: Users } }\n"
#define PLAIN  HEAD "mutexes: { One: {} }\n"
#define TWO    HEAD "mutexes: { One: {}, Two: {} }\n"
#define WITH   HEAD "include: conf.d\\*.yaml\nmutexes: { One: {} }\n"
#define FILLED HEAD "segments: { Prices: { size: 64, lock: none, initial: { file: five.bin } } }\n"
#define LONG   600000u

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    fake_release(fake, false); /* objects and report stay with the keeper, to be looked at */
    return 0;
}

/* Keeps a broker with nothing to do from waiting for ever. */
static void nothing(size_t number)
{
    (void)number;
    if (fake_wait_ms(fake, fake_calls(fake, FAKE_WAIT)) == UINT32_MAX)
        fake_wake(fake, SYS_WAKE_SESSIONS);
}

static size_t events(enum event_id id)
{
    return fake_event_count(fake, id);
}

static const char *insert(enum event_id id, size_t index)
{
    assert_int_equal(events(id), 1);
    return fake_last_event(fake, id)->inserts[index];
}

/* Nothing was called an error of the file. */
static void no_blame(void)
{
    assert_int_equal(events(EVENT_CONFIG_INVALID), 0);
    assert_int_equal(events(EVENT_CONFIG_UNREADABLE), 0);
    assert_int_equal(events(EVENT_LAST_GOOD_USED), 0);
    assert_int_equal(events(EVENT_INCLUDE_LEFT_OUT), 0);
    assert_int_equal(events(EVENT_RELOAD_REFUSED), 0);
}

/* ---- a start ---- */

/* Whatever is held for some seconds: the start waits, visibly, and is an ordinary one. */
static void a_start_waits_some_seconds(void **state)
{
    static const char *const held[] = {LIFE_FILE, EXTRA, "conf.d\\*.yaml", STATE_FILE};
    size_t i;

    for (i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
        if (i > 0) {
            life_end(state);
            set_up(state);
        }
        fake_file(fake, EXTRA, HEAD "mutexes: { Extra: {} }\n");
        fake_hold(fake, held[i], 8000);
        life_run(WITH, nothing, 1);
        no_blame();
        assert_int_equal(events(EVENT_CONFIG_HELD), 0);
        assert_int_equal(events(EVENT_STATE_FAILED), 0);
        assert_int_equal(events(EVENT_RUNNING), 1);
        assert_in_range(fake_ticks(fake), 8000, 8200);
        assert_in_range(fake_silence(fake), 0, 200);
    }
}

static void nor_is_a_file_missing_that_an_editor_replaces(void **state)
{
    (void)state;
    fake_fail_nth(fake, 1, SYS_NOT_FOUND);
    life_run(PLAIN, nothing, 1);
    no_blame();
    assert_int_equal(events(EVENT_RUNNING), 1);
}

/* At wait 1 the stored content is served; the file is asked for until it can be read. */
static void stored_then_current(size_t number)
{
    nothing(number);
    if (number == 1) {
        assert_non_null(fake_find(fake, "One"));
        assert_non_null(fake_find(fake, "Extra"));
        assert_true(life_reports("\theld\t"));
        assert_true(life_reports("\tlast-good\t"));
    }
}

static void check_stored(const char *held, const char *shown)
{
    fake_file(fake, EXTRA, HEAD "mutexes: { Extra: {} }\n");
    life_run(WITH, nothing, 1);
    fake_forget_events(fake);
    fake_hold(fake, held, 40000);
    life_run(WITH, stored_then_current, 12);
    no_blame();
    assert_non_null(strstr(insert(EVENT_CONFIG_HELD, 0), shown));
    assert_string_equal(insert(EVENT_CONFIG_HELD, 2), "the last good content of it is served");
    assert_int_equal(events(EVENT_RUNNING), 0);
    assert_int_equal(events(EVENT_RUNNING_DEGRADED), 1);
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
    assert_int_equal(events(EVENT_RELOADED), 1);
    assert_int_equal(events(EVENT_OBJECTS_LOST), 0);
    assert_false(life_reports("degraded"));
}

static void the_last_good_content_of_a_held_main_file_is_served(void **state)
{
    (void)state;
    check_stored(LIFE_FILE, LIFE_FILE);
}

static void so_is_that_of_an_included_file(void **state)
{
    (void)state;
    check_stored(EXTRA, EXTRA);
}

static void so_are_the_files_of_a_held_folder(void **state)
{
    (void)state;
    check_stored("conf.d\\*.yaml", "conf.d");
}

/* Only what is held comes from the last good configuration: the rest is as it is now. */
static void with_one(size_t number)
{
    if (number > 1)
        return;
    assert_non_null(fake_find(fake, "Two"));
    assert_non_null(fake_find(fake, "Extra"));
}

static void the_other_files_are_current(void **state)
{
    (void)state;
    fake_file(fake, EXTRA, HEAD "mutexes: { Extra: {} }\n");
    life_run(WITH, nothing, 1);
    fake_hold(fake, EXTRA, LONG);
    life_run(HEAD "include: conf.d\\*.yaml\nmutexes: { One: {}, Two: {} }\n", with_one, 1);
    no_blame();
}

static void without_extra(size_t number)
{
    nothing(number);
    if (number == 1) {
        assert_non_null(fake_find(fake, "One"));
        assert_null(fake_find(fake, "Extra"));
        assert_true(life_reports("\tleft-out\tanother program holds it"));
    }
}

static void without_one_an_included_file_is_left_out_until_it_is_free(void **state)
{
    (void)state;
    fake_file(fake, EXTRA, HEAD "mutexes: { Extra: {} }\n");
    fake_hold(fake, EXTRA, 12000);
    life_run(WITH, without_extra, 6);
    no_blame();
    assert_string_equal(insert(EVENT_CONFIG_HELD, 0), EXTRA);
    assert_string_equal(insert(EVENT_CONFIG_HELD, 2), "its objects are not served");
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
    assert_int_equal(events(EVENT_RELOADED), 1);
    assert_false(life_reports("degraded"));
    assert_non_null(fake_state_text(fake, LAST_GOOD_FILE));
}

static void without_one_the_start_waits_a_minute_for_the_main_file(void **state)
{
    (void)state;
    fake_hold(fake, LIFE_FILE, 45000);
    life_run(PLAIN, nothing, 1);
    no_blame();
    assert_string_equal(insert(EVENT_CONFIG_HELD, 2), "the start waits for it for a minute");
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
    assert_int_equal(events(EVENT_RUNNING), 1);
    assert_in_range(fake_silence(fake), 0, 200);
}

static void but_not_for_ever(void **state)
{
    (void)state;
    fake_file(fake, LIFE_FILE, PLAIN);
    fake_hold(fake, LIFE_FILE, UINT32_MAX);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_NOT_SO);
    assert_int_equal(events(EVENT_CONFIG_HELD), 1);
    assert_int_equal(events(EVENT_CONFIG_UNREADABLE), 1);
    assert_in_range(fake_ticks(fake), 60000, 75000);
    assert_in_range(fake_silence(fake), 0, 200);
}

static void a_stop_is_heard_meanwhile(void **state)
{
    (void)state;
    fake_file(fake, LIFE_FILE, PLAIN);
    fake_hold(fake, LIFE_FILE, UINT32_MAX);
    fake_stop_at(fake, FAKE_PAUSE, 3);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(fake, FAKE_PAUSE), 3);
    assert_int_equal(events(EVENT_STOPPED), 1);
}

static void filled_later(size_t number)
{
    nothing(number);
    if (number == 1)
        assert_null(fake_find(fake, "Prices"));
}

static void a_segment_waits_for_its_held_initial_file(void **state)
{
    (void)state;
    fake_file(fake, BYTES, "12345");
    fake_hold(fake, BYTES, 30000);
    life_run(FILLED, filled_later, 20);
    no_blame();
    assert_int_equal(events(EVENT_CONFIG_HELD), 0);
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_FAILED, "Prices"), 1);
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_RECOVERED, "Prices"), 1);
    assert_memory_equal(fake_find(fake, "Prices")->content, "12345", 5);
}

/* ---- a reload ---- */

static enum sys_wake cause;
static const char *held;
static uint32_t held_ms, reloads;
static bool asked;

/* The file changes, and another program holds it; then nothing more happens. */
static void change_and_hold(size_t number)
{
    nothing(number);
    if (number == 1) {
        reloads = life_report().reloads;
        fake_file(fake, LIFE_FILE, TWO);
        fake_hold(fake, held, held_ms);
        fake_wake(fake, cause);
        return;
    }
    if (number == 2 && held_ms > 5000) {
        struct shmb_report report = life_report();

        asked = true;
        assert_null(fake_find(fake, "Two"));
        assert_int_equal(report.reload_result, SHMB_RELOAD_HELD);
        assert_int_equal(report.reloads, reloads + 2);
        assert_true(life_reports("degraded\t" LIFE_FILE "\theld\t"));
    }
}

static void check_change(enum sys_wake wake, uint32_t ms)
{
    cause = wake;
    held = LIFE_FILE;
    held_ms = ms;
    asked = false;
    life_run(PLAIN, change_and_hold, 12);
    no_blame();
    assert_non_null(fake_find(fake, "Two"));
    assert_int_equal(events(EVENT_RELOADED), 1);
    assert_int_equal(life_report().reload_result, SHMB_RELOAD_APPLIED);
    assert_false(life_reports("degraded"));
    /* The last good configuration is the new one. */
    assert_non_null(strstr(fake_state_text(fake, LAST_GOOD_FILE), "Two"));
}

static void a_change_is_applied_when_the_file_is_free(void **state)
{
    (void)state;
    check_change(SYS_WAKE_CHANGED, 100000);
    assert_true(asked);
    assert_string_equal(insert(EVENT_CONFIG_HELD, 0), LIFE_FILE);
    assert_string_equal(insert(EVENT_CONFIG_HELD, 2), "nothing has changed");
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
}

static void so_is_one_that_somebody_asked_for(void **state)
{
    (void)state;
    check_change(SYS_WAKE_RELOAD, 100000);
    assert_true(asked);
    assert_int_equal(events(EVENT_CONFIG_HELD), 1);
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
}

static void a_reload_waits_some_seconds(void **state)
{
    (void)state;
    check_change(SYS_WAKE_RELOAD, 4500);
    assert_int_equal(events(EVENT_CONFIG_HELD), 0);
}

static void a_change_waits_a_moment(void **state)
{
    (void)state;
    check_change(SYS_WAKE_CHANGED, 1500);
    assert_int_equal(events(EVENT_CONFIG_HELD), 0);
}

/* A retry comes after one second, then less and less often; none that finds it held is told. */
static void retries(size_t number)
{
    change_and_hold(number);
    if (number >= 2 && number < 7)
        assert_int_equal(fake_wait_ms(fake, number), 1000u << (number - 2));
    if (number > 7)
        assert_int_equal(fake_wait_ms(fake, number), 30000);
    if (number >= 2)
        assert_int_equal(life_report().reloads, reloads + 2);
}

static void retries_become_rare(void **state)
{
    (void)state;
    cause = SYS_WAKE_CHANGED;
    held = LIFE_FILE;
    held_ms = UINT32_MAX;
    life_run(HEAD "hold_for: 0\nmutexes: { One: {} }\n", retries, 10);
    no_blame();
    assert_int_equal(events(EVENT_CONFIG_HELD), 1);
    assert_int_equal(events(EVENT_CONFIG_FREE), 0);
}

/* A held file that turns out to have errors is refused for them, then. */
static void spoil_and_hold(size_t number)
{
    nothing(number);
    if (number != 1)
        return;
    fake_file(fake, LIFE_FILE, "version: 1\nmutexes: 7\n");
    fake_hold(fake, LIFE_FILE, 20000);
    fake_wake(fake, SYS_WAKE_CHANGED);
}

static void its_errors_are_told_when_it_can_be_read(void **state)
{
    (void)state;
    life_run(PLAIN, spoil_and_hold, 12);
    assert_int_equal(events(EVENT_CONFIG_HELD), 1);
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
    assert_int_equal(events(EVENT_RELOAD_REFUSED), 1);
    assert_int_equal(life_report().reload_result, SHMB_RELOAD_REFUSED);
    assert_false(life_reports("degraded\t"));
    assert_true(life_reports("count\treload\theld\t1\n"));
    assert_true(life_reports("count\treload\trefused\t1\n"));
    assert_non_null(fake_find(fake, "One"));
}

static void hold_the_bytes(size_t number)
{
    nothing(number);
    if (number != 1)
        return;
    fake_file(fake, LIFE_FILE, FILLED);
    fake_hold(fake, BYTES, 20000);
    fake_wake(fake, SYS_WAKE_CHANGED);
}

static void a_held_initial_file_is_waited_for(void **state)
{
    (void)state;
    fake_file(fake, BYTES, "12345");
    life_run(PLAIN, hold_the_bytes, 12);
    no_blame();
    assert_string_equal(insert(EVENT_CONFIG_HELD, 0), BYTES);
    assert_int_equal(events(EVENT_CONFIG_FREE), 1);
    assert_memory_equal(fake_find(fake, "Prices")->content, "12345", 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_waits_some_seconds),
        TEST(nor_is_a_file_missing_that_an_editor_replaces),
        TEST(the_last_good_content_of_a_held_main_file_is_served),
        TEST(so_is_that_of_an_included_file),
        TEST(so_are_the_files_of_a_held_folder),
        TEST(the_other_files_are_current),
        TEST(without_one_an_included_file_is_left_out_until_it_is_free),
        TEST(without_one_the_start_waits_a_minute_for_the_main_file),
        TEST(but_not_for_ever),
        TEST(a_stop_is_heard_meanwhile),
        TEST(a_segment_waits_for_its_held_initial_file),
        TEST(a_change_is_applied_when_the_file_is_free),
        TEST(so_is_one_that_somebody_asked_for),
        TEST(a_reload_waits_some_seconds),
        TEST(a_change_waits_a_moment),
        TEST(retries_become_rare),
        TEST(its_errors_are_told_when_it_can_be_read),
        TEST(a_held_initial_file_is_waited_for),
    };

    return cmocka_run_group_tests_name("test_held_files", tests, NULL, NULL);
}
