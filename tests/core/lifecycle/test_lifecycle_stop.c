/*
 * A stop while content is written or read: it ends the filling of a new segment, which the next
 * start repeats, but never the last save.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "life.h"
#include "lifecycle.h"

static const char kept[] = "version: 1\n"
                           "defaults: { access: { write: Users } }\n"
                           "segments:\n"
                           "  Kept: { size: 64, lock: none, keep: reboot,\n"
                           "          initial: { text: first } }\n";

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static void nothing(size_t number)
{
    (void)number;
    fake_wake(fake, SYS_WAKE_SESSIONS); /* there is nothing to do */
}

static void write_text(const char *text)
{
    memcpy(fake_find(fake, "Kept")->content, text, strlen(text) + 1);
}

static void write_second(size_t number)
{
    if (number == 1)
        write_text("second");
    nothing(number);
}

static const char *expected;

static void expect_text(size_t number)
{
    if (number == 1)
        assert_string_equal((const char *)fake_find(fake, "Kept")->content, expected);
    nothing(number);
}

/* A start that is asked to stop when so many calls of this kind have been made. */
static void start_and_stop_at(enum fake_call call, size_t n)
{
    fake_file(fake, LIFE_FILE, kept);
    fake_forget_events(fake);
    fake_stop_at(fake, call, fake_calls(fake, call) + n);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_DONE);
}

/* The copy is neither refused nor lost, wherever the stop comes. */
static void a_stop_ends_the_restoring_and_loses_nothing(void **state)
{
    static const struct {
        enum fake_call call;
        size_t n;
    } rows[] = {{FAKE_COPY_READ, 1}, {FAKE_COPY_READ, 2}, {FAKE_FILL, 1}};
    size_t i, count;

    (void)state;
    life_run(kept, write_second, 2);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fake_boot(fake, i % 2 == 0 ? "boot-2" : "boot-3");
        start_and_stop_at(rows[i].call, rows[i].n);
        (void)fake_events(fake, &count);
        assert_int_equal(count, 1);
        assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
        assert_string_equal(fake_last_event(fake, EVENT_STOPPED)->inserts[0], "0");
        assert_null(fake_find(fake, "Kept"));
    }
    fake_boot(fake, "boot-4");
    expected = "second";
    life_run(kept, expect_text, 2);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_RESTORED), 1);
}

/* The files of an adopted segment are first read by its first save; here that is the last one. */
static void adopted_content_is_saved_although_a_stop_was_asked_for(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(kept, nothing, 2); /* its keeper holds the segment */
    write_text("third");
    start_and_stop_at(FAKE_RUNNING, 1);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    fake_keeper_dies(fake, 1);
    assert_null(fake_find(fake, "Kept"));
    fake_boot(fake, "boot-2");
    fake_release(fake, true);
    expected = "third";
    life_run(kept, expect_text, 2);
}

static const char two[] = "version: 1\n"
                          "defaults: { access: { write: Users } }\n"
                          "segments:\n"
                          "  Plain: { size: 64, lock: none }\n"
                          "  Kept: { size: 64, lock: none, keep: reboot,\n"
                          "          initial: { text: first } }\n"
                          "  Later: { size: 64, lock: none, initial: { text: later } }\n";

static void start_two_and_stop_at(enum fake_call call, size_t n)
{
    fake_file(fake, LIFE_FILE, two);
    fake_forget_events(fake);
    fake_stop_at(fake, call, fake_calls(fake, call) + n);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_DONE);
}

/* What an interrupted start has made is released on purpose: nothing is lost. */
static void a_stopped_start_loses_nothing(void **state)
{
    (void)state;
    fake_release(fake, false);
    start_two_and_stop_at(FAKE_FILL, 2);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED)->inserts[0], "2");
    assert_null(fake_find(fake, "Kept"));
    life_run(two, nothing, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

/* The former keeper still has everything, and the next start finds it. */
static void a_stopped_start_leaves_the_former_keeper(void **state)
{
    char left[24];

    (void)state;
    fake_release(fake, false);
    life_run(two, nothing, 2);
    write_text("second");
    start_two_and_stop_at(FAKE_INSPECT, 3);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_non_null(fake_find(fake, "Later"));
    (void)snprintf(left, sizeof(left), "%s", fake_last_event(fake, EVENT_STOPPED_HELD)->inserts[0]);
    assert_string_equal(left, "3");
    fake_forget_events(fake);
    expected = "second";
    life_run(two, expect_text, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED_HELD)->inserts[0], left);
}

/* The state still lists it. */
static void a_stopped_start_knows_that_the_former_keeper_has_ended(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(two, nothing, 2);
    fake_keeper_dies(fake, 0);
    start_two_and_stop_at(FAKE_FILL, 2);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
}

/* This broker can make no keeper, and has not ended the former one. */
static void so_does_a_stop_without_a_keeper(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(two, nothing, 2);
    write_text("second");
    fake_forget_events(fake);
    fake_fail(fake, FAKE_KEEPER_MAKE, NULL, SYS_DENIED);
    life_run(two, nothing, 2);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED_HELD)->inserts[0], "3");
    fake_mend(fake);
    expected = "second";
    life_run(two, expect_text, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static const char released[] = "version: 1\n"
                               "hold_for: 0\n"
                               "defaults: { access: { write: Users } }\n"
                               "segments:\n"
                               "  Plain: { size: 64, lock: none }\n"
                               "  Later: { size: 64, lock: none, initial: { text: later } }\n";

static void open_plain(size_t number)
{
    nothing(number);
    if (number == 1)
        fake_client_open(fake, "Plain");
}

/* A program kept it until after the start that was stopped. */
static void what_a_stopped_start_adopts_and_releases_is_not_lost(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(released, open_plain, 2);
    fake_file(fake, LIFE_FILE, released);
    fake_stop_at(fake, FAKE_FILL, fake_calls(fake, FAKE_FILL) + 1);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_DONE);
    fake_client_close(fake, "Plain");
    assert_null(fake_find(fake, "Plain"));
    life_run(released, nothing, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static size_t pauses;

static void end_the_other_broker(struct fake *which, enum fake_call call)
{
    if (call == FAKE_PAUSE && ++pauses == 10)
        fake_mend(which);
}

/* It has the mutex until it has closed everything. */
static void a_broker_that_is_ending_is_waited_for(void **state)
{
    (void)state;
    pauses = 0;
    fake_fail(fake, FAKE_CLAIM, NULL, SYS_SECOND_BROKER);
    fake_on_busy(fake, end_the_other_broker);
    life_run(kept, nothing, 2);
    assert_int_equal(pauses, 10);
    assert_int_equal(fake_event_count(fake, EVENT_SECOND_BROKER), 0);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stop_ends_the_restoring_and_loses_nothing),
        TEST(adopted_content_is_saved_although_a_stop_was_asked_for),
        TEST(a_stopped_start_loses_nothing),
        TEST(a_stopped_start_leaves_the_former_keeper),
        TEST(a_stopped_start_knows_that_the_former_keeper_has_ended),
        TEST(so_does_a_stop_without_a_keeper),
        TEST(what_a_stopped_start_adopts_and_releases_is_not_lost),
        TEST(a_broker_that_is_ending_is_waited_for),
    };

    return cmocka_run_group_tests_name("test_lifecycle_stop", tests, NULL, NULL);
}
