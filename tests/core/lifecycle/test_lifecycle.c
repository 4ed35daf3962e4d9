/* The whole life of a broker, from the text of a file to the last handle. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_guard.h"
#include "event_text.h"
#include "fake_system.h"
#include "lifecycle.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"

static const char good[] = "version: 1\n"
                           "defaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
                           "segments:\n"
                           "  Prices: { size: 64, initial: { text: none } }\n"
                           "  Plain: { size: 4 KiB, lock: none }\n"
                           "events: { Go: { reset: manual } }\n";
#define GOOD_OBJECTS 4
#define PUBLISHED    4 /* root, report, control section, table; the first two before the objects */

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_file(fake, FILE_NAME, good);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static enum shmb_exit run(void)
{
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

static void check_events(size_t wanted_count, const enum event_id *wanted)
{
    size_t i, count;
    const struct fake_event *events = fake_events(fake, &count);

    assert_int_equal(count, wanted_count);
    for (i = 0; i < count; i++)
        assert_int_equal(events[i].id, wanted[i]);
}

/* The position of the n-th call of a kind in the record, from 0. */
static size_t position(enum fake_call call, size_t n)
{
    size_t i, count;
    const struct fake_record *records = fake_records(fake, &count);

    for (i = 0; i < count; i++)
        if (records[i].call == call && n-- == 0)
            return i;
    fail_msg("no such call");
    return 0;
}

static void an_ordinary_life(void **state)
{
    static const enum event_id wanted[] = {EVENT_RUNNING, EVENT_STOPPED};
    const struct fake_event *running;

    (void)state;
    assert_int_equal(run(), SHMB_EXIT_DONE);
    check_events(2, wanted);
    running = fake_last_event(fake, EVENT_RUNNING);
    assert_int_equal(running->count, 3);
    assert_true(running->inserts[0][0] >= '0' && running->inserts[0][0] <= '9');
    assert_string_equal(running->inserts[1], FILE_NAME);
    assert_string_equal(running->inserts[2], "4");
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED)->inserts[0], "4");
    assert_int_equal(fake_calls(fake, FAKE_CREATE), GOOD_OBJECTS + PUBLISHED);
    assert_int_equal(fake_calls(fake, FAKE_CLOSE), GOOD_OBJECTS + PUBLISHED);
    assert_int_equal(fake_calls(fake, FAKE_STATE_READ), 1);
    assert_int_equal(fake_calls(fake, FAKE_RUNNING), 1);
    assert_int_equal(fake_wait_ms(fake, 1), GUARD_EVERY_MS);
    /* The state is read when no other broker can write it any more. */
    assert_true(position(FAKE_CLAIM, 0) < position(FAKE_STATE_READ, 0));
    /* Running is said when everything exists, and nothing is closed before the wait ends. */
    assert_true(position(FAKE_CREATE, GOOD_OBJECTS + PUBLISHED - 1) < position(FAKE_RUNNING, 0));
    assert_true(position(FAKE_PROTECT, 0) < position(FAKE_RUNNING, 0));
    assert_true(position(FAKE_WAIT, 0) < position(FAKE_CLOSE, 0));
}

static void vacate_at_the_second(struct fake *which, size_t number)
{
    if (number == 2)
        fake_vacate(which, "Go");
}

static void what_was_missing_is_tried_again(void **state)
{
    static const enum event_id wanted[] = {EVENT_OBJECT_CONFLICT, EVENT_RUNNING_INCOMPLETE,
                                           EVENT_OBJECT_RECOVERED, EVENT_STOPPED};
    const struct fake_event *running;

    (void)state;
    fake_occupy(fake, "Go", SHMB_MUTEX, "a mutex owned by CORP\\bob");
    fake_on_wait(fake, vacate_at_the_second);
    fake_stop_at(fake, FAKE_WAIT, 3);
    assert_int_equal(run(), SHMB_EXIT_DONE);
    check_events(4, wanted);
    running = fake_last_event(fake, EVENT_RUNNING_INCOMPLETE);
    assert_int_equal(running->count, 4);
    assert_string_equal(running->inserts[2], "3");
    assert_string_equal(running->inserts[3], "1");
    assert_int_equal(fake_wait_ms(fake, 1), 1000);
    assert_int_equal(fake_wait_ms(fake, 2), 2000);
    assert_int_equal(fake_wait_ms(fake, 3), GUARD_EVERY_MS - 3000);
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED)->inserts[0], "4");
}

