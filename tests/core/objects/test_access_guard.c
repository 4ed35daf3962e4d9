/* Objects whose access others may change: it is put right, and said, and costs nothing else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "names.h"
#include "access_guard.h"
#include "life.h"

#define SERVICE  SHMB_SERVICE_SID
#define STRANGER "S-1-5-21-1-2-3-1001"
#define HEAD     "version: 1\ndefaults: { access: { full: [Users] } }\nsegments:\n"
#define OLD      "  Old: { size: 64 }\n"
#define MODEST   "  Modest: { size: 64, lock: none, access: { write: [Users] } }\n"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(SERVICE);
    return 0;
}

/* As it was made: nothing that anybody changed is left. */
static void expect_right(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    assert_string_equal(object->sddl, object->first_sddl);
}

/* Another list, nobody any more, another owner, a label: each as who has `full` can do it. */
static const char *const changes[] = {
    "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;S-1-1-0)",
    "O:" SERVICE "G:S-1-5-18D:P",
    "O:" STRANGER "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE ")(A;;0xf001f;;;S-1-5-18)"
    "(A;;0xf001f;;;S-1-5-32-544)(A;;0xf001f;;;S-1-5-32-545)",
    "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE ")(A;;0xf001f;;;S-1-5-18)"
    "(A;;0xf001f;;;S-1-5-32-544)(A;;0xf001f;;;S-1-5-32-545)S:(ML;;NW;;;S-1-16-4096)",
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static void change_and_look(size_t number)
{
    assert_int_equal(fake_wait_ms(fake, number), GUARD_EVERY_MS);
    if (number > 1) {
        const struct fake_event *event = fake_last_event(fake, EVENT_ACCESS_CORRECTED);
        char line[120];

        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), number - 1);
        assert_string_equal(event->inserts[0], "section");
        assert_string_equal(event->inserts[1], "Global\\Old");
        /* What it was, without the group, and what it is. */
        assert_int_equal(strncmp(event->inserts[2], "O:", 2), 0);
        assert_non_null(strstr(event->inserts[2], " -> O:" SERVICE "G:S-1-5-18D:P(A;;"));
        assert_non_null(strstr(event->inserts[2], strstr(changes[number - 2], "D:P")));
        expect_right("Old");
        (void)snprintf(line, sizeof(line),
                       "access\tGlobal\\Old\tcorrected\ta program changed its access; times: %zu\n",
                       number - 1);
        assert_true(life_reports(line));
    }
    if (number <= CHANGES)
        fake_change_access(fake, "Old", changes[number - 1]);
}

static void what_was_changed_is_put_right(void **state)
{
    (void)state;
    life_run(HEAD OLD MODEST, change_and_look, CHANGES + 1);
}

static void change_nothing(size_t number)
{
    static size_t protections;

    if (number == 1)
        protections = fake_calls(fake, FAKE_PROTECT);
    assert_int_equal(fake_calls(fake, FAKE_PROTECT), protections);
    assert_int_equal(fake_calls(fake, FAKE_EXAMINE), 2 * (number - 1)); /* Old and its lock */
}

static void what_is_right_costs_a_question(void **state)
{
    (void)state;
    life_run(HEAD OLD MODEST, change_nothing, 4);
    assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 0);
}

static void never_wake(size_t number)
{
    assert_int_equal(fake_wait_ms(fake, number), UINT32_MAX);
}

static void where_nobody_may_change_it_nobody_looks(void **state)
{
    (void)state;
    life_run("version: 1\nsegments:\n"
             "  Modest: { size: 64, lock: none, access: { read: [Users] } }\n"
             "  Own: { size: 64, access: { full: [System, Administrators, " SERVICE "] } }\n"
             "  Exact: { size: 64, sddl: 'D:(A;;0x20005;;;BU)(A;;GA;;;BA)' }\n",
             never_wake, 1);
    assert_int_equal(fake_calls(fake, FAKE_EXAMINE), 0);
}

