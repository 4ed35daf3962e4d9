/*
 * A client with `full` changes access list or owner of an object while no broker runs: the next
 * one takes the object back from the former keeper.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "kept.h"
#include "lifecycle.h"
#include "state.h"

#define FULL           "version: 1\ndefaults: { access: { full: Users } }\n"
#define ADMINISTRATORS "S-1-5-32-544"
#define STRANGER       "S-1-5-21-9-9-9-1001"

/* What a client can make of an object: shut everybody out, take it, or both. */
static const char *const changes[] = {
    "O:" ADMINISTRATORS "G:" ADMINISTRATORS "D:P",
    "O:" STRANGER "G:" STRANGER "D:P(A;;GA;;;" ADMINISTRATORS ")",
    "O:" STRANGER "G:" STRANGER "D:P",
    "O:" STRANGER "G:" STRANGER "D:P(D;;GA;;;WD)",
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static const char *const names[] = {
    "Prices",          "Prices.lock", "Go", "ShmBroker.Directory", "ShmBroker.Control.1",
    "ShmBroker.Report"};
static const char *change;

static void change_all(void)
{
    size_t i;

    for (i = 0; i < KEPT_NAMES; i++)
        fake_change_access(fake, names[i], change);
}

static void begin(void **state)
{
    kept_end(state);
    kept_begin(state);
    kept_file(FULL OBJECTS);
}

/* A broker's life; then a client writes to the segment, and changes the access of everything. */
static void live_and_change(void (*script)(size_t number), size_t serials[KEPT_NAMES])
{
    kept_live(script, 1);
    fake_crash_nth(fake, 0);
    kept_remember(serials);
    fake_find(fake, "Prices")->content[7] = 0x5A;
    change_all();
}

static char access_before[KEPT_NAMES][2000];

static void note_access(size_t number)
{
    size_t i;

    (void)number;
    for (i = 0; i < KEPT_NAMES; i++)
        strncpy(access_before[i], fake_find(fake, names[i])->sddl, sizeof(access_before[i]) - 1);
}

static void note_access_and_be_killed(size_t number)
{
    note_access(number);
    kept_kill(number);
}

static void all_is_as_before(size_t number)
{
    size_t i;

    (void)number;
    for (i = 0; i < KEPT_NAMES; i++)
        assert_string_equal(fake_find(fake, names[i])->sddl, access_before[i]);
    assert_int_equal(fake_find(fake, "Prices")->content[7], 0x5A);
    kept_check_all(fake_keepers_made(fake) - 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

static void the_report_says_it(size_t number)
{
    all_is_as_before(number);
    assert_true(kept_told("access\tGlobal\\Prices\tcorrected\t"));
}

static void check_taken_back(const size_t serials[KEPT_NAMES])
{
    kept_check_same(serials);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_TAKEN_BACK), 3);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
    assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_CONFLICT), 0);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 0);
}

static void what_a_client_has_taken_is_taken_back(void **state)
{
    static void (*const ends[])(size_t) = {note_access, note_access_and_be_killed};
    size_t serials[KEPT_NAMES], i, end;

    for (i = 0; i < CHANGES; i++)
        for (end = 0; end < 2; end++) {
            begin(state);
            change = changes[i];
            live_and_change(ends[end], serials);
            kept_live(the_report_says_it, 1);
            check_taken_back(serials);
        }
}

/* The event says what the access was and is. */
static void the_event_says_what_was_changed(void **state)
{
    const struct fake_event *event;
    size_t serials[KEPT_NAMES];

    begin(state);
    change = changes[2];
    live_and_change(note_access, serials);
    kept_live(all_is_as_before, 1);
    event = fake_last_event(fake, EVENT_OBJECT_TAKEN_BACK);
    assert_string_equal(event->inserts[0], "event");
    assert_string_equal(event->inserts[1], "Global\\Go");
    assert_int_equal(strncmp(event->inserts[2], "O:" STRANGER "D:P -> O:" ADMINISTRATORS "G:", 44),
                     0);
}

/* The second broker is killed at each single step, and the client is always faster. */
static void killed_at_any_step_nothing_is_lost(void **state)
{
    size_t serials[KEPT_NAMES], n, before;
    bool whole = false;

    change = changes[2];
    for (n = 1; !whole; n++) {
        begin(state);
        live_and_change(note_access_and_be_killed, serials);
        before = fake_can_fail_calls(fake);
        fake_crash_nth(fake, n);
        (void)kept_try(kept_look_on, 1);
        whole = fake_can_fail_calls(fake) - before < n;
        fake_crash_nth(fake, 0);
        kept_check_same(serials);
        change_all();
        kept_live(all_is_as_before, 1);
        check_taken_back(serials);
    }
    assert_in_range(n, 40, 300);
}