static void an_unreadable_file(void **state)
{
    static const enum event_id wanted[] = {EVENT_CONFIG_UNREADABLE};
    const struct fake_event *event;

    (void)state;
    fake_fail(fake, FAKE_READ_FILE, NULL, SYS_DENIED);
    assert_int_equal(run(), SHMB_EXIT_NOT_SO);
    check_events(1, wanted);
    event = fake_last_event(fake, EVENT_CONFIG_UNREADABLE);
    assert_string_equal(event->inserts[0], FILE_NAME);
    assert_string_equal(event->inserts[1], "CreateFileW: made to fail (error 1455)");
    fake_forget_events(fake);
    fake_fail(fake, FAKE_READ_FILE, NULL, SYS_NO_MEMORY);
    assert_int_equal(run(), SHMB_EXIT_SYSTEM);
    check_events(1, wanted);
    assert_int_equal(fake_calls(fake, FAKE_IDENTIFY), 0);
}

static void all_errors_of_a_file_in_one_event(void **state)
{
    static const enum event_id wanted[] = {EVENT_CONFIG_INVALID};
    const struct fake_event *event;
    const char *size, *key;

    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\nsegments:\n  A: { access: { read: Users } }\n"
              "  B: { size: 1, colour: red, access: { read: Users } }\n");
    assert_int_equal(run(), SHMB_EXIT_NOT_SO);
    check_events(1, wanted);
    event = fake_last_event(fake, EVENT_CONFIG_INVALID);
    assert_int_equal(event->count, 3);
    assert_string_equal(event->inserts[0], FILE_NAME);
    assert_string_equal(event->inserts[1], "2");
    size = strstr(event->inserts[2], FILE_NAME ":3:");
    key = strstr(event->inserts[2], "\n" FILE_NAME ":4:");
    assert_true(size == event->inserts[2] && key != NULL && size < key);
    assert_int_equal(fake_calls(fake, FAKE_CREATE), 0);
    assert_int_equal(fake_calls(fake, FAKE_IDENTIFY), 0);
}

static void unknown_accounts_are_errors_of_the_file(void **state)
{
    static const enum event_id wanted[] = {EVENT_CONFIG_INVALID};
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\nmutexes:\n  A: { access: { write: Ghost } }\n"
              "  B: { access: { write: [Users, Phantom] } }\n");
    assert_int_equal(run(), SHMB_EXIT_NOT_SO);
    check_events(1, wanted);
    event = fake_last_event(fake, EVENT_CONFIG_INVALID);
    assert_string_equal(event->inserts[1], "2");
    assert_non_null(strstr(event->inserts[2], ":3:25: error: mutexes.A.access: 'Ghost' "));
    assert_non_null(strstr(event->inserts[2], ":4:33: error: mutexes.B.access: 'Phantom' "));
}