static void change_and_reload(size_t number)
{
    if (number == 1) {
        fake_change_access(fake, "Exact", changes[1]);
        fake_change_access(fake, "Exact.lock", changes[1]);
        fake_wake(fake, SYS_WAKE_RELOAD);
        return;
    }
    /* The waits are one minute at most, and none has passed. */
    assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 2);
    expect_right("Exact");
    expect_right("Exact.lock");
    assert_true(life_reports("access\tGlobal\\Exact\tcorrected\t"));
}

static void a_reload_looks_too(void **state)
{
    (void)state;
    life_run("version: 1\nsegments:\n  Exact: { size: 64, sddl: 'D:(A;;0x60005;;;BU)' }\n",
             change_and_reload, 2);
}

static void fail_to_protect(size_t number)
{
    if (number == 1) {
        fake_change_access(fake, "Old", changes[1]);
        fake_fail(fake, FAKE_PROTECT, "Old", SYS_DENIED);
    } else if (number == 2) {
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_FAILED), 1);
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 0);
        assert_true(fake_wait_ms(fake, number) < GUARD_EVERY_MS);
        fake_mend(fake);
    } else {
        expect_right("Old");
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_FAILED), 1);
    }
}

static void what_cannot_be_put_right_is_tried_again(void **state)
{
    (void)state;
    life_run(HEAD OLD, fail_to_protect, 3);
}

static void fail_to_examine(size_t number)
{
    if (number == 1) {
        fake_change_access(fake, "Old", changes[1]);
        fake_fail(fake, FAKE_EXAMINE, "Old", SYS_FAILED);
    } else if (number == 2) {
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 0);
        fake_mend(fake);
    } else {
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 1);
        expect_right("Old");
    }
}

static void what_cannot_be_asked_for_is_asked_for_again(void **state)
{
    (void)state;
    life_run(HEAD OLD, fail_to_examine, 3);
}

static void change_at_the_end(size_t number)
{
    (void)number;
    fake_change_access(fake, "Old", changes[1]);
    fake_change_access(fake, "Old.lock", changes[1]);
}

/* What the keeper holds while no broker runs can be opened by those who may. */
static void a_stop_looks_for_the_last_time(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD OLD, change_at_the_end, 1);
    assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 2);
    expect_right("Old");
    expect_right("Old.lock");
}

/* A change that waits until nobody has the object open: it may wait for days. */
static void change_while_deferred(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Old");
        fake_client_open(fake, "Turned");
        fake_file(fake, LIFE_FILE, HEAD "  Old: { size: 9000 }\nmutexes: { Turned: {} }\n");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 2) {
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 0);
        fake_change_access(fake, "Old", changes[1]);
        /* No access is configured for the kind that it has. */
        fake_change_access(fake, "Turned", changes[1]);
    } else if (number == 3) {
        assert_int_equal(fake_event_count(fake, EVENT_ACCESS_CORRECTED), 1);
        expect_right("Old");
        assert_true(life_reports("access\tGlobal\\Old\tcorrected\t"));
        assert_false(life_reports("access\tGlobal\\Old\tdue\t"));
        fake_change_access(fake, "Old", changes[1]);
        fake_fail(fake, FAKE_PROTECT, "Old", SYS_DENIED);
    } else if (number == 4) {
        assert_true(life_reports("access\tGlobal\\Old\tdue\tevent 305 says why\n"));
        assert_true(fake_wait_ms(fake, number) < GUARD_EVERY_MS);
        fake_mend(fake);
    } else {
        expect_right("Old");
        assert_false(life_reports("access\tGlobal\\Old\tdue\t"));
        fake_change_access(fake, "Old", changes[1]); /* for the stop */
    }
}

static void a_deferred_object_is_put_right_too(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD OLD "  Turned: { size: 64, lock: none }\n", change_while_deferred, 5);
    expect_right("Old");
    assert_string_equal(fake_find(fake, "Turned")->sddl, changes[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_changed_is_put_right),
        TEST(what_is_right_costs_a_question),
        TEST(where_nobody_may_change_it_nobody_looks),
        TEST(a_reload_looks_too),
        TEST(a_deferred_object_is_put_right_too),
        TEST(a_stop_looks_for_the_last_time),
        TEST(what_cannot_be_put_right_is_tried_again),
        TEST(what_cannot_be_asked_for_is_asked_for_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