/* Each call of the second broker fails once: what it cannot get now, it gets later. */
static void failing_at_any_step_nothing_is_lost(void **state)
{
    static const enum sys_status failures[] = {SYS_FAILED, SYS_DENIED, SYS_NO_MEMORY};
    size_t serials[KEPT_NAMES], n, before, i;

    change = changes[2];
    for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        bool whole = false;

        for (n = 1; !whole; n++) {
            begin(state);
            live_and_change(note_access_and_be_killed, serials);
            before = fake_can_fail_calls(fake);
            fake_fail_nth(fake, before + n, failures[i]);
            (void)kept_try(kept_look_on, 1);
            fake_fail_nth(fake, 0, SYS_OK);
            whole = fake_can_fail_calls(fake) - before < n;
            if (fake_find(fake, "Prices") == NULL || fake_find(fake, "Go") == NULL ||
                fake_find(fake, "Prices")->serial != serials[0] ||
                fake_find(fake, "Go")->serial != serials[2])
                fail_msg("lost after the failure of call %u", (unsigned)n);
        }
    }
}

static size_t refused_serial;

static void the_keeper_is_closed(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 1);
        assert_int_equal(fake_keepers_alive(fake), 2);
        assert_int_equal(fake_find(fake, "Prices")->serial, refused_serial);
        fake_mend(fake);
        fake_wake(fake, SYS_WAKE_TIMEOUT);
        return;
    }
    all_is_as_before(number);
}

/* The former keeper cannot be asked: it is spared, and asked again. */
static void a_keeper_that_cannot_be_asked_is_spared(void **state)
{
    static const enum sys_status failures[] = {SYS_DENIED, SYS_FAILED, SYS_NO_MEMORY};
    size_t serials[KEPT_NAMES], i, c;

    for (c = 0; c < CHANGES; c++)
        for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
            begin(state);
            change = changes[c];
            live_and_change(note_access, serials);
            refused_serial = serials[0];
            fake_fail(fake, FAKE_KEEPER_FETCH, "Prices", failures[i]);
            kept_live(the_keeper_is_closed, 2);
            kept_check_same(serials);
            assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
            assert_int_equal(fake_events_about(fake, EVENT_OBJECT_RECOVERED, "Prices"), 1);
        }
}

static void the_stranger_has_it(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_TAKEN_BACK), 0);
}

/* Without a keeper nothing proves that the object is ours. */
static void without_a_keeper_it_is_a_conflict(void **state)
{
    size_t serials[KEPT_NAMES];

    begin(state);
    change = changes[2];
    live_and_change(note_access_and_be_killed, serials);
    fake_client_open(fake, "Prices");
    fake_keeper_dies(fake, 0);
    kept_live(the_stranger_has_it, 1);
    fake_client_close(fake, "Prices");
}

static void it_has_its_former_lock(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "Prices"), 1);
    assert_int_equal(kept_handles("Prices.lock", 1), 1);
    assert_int_equal(fake_find(fake, "Prices")->content[7], 0x5A);
}

/* The lock that programs use is carried, as for a segment that nobody has changed. */
static void it_keeps_its_lock(void **state)
{
    size_t serials[KEPT_NAMES], i;

    for (i = 0; i < CHANGES; i++) {
        begin(state);
        change = changes[i];
        live_and_change(note_access, serials);
        kept_file(
            FULL
            "segments:\n  Prices: { size: 64, initial: { text: none }, lock: { name: other } }\n"
            "events: { Go: { reset: manual } }\n");
        kept_live(it_has_its_former_lock, 1);
        kept_check_same(serials);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kept_begin, kept_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_client_has_taken_is_taken_back),
        TEST(the_event_says_what_was_changed),
        TEST(killed_at_any_step_nothing_is_lost),
        TEST(failing_at_any_step_nothing_is_lost),
        TEST(a_keeper_that_cannot_be_asked_is_spared),
        TEST(without_a_keeper_it_is_a_conflict),
        TEST(it_keeps_its_lock),
    };

    return cmocka_run_group_tests_name("test_keeper_taken_back", tests, NULL, NULL);
}