static void a_long_list_of_errors_is_cut_visibly(void **state)
{
    enum { ERRORS = 1000 };
    char *text = malloc(ERRORS * 64 + 64);
    size_t i, lines = 1, used = 0;
    const struct fake_event *event;
    char tail[64];

    (void)state;
    assert_non_null(text);
    used += (size_t)sprintf(text, "version: 1\nmutexes:\n");
    for (i = 0; i < ERRORS; i++)
        used +=
            (size_t)sprintf(text + used, "  M%04u: { access: { write: Ghost } }\n", (unsigned)i);
    fake_file(fake, FILE_NAME, text);
    free(text);
    assert_int_equal(run(), SHMB_EXIT_NOT_SO);
    event = fake_last_event(fake, EVENT_CONFIG_INVALID);
    assert_string_equal(event->inserts[1], "1000");
    assert_in_range(strlen(event->inserts[2]), REPORT_LINES_MAX / 2, REPORT_LINES_MAX - 1);
    for (i = 0; event->inserts[2][i] != '\0'; i++)
        lines += event->inserts[2][i] == '\n';
    (void)sprintf(tail, "\n... and %u more", (unsigned)(ERRORS - (lines - 1)));
    assert_non_null(strstr(event->inserts[2], tail));
}

static void warnings_do_not_stop_it(void **state)
{
    static const enum event_id wanted[] = {EVENT_CONFIG_WARNING, EVENT_RUNNING, EVENT_STOPPED};
    const struct fake_event *event;

    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\nmutexes:\n  Pr\xC3\xA9"
              "cis: { access: { write: Users } }\n");
    assert_int_equal(run(), SHMB_EXIT_DONE);
    check_events(3, wanted);
    event = fake_last_event(fake, EVENT_CONFIG_WARNING);
    assert_int_equal(event->count, 2);
    assert_string_equal(event->inserts[0], FILE_NAME);
    assert_non_null(strstr(event->inserts[1], ":3:3: warning: "));
}

static void what_ends_the_start_has_its_exit_code(void **state)
{
    static const struct {
        enum fake_call call;
        enum sys_status status;
        enum shmb_exit code;
        enum event_id event;
    } rows[] = {
        {FAKE_IDENTIFY, SYS_DENIED, SHMB_EXIT_DENIED, EVENT_NO_OWNER},
        {FAKE_IDENTIFY, SYS_FAILED, SHMB_EXIT_SYSTEM, EVENT_START_FAILED},
        {FAKE_CLAIM, SYS_SECOND_BROKER, SHMB_EXIT_CONFLICT, EVENT_SECOND_BROKER},
        {FAKE_CLAIM, SYS_NO_MEMORY, SHMB_EXIT_SYSTEM, EVENT_START_FAILED},
        {FAKE_DESCRIPTOR, SYS_DENIED, SHMB_EXIT_SYSTEM, EVENT_START_FAILED},
        {FAKE_RESOLVE, SYS_NO_MEMORY, SHMB_EXIT_SYSTEM, EVENT_START_FAILED},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fake_fail(fake, rows[i].call, NULL, rows[i].status);
        assert_int_equal(run(), rows[i].code);
        check_events(1, &rows[i].event);
        fake_forget_events(fake);
    }
    assert_int_equal(fake_calls(fake, FAKE_RUNNING), 0);
    assert_int_equal(fake_calls(fake, FAKE_WAIT), 0);
}

/* Wherever in the start the wish to stop arrives, the end is clean and it never ran. */
static void asked_to_stop_during_the_start(void **state)
{
    static const struct {
        enum fake_call call;
        size_t n;
        const char *released;
        size_t resolved;
    } rows[] = {
        {FAKE_READ_FILE, 0, "0", 0}, {FAKE_READ_FILE, 1, "0", 0}, {FAKE_RESOLVE, 1, "0", 1},
        {FAKE_IDENTIFY, 1, "0", 1},  {FAKE_CLAIM, 1, "0", 1},     {FAKE_CREATE, 2, "0", 1},
        {FAKE_CREATE, 3, "1", 1},    {FAKE_CREATE, 5, "3", 1},    {FAKE_FILL, 1, "1", 1},
        {FAKE_CREATE, 6, "4", 1},    {FAKE_CREATE, 7, "4", 1},    {FAKE_RANDOM, 1, "4", 1},
    };
    static const enum event_id wanted[] = {EVENT_STOPPED};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (i > 0) {
            tear_down(state);
            set_up(state);
        }
        fake_stop_at(fake, rows[i].call, rows[i].n);
        assert_int_equal(run(), SHMB_EXIT_DONE);
        check_events(1, wanted);
        assert_string_equal(fake_last_event(fake, EVENT_STOPPED)->inserts[0], rows[i].released);
        assert_int_equal(fake_calls(fake, FAKE_RUNNING), 0);
        assert_int_equal(fake_calls(fake, FAKE_WAIT), 0);
        assert_int_equal(fake_calls(fake, FAKE_RESOLVE), rows[i].resolved);
    }
}

