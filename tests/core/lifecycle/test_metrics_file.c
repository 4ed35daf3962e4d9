/*
 * The file with figures in the life of a broker: when it is written, and what happens when it
 * cannot be.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "control.h"
#include "life.h"

#define FILE_ONE "C:\\mon\\one.prom"
#define FILE_TWO "C:\\mon\\two.prom"
#define HEAD     "version: 1\ndefaults: { access: { write: Users } }\n"
#define ONE      "metrics: { file: 'C:\\mon\\one.prom', every: 10 s }\n"
#define TWO      "metrics: { file: 'C:\\mon\\two.prom', every: 20 s }\n"
#define OBJECTS                                                                                    \
    "segments:\n  Prices: { size: 64 }\n  Settings: { size: 10, lock: none, keep: reboot }\n"

static struct fake *fake;
static uint64_t began;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static bool shows(const char *file, const char *line)
{
    const char *text = fake_file_text(fake, file);

    return text != NULL && strstr(text, line) != NULL;
}

static void expect(const char *file, const char *line)
{
    if (!shows(file, line))
        fail_msg("no \"%s\" in:\n%s", line, fake_file_text(fake, file));
}

static void look(size_t number)
{
    if (number == 1) {
        began = fake_ticks(fake);
        /* It is there when the service reports that it runs, and so before the first wait. */
        assert_int_equal(fake_calls(fake, FAKE_OUTPUT_WRITE), 1);
        expect(FILE_ONE, "\nshmbroker_up 1\n");
        expect(FILE_ONE, "\nshmbroker_metrics_interval_seconds 10.000\n");
        expect(FILE_ONE, "\nshmbroker_start_time_seconds ");
        expect(FILE_ONE, "\nshmbroker_open_handles ");
        expect(FILE_ONE, "\nshmbroker_objects{kind=\"section\",state=\"held\"} 2\n");
        expect(FILE_ONE, "\nshmbroker_objects{kind=\"mutex\",state=\"held\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_memory_bytes 74\n");
        expect(FILE_ONE, "\nshmbroker_segment_lock_info{segment=\"Prices\",lock=\"mutex\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_segment_lock_info{segment=\"Settings\",lock=\"none\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_segment_writes_total{segment=\"Prices\"} 0\n");
        expect(FILE_ONE, "\nshmbroker_copy_failed{segment=\"Settings\"} 0\n");
        expect(FILE_ONE, "\nshmbroker_keeper_up 1\n");
        expect(FILE_ONE, "\nshmbroker_degraded 0\n");
    }
    if (number == 2) {
        struct shmb_control *control =
            (struct shmb_control *)(void *)fake_find(fake, "ShmBroker.Control.1")->content;
        struct shmb_block *block = (struct shmb_block *)(void *)(control + 1);

        assert_true(fake_ticks(fake) - began == 10000);
        assert_int_equal(fake_calls(fake, FAKE_OUTPUT_WRITE), 2);
        expect(FILE_ONE, "\nshmbroker_events_total{event=\"100\"} 1\n");
        /* A program writes, and dies with the lock. */
        block->sequence = 6;
        block->change = 3;
        block->abandoned = SHMB_DIED_OWNING;
    }
    if (number == 3) {
        expect(FILE_ONE, "\nshmbroker_segment_writes_total{segment=\"Prices\"} 3\n");
        expect(FILE_ONE, "\nshmbroker_segment_change_number{segment=\"Prices\"} 3\n");
        expect(FILE_ONE, "\nshmbroker_segment_abandoned{segment=\"Prices\"} 1\n");
    }
}

static void it_is_written_at_once_then_at_its_interval(void **state)
{
    (void)state;
    life_run(HEAD ONE OBJECTS, look, 4);
    assert_int_equal(fake_event_count(fake, EVENT_METRICS_FAILED), 0);
    /* The end of the broker stays in the file. */
    expect(FILE_ONE, "\nshmbroker_up 0\n");
    assert_false(shows(FILE_ONE, "shmbroker_objects"));
}

static void lack(size_t number)
{
    if (number == 2) {
        assert_true(life_reports("degraded\t" FILE_ONE "\tunwritten\tWriteFile: "));
        assert_int_equal(life_report().result, SHMB_REPORT_INCOMPLETE);
    }
    if (number == 3)
        fake_mend(fake);
    if (number == 5) {
        assert_false(life_reports("unwritten"));
        assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
        expect(FILE_ONE, "\nshmbroker_degraded 0\n");
        fake_fail(fake, FAKE_OUTPUT_WRITE, NULL, SYS_DENIED);
    }
}

/* Once for each cause, not at every retry; the objects are served. */
static void a_failure_is_told_once(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_OUTPUT_WRITE, NULL, SYS_FAILED);
    life_run(HEAD ONE OBJECTS, lack, 9);
    assert_int_equal(fake_event_count(fake, EVENT_METRICS_FAILED), 2);
    assert_int_equal(fake_event_count(fake, EVENT_METRICS_RECOVERED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING_DEGRADED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_METRICS_FAILED)->inserts[0], FILE_ONE);
}

static void hold_on(size_t number)
{
    static const uint64_t passed[] = {0, 0, 10000, 10000, 10000, 12000, 10000};

    if (number > 1)
        assert_int_equal(fake_ticks(fake) - began, passed[number]);
    began = fake_ticks(fake);
    if (number == 3)
        fake_mend(fake);
    if (number == 4)
        fake_fail(fake, FAKE_OUTPUT_WRITE, NULL, SYS_FAILED);
}

/* A write waits for a program that holds the file, but not after one that has waited in vain. */
static void a_program_that_holds_it_delays_the_broker_once(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_OUTPUT_WRITE, NULL, SYS_FAILED);
    life_run(HEAD ONE OBJECTS, hold_on, 6);
    assert_int_equal(fake_event_count(fake, EVENT_METRICS_FAILED), 2);
}

/* The other figures go on while a part fails: a name is taken, the directory is not there. */
static void look_at_lack(size_t number)
{
    if (number == 1) {
        expect(FILE_ONE, "\nshmbroker_degraded 1\n");
        expect(FILE_ONE, "\nshmbroker_objects{kind=\"section\",state=\"conflict\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_degraded_reasons{reason=\"object_conflict\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_degraded_reasons{reason=\"publication_incomplete\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_events_total{event=\"300\"} 1\n");
        expect(FILE_ONE, "\nshmbroker_segment_bytes{segment=\"Settings\"} 10\n");
        assert_false(shows(FILE_ONE, "segment=\"Prices\""));
    }
}

static void figures_of_a_broker_that_lacks_something(void **state)
{
    (void)state;
    fake_occupy(fake, "Prices", SHMB_EVENT, "a stranger");
    fake_fail(fake, FAKE_CREATE, SHMB_REPORT_NAME, SYS_NO_MEMORY);
    life_run(HEAD ONE OBJECTS, look_at_lack, 2);
}

static void change_it(size_t number)
{
    if (number == 1) {
        expect(FILE_ONE, "\nshmbroker_up 1\n");
        fake_file(fake, LIFE_FILE, HEAD TWO OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 3) {
        assert_null(fake_file_text(fake, FILE_ONE));
        expect(FILE_TWO, "\nshmbroker_up 1\n");
        expect(FILE_TWO, "\nshmbroker_metrics_interval_seconds 20.000\n");
        expect(FILE_TWO, "\nshmbroker_reloads_total{result=\"applied\"} 1\n");
        fake_file(fake, LIFE_FILE, "version: 1\nmutexes: 7\n");
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 5) {
        expect(FILE_TWO, "\nshmbroker_reloads_total{result=\"refused\"} 1\n");
        expect(FILE_TWO, "\nshmbroker_config_last_reload_successful 0\n");
        fake_file(fake, LIFE_FILE, HEAD OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 6) {
        assert_null(fake_file_text(fake, FILE_TWO));
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

static void a_reload_moves_and_removes_it(void **state)
{
    (void)state;
    life_run(HEAD ONE OBJECTS, change_it, 7);
    assert_null(fake_file_text(fake, FILE_ONE));
    assert_null(fake_file_text(fake, FILE_TWO));
    assert_int_equal(fake_event_count(fake, EVENT_METRICS_FAILED), 0);
}

#define LOCK_OF(kind) HEAD ONE "segments:\n  Prices: { size: 64, lock: " kind " }\n"

/* Neither the configured one nor none: programs use the one that the segment was made with. */
static void defer(size_t number)
{
    static const char *const wanted[] = {LOCK_OF("{ kind: mutex }"), LOCK_OF("none"),
                                         LOCK_OF("{ kind: mutex }")};

    if (number % 2 != 0)
        expect(FILE_ONE, "\nshmbroker_segment_lock_info{segment=\"Prices\",lock=\"fast\"} 1\n");
    if (number % 2 != 0 && number < 6) {
        fake_file(fake, LIFE_FILE, wanted[number / 2]);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 7)
        expect(FILE_ONE, "\nshmbroker_objects{kind=\"section\",state=\"deferred\"} 1\n");
}

static void the_lock_of_a_deferred_segment_is_the_one_it_has(void **state)
{
    (void)state;
    life_run(LOCK_OF("{ kind: fast }"), defer, 8);
}

static void remove_while_it_fails(size_t number)
{
    if (number == 1) {
        assert_true(life_reports("unwritten"));
        fake_file(fake, LIFE_FILE, HEAD OBJECTS);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_false(life_reports("unwritten"));
        assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
        fake_wake(fake, SYS_WAKE_SESSIONS);
    }
}

static void a_file_no_longer_wanted_lacks_nothing(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_OUTPUT_WRITE, NULL, SYS_FAILED);
    life_run(HEAD ONE OBJECTS, remove_while_it_fails, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_written_at_once_then_at_its_interval),
        TEST(a_failure_is_told_once),
        TEST(a_program_that_holds_it_delays_the_broker_once),
        TEST(figures_of_a_broker_that_lacks_something),
        TEST(a_reload_moves_and_removes_it),
        TEST(a_file_no_longer_wanted_lacks_nothing),
        TEST(the_lock_of_a_deferred_segment_is_the_one_it_has),
    };

    return cmocka_run_group_tests_name("test_metrics_file", tests, NULL, NULL);
}