/* A failure is visible: another exit code, or an event that is no information. */
static bool was_reported(enum shmb_exit code)
{
    size_t i, count;
    const struct fake_event *events = fake_events(fake, &count);

    if (code != SHMB_EXIT_DONE)
        return count == 1;
    for (i = 0; i < count; i++)
        if (events[i].id == EVENT_OBJECT_FAILED || events[i].id == EVENT_OBJECT_CONFLICT ||
            events[i].id == EVENT_PUBLICATION_FAILED || events[i].id == EVENT_STATE_FAILED ||
            events[i].id == EVENT_TRUSTEE_PENDING || events[i].id == EVENT_PUBLICATION_CONFLICT ||
            events[i].id == EVENT_INSTANCE_SQUATTED || events[i].id == EVENT_KEEPER_FAILED ||
            events[i].id == EVENT_KEEPER_STAYS)
            return count - fake_event_count(fake, EVENT_PUBLICATION_RECOVERED) -
                       fake_event_count(fake, EVENT_STATE_RECOVERED) -
                       fake_event_count(fake, EVENT_KEEPER_RECOVERED) ==
                   3;
    return false;
}

static void each_call_fails_in_each_way(void **state)
{
    static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED,    SYS_NOT_FOUND,
                                            SYS_LATER, SYS_NO_MEMORY, SYS_FAILED};
    size_t n, calls, how;

    (void)run();
    calls = fake_can_fail_calls(fake);
    assert_in_range(calls, 10, 60);
    for (n = 1; n <= calls; n++) {
        for (how = 0; how < sizeof(kinds) / sizeof(kinds[0]); how++) {
            enum shmb_exit code;

            tear_down(state);
            set_up(state);
            fake_fail_nth(fake, n, kinds[how]);
            code = run();
            /*
             * That there is no state yet, nothing to watch, and a second look at keepers
             * that are remembered anyway: not worth a word. Nor is a file that can be read a
             * moment later, or a second broker that has ended by then.
             */
            if (fake_event_count(fake, EVENT_RUNNING) == 1 &&
                ((kinds[how] == SYS_TAKEN && fake_failed(fake) == FAKE_CLAIM) ||
                 kinds[how] == SYS_NOT_FOUND || fake_failed(fake) == FAKE_WATCH ||
                 fake_failed(fake) == FAKE_KEEPERS_LEFT ||
                 (kinds[how] == SYS_LATER &&
                  (fake_failed(fake) == FAKE_READ_FILE || fake_failed(fake) == FAKE_STATE_READ))))
                continue;
            if (!was_reported(code))
                fail_msg("call %u, status %u: exit code %d, not reported once", (unsigned)n,
                         (unsigned)kinds[how], (int)code);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_ordinary_life),
        TEST(what_was_missing_is_tried_again),
        TEST(an_unreadable_file),
        TEST(all_errors_of_a_file_in_one_event),
        TEST(unknown_accounts_are_errors_of_the_file),
        TEST(a_long_list_of_errors_is_cut_visibly),
        TEST(warnings_do_not_stop_it),
        TEST(what_ends_the_start_has_its_exit_code),
        TEST(asked_to_stop_during_the_start),
        TEST(each_call_fails_in_each_way),
    };

    return cmocka_run_group_tests_name("test_lifecycle", tests, NULL, NULL);
}
