/* The keeper: what is held outlives brokers that are stopped or killed, at any moment. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "directory.h"
#include "fake_system.h"
#include "keeper_policy.h"
#include "lifecycle.h"
#include "state.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define SERVICE   "S-1-5-80-1-2-3-4-5" /* what it owns needs no state to be known as ours */
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"
#define OBJECTS                                                                                    \
    "segments:\n  Prices: { size: 64, initial: { text: none } }\n"                                 \
    "events: { Go: { reset: manual } }\n"

static const char configuration[] = HEAD OBJECTS;
static const char *const names[] = {
    "Prices",          "Prices.lock", "Go", "ShmBroker.Directory", "ShmBroker.Control.1",
    "ShmBroker.Report"};
#define NAMES (sizeof(names) / sizeof(names[0]))

static struct fake *fake;
static void (*at_wait)(size_t number);
static size_t waited; /* by brokers before this one */

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    at_wait(number - waited);
}

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_owner(fake, "S-1-5-32-544"); /* who may be anybody: only what is remembered is ours */
    fake_file(fake, FILE_NAME, configuration);
    fake_on_wait(fake, on_wait);
    fake_release(fake, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* A broker's life of so many waits; the script is told their numbers, from 1. */
static void live(void (*script)(size_t number), size_t waits)
{
    waited = fake_calls(fake, FAKE_WAIT);
    at_wait = script;
    fake_stop_at(fake, FAKE_WAIT, waited + waits);
    fake_forget_events(fake);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

static void nothing(size_t number)
{
    (void)number;
}

static void file(const char *text)
{
    fake_file(fake, FILE_NAME, text);
}

/* How many handles the keeper of this number has of an object. */
static unsigned kept(const char *name, size_t keeper)
{
    const struct fake_object *object = fake_find(fake, name);

    return object != NULL ? object->kept[keeper] : 0;
}

static void check_all_kept(size_t keeper)
{
    size_t i;

    for (i = 0; i < NAMES; i++)
        if (kept(names[i], keeper) != 1)
            fail_msg("keeper %u has %u handles of %s", (unsigned)keeper, kept(names[i], keeper),
                     names[i]);
}

static void remember_objects(size_t serials[NAMES])
{
    size_t i;

    for (i = 0; i < NAMES; i++) {
        assert_non_null(fake_find(fake, names[i]));
        serials[i] = fake_find(fake, names[i])->serial;
    }
}

static void check_same_objects(const size_t serials[NAMES])
{
    size_t i;

    for (i = 0; i < NAMES; i++)
        if (fake_find(fake, names[i]) == NULL || fake_find(fake, names[i])->serial != serials[i])
            fail_msg("%s is another one", names[i]);
}

static bool told(const char *line)
{
    static char text[SHMB_REPORT_TEXT_MAX + 1];
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, text),
                     SHMB_READ_OK);
    return strstr(text, line) != NULL;
}

/* ---- orderly ends ---- */

static void first_is_kept(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(fake_keeper_hold(fake, 0), 600000);
    check_all_kept(0);
    assert_true(told("keeper\t9000\tholds\t7 objects, since 20"));
}

static void second_is_kept(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    check_all_kept(1);
}

static void a_stop_leaves_everything_to_the_keeper(void **state)
{
    const struct fake_event *stopped;
    size_t serials[NAMES];
    uint64_t generation;

    (void)state;
    live(first_is_kept, 1);
    stopped = fake_last_event(fake, EVENT_STOPPED_HELD);
    assert_string_equal(stopped->inserts[0], "3");
    assert_string_equal(stopped->inserts[1], "10 min");
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 0);
    assert_int_equal(fake_held(fake) + fake_published(fake), 0);
    remember_objects(serials);
    memcpy(&generation, fake_find(fake, "Prices")->content, sizeof(generation));

    live(second_is_kept, 1);
    check_same_objects(serials);
    assert_memory_equal(fake_find(fake, "Prices")->content, &generation, sizeof(generation));
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
}

static void end_the_keeper(size_t number)
{
    (void)number;
    fake_keeper_dies(fake, 0);
}

/* Nobody has told the broker yet. */
static void a_keeper_that_died_before_the_stop_is_replaced(void **state)
{
    size_t serials[NAMES];

    (void)state;
    live(end_the_keeper, 1);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
    check_all_kept(1);
    remember_objects(serials);
    live(nothing, 1);
    check_same_objects(serials);
}

static size_t unproved_serial;

static void kill_the_broker(size_t number)
{
    (void)number;
    fake_crash_nth(fake, 1);
}

static void the_former_keeper_lives(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
        fake_wake(fake, SYS_WAKE_TIMEOUT);
    }
    assert_int_equal(fake_find(fake, "Prices")->serial, unproved_serial);
    assert_int_equal(kept("Prices", 0), 1);
}

/* Its owner proves nothing, the record is lost: what was held is not to be made anew. */
static void without_a_record_the_former_keeper_is_spared(void **state)
{
    (void)state;
    live(kill_the_broker, 1);
    fake_crash_nth(fake, 0);
    unproved_serial = fake_find(fake, "Prices")->serial;
    fake_state_file(fake, STATE_FILE, NULL);
    live(the_former_keeper_lives, 3);
    assert_int_equal(fake_find(fake, "Prices")->serial, unproved_serial);
}

static void check_nothing_is_left(void)
{
    size_t i;

    assert_int_equal(fake_keepers_alive(fake), 0);
    for (i = 0; i < NAMES; i++)
        assert_null(fake_find(fake, names[i]));
}

static void a_release_leaves_nothing(void **state)
{
    (void)state;
    live(nothing, 1);
    fake_release(fake, true);
    live(nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
    check_nothing_is_left();
    live(nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void without_a_time_there_is_no_keeper(void **state)
{
    (void)state;
    file(HEAD "hold_for: 0\n" OBJECTS);
    live(nothing, 1);
    assert_int_equal(fake_keepers_made(fake), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
    check_nothing_is_left();
    live(nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

/* ---- crashes ---- */

static void killed(size_t number)
{
    (void)number;
    fake_crash_nth(fake, 1);
}

/*
 * A broker is killed, and so is the next one at each single step of its life:
 * the third finds everything, and only its own keeper is left.
 */
static void kill_at_any_step(void **state, bool ties)
{
    size_t serials[NAMES], n, before;
    bool whole = false;

    for (n = 1; !whole; n++) {
        if (n > 1) {
            tear_down(state);
            set_up(state);
        }
        if (!ties)
            fake_no_ties(fake);
        live(killed, 1);
        fake_crash_nth(fake, 0);
        remember_objects(serials);
        fake_find(fake, "Prices")->content[7] = 0x5A;
        before = fake_can_fail_calls(fake);
        fake_crash_nth(fake, n);
        at_wait = nothing;
        fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + 1);
        (void)lifecycle_run(fake_system(fake), FILE_NAME);
        whole = fake_can_fail_calls(fake) - before < n;
        fake_crash_nth(fake, 0);
        check_same_objects(serials);

        live(nothing, 1);
        check_same_objects(serials);
        assert_int_equal(fake_find(fake, "Prices")->content[7], 0x5A);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
        check_all_kept(fake_keepers_made(fake) - 1);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
    assert_in_range(n, 30, 200);
}

static void killed_at_any_step_nothing_is_lost(void **state)
{
    kill_at_any_step(state, true);
}

/* Nor where the system refuses to tie keepers to brokers. */
static void nor_without_ties(void **state)
{
    kill_at_any_step(state, false);
}

/* Where it is killed with its first keeper, no process is left that nobody knows of. */
static void what_is_not_noted_ends_with_its_broker(void **state)
{
    size_t n, steps, made = 0;

    live(nothing, 1);
    steps = fake_can_fail_calls(fake);
    for (n = 1; n <= steps; n++) {
        tear_down(state);
        set_up(state);
        fake_crash_nth(fake, n);
        at_wait = nothing;
        waited = 0;
        fake_stop_at(fake, FAKE_WAIT, 1);
        (void)lifecycle_run(fake_system(fake), FILE_NAME);
        fake_crash_nth(fake, 0);
        made += fake_keepers_made(fake);
        if (fake_keepers_alive(fake) > 0)
            assert_non_null(strstr(fake_state_text(fake, STATE_FILE), "keeper 9000 "));
    }
    assert_true(made > 2);
}

static void lost_is_told(size_t number)
{
    (void)number;
    assert_true(told("lost\tGlobal\\Prices\tanew\t"));
    assert_true(told("lost\tGlobal\\Go\tanew\t"));
}

static void lost_when_both_are_killed(void **state)
{
    const struct fake_event *event;

    (void)state;
    live(killed, 1);
    fake_crash_nth(fake, 0);
    fake_keeper_dies(fake, 0);
    live(lost_is_told, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 1);
    event = fake_last_event(fake, EVENT_OBJECTS_LOST);
    assert_string_equal(event->inserts[0], "3");
    assert_string_equal(event->inserts[1], "Global\\Prices.lock, Global\\Prices, Global\\Go");
    /* What no program had open goes with the machine: nobody expects it. */
    fake_keeper_dies(fake, 1);
    fake_boot(fake, "boot-2");
    live(nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void held_by_a_client(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_crash_nth(fake, 1);
}

static void what_a_client_holds_is_not_lost(void **state)
{
    (void)state;
    live(held_by_a_client, 1);
    fake_crash_nth(fake, 0);
    fake_keeper_dies(fake, 0);
    live(nothing, 1);
    assert_string_equal(fake_last_event(fake, EVENT_OBJECTS_LOST)->inserts[0], "2");
    fake_client_close(fake, "Prices");
}

/* ---- the keeper ends, or cannot be had ---- */

static void dies_and_is_replaced(size_t number)
{
    if (number == 1) {
        fake_keeper_dies(fake, 0);
        fake_wake(fake, SYS_WAKE_KEEPER);
    } else if (number == 2) {
        /* It lived for no time at all: the next one is made after a second. */
        assert_int_equal(fake_wait_ms(fake, 2), 1000);
        assert_int_equal(fake_keepers_made(fake), 1);
    } else if (number == 3) {
        assert_int_equal(fake_keepers_made(fake), 2);
        check_all_kept(1);
        fake_wake(fake, SYS_WAKE_SESSIONS);
    } else if (number == 4) {
        fake_keeper_dies(fake, 1); /* without a word: found at the next look */
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 6) {
        check_all_kept(2);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
}

static void a_keeper_that_ends_is_replaced(void **state)
{
    const struct fake_event *event;

    (void)state;
    live(dies_and_is_replaced, 6);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_REPLACED), 2);
    event = fake_last_event(fake, EVENT_KEEPER_REPLACED);
    assert_string_equal(event->inserts[0], "9001");
    assert_string_equal(event->inserts[1], "9002");
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 0);
}

static void cannot_be_made(size_t number)
{
    static const uint32_t delays[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};

    if (number <= 7)
        assert_int_equal(fake_wait_ms(fake, number), delays[number - 1]);
    if (number == 2)
        assert_true(told("degraded\tkeeper\tfailed\tCreateProcessW: "));
    if (number == 7)
        fake_mend(fake);
    if (number == 8) {
        assert_int_equal(fake_keepers_alive(fake), 1);
        check_all_kept(0);
        assert_false(told("degraded\tkeeper"));
    }
}

static void a_keeper_that_cannot_be_made_is_tried_again(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_KEEPER_MAKE, NULL, SYS_NO_MEMORY);
    live(cannot_be_made, 8);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 0);
    assert_memory_equal(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[3],
                        "keeper: failed: CreateProcessW: ", 32);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_RECOVERED), 1);
}

static void cannot_be_settled(size_t number)
{
    if (number == 1) {
        /* What holds all is the former one; the new one may not outlive us unless it is noted. */
        check_all_kept(0);
        assert_int_equal(kept("Go", 1), 0);
        assert_true(told("degraded\tkeeper\tfailed\tSetInformationJobObject: "));
        fake_mend(fake);
    } else { /* a second later */
        check_all_kept(2);
    }
}

static void a_keeper_that_cannot_be_settled_is_made_anew(void **state)
{
    (void)state;
    live(nothing, 1);
    fake_fail(fake, FAKE_KEEPER_SETTLE, NULL, SYS_FAILED);
    live(cannot_be_settled, 2);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_RECOVERED), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

static void cannot_hold(size_t number)
{
    if (number == 1) {
        /* What could not be given to the new one, the former one has. */
        assert_int_equal(fake_keepers_alive(fake), 2);
        check_all_kept(0);
        fake_mend(fake);
    } else { /* a second later */
        check_all_kept(1);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
}

static void the_former_keeper_stays_until_the_new_one_holds_all(void **state)
{
    (void)state;
    live(nothing, 1);
    fake_fail(fake, FAKE_KEEP, NULL, SYS_NO_MEMORY);
    live(cannot_hold, 2);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 1);
}

static void not_all_adopted(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_keepers_alive(fake), 2);
        assert_int_equal(kept("Go", 0), 1);
        fake_mend(fake);
    } else {
        assert_int_equal(fake_keepers_alive(fake), 1);
        check_all_kept(1);
    }
}

static void the_former_keeper_stays_until_all_is_adopted(void **state)
{
    size_t serials[NAMES];

    (void)state;
    live(nothing, 1);
    remember_objects(serials);
    fake_fail(fake, FAKE_INSPECT, "Go", SYS_NO_MEMORY);
    live(not_all_adopted, 2);
    check_same_objects(serials);
}

static void cannot_be_ended(size_t number)
{
    assert_int_equal(fake_keepers_alive(fake), number < 3 ? 2 : 1);
    if (number == 2)
        fake_mend(fake);
}

static void a_keeper_that_cannot_be_ended_is_said_once(void **state)
{
    (void)state;
    live(nothing, 1);
    fake_fail(fake, FAKE_KEEPER_END, NULL, SYS_DENIED);
    live(cannot_be_ended, 3);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_STAYS), 1);
}

/* ---- what changes ---- */

static void time_changes(size_t number)
{
    switch (number) {
    case 1:
        file(HEAD "hold_for: 90 s\n" OBJECTS);
        break;
    case 2:
        assert_int_equal(fake_keepers_made(fake), 2);
        assert_int_equal(fake_keepers_alive(fake), 1);
        assert_int_equal(fake_keeper_hold(fake, 1), 90000);
        check_all_kept(1);
        file(HEAD "hold_for: 0\n" OBJECTS);
        break;
    case 3:
        assert_int_equal(fake_keepers_alive(fake), 0);
        assert_false(told("keeper\t"));
        file(HEAD OBJECTS);
        break;
    default:
        assert_int_equal(fake_keepers_alive(fake), 1);
        check_all_kept(2);
        return;
    }
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void another_time_means_another_keeper(void **state)
{
    (void)state;
    live(time_changes, 4);
}

static void objects_change(size_t number)
{
    if (number == 1) {
        file(HEAD "segments: { Prices: { size: 64 }, New: { size: 8, lock: none } }\n");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_null(fake_find(fake, "Go"));
        assert_int_equal(kept("New", 0), 1);
        assert_int_equal(kept("Prices", 0), 1);
    }
}

static void what_is_retired_is_let_go_of(void **state)
{
    (void)state;
    live(objects_change, 2);
    assert_int_equal(fake_keepers_made(fake), 1);
}

static void comes_late(size_t number)
{
    if (number == 1)
        fake_vacate(fake, "Go");
    else
        check_all_kept(0);
}

static void what_is_had_later_is_kept(void **state)
{
    (void)state;
    fake_occupy(fake, "Go", SHMB_EVENT, "O:S-1-5-21-9G:BAD:(A;;0x1f0003;;;WD)");
    live(comes_late, 2);
}

static uint32_t published_before;

static uint32_t publication(struct fake *which)
{
    const struct fake_object *root = fake_find(which, SHMB_ROOT_NAME);

    return ((const struct shmb_root *)(const void *)root->content)->publication;
}

/* Each change that others see, after the reload began: what is published then is kept, too. */
static void check_published(struct fake *which)
{
    if (fake_find(which, "New") == NULL)
        return;
    if (publication(which) != published_before)
        assert_int_equal(kept("New", 0), 1);
}

static void published_later(size_t number)
{
    if (number == 1) {
        published_before = publication(fake);
        fake_on_effect(fake, check_published);
    }
    objects_change(number);
}

static void kept_before_it_is_published(void **state)
{
    (void)state;
    live(published_later, 2);
    assert_int_not_equal(publication(fake), published_before);
}

/* ---- without a broker ---- */

static void release_without_a_broker(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    live(killed, 1);
    fake_crash_nth(fake, 0);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    check_nothing_is_left();
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 0);
    live(nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void first_is_ended(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(kept("Prices", 1), 1);
}

/* The folder of the state is gone: keepers are found by their processes. */
static void what_nobody_remembers_is_found(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    fake_owner(fake, SERVICE);
    live(killed, 1);
    fake_crash_nth(fake, 0);
    fake_state_file(fake, STATE_FILE, NULL);
    live(first_is_ended, 1);
    fake_state_file(fake, STATE_FILE, NULL);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    assert_int_equal(fake_keepers_alive(fake), 0);
    fake_fail(fake, FAKE_KEEPERS_LEFT, NULL, SYS_NO_MEMORY);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_NO_MEMORY);
}

/* It may be that of a keeper which could not be found. */
static void a_state_that_cannot_be_read_is_said_where_none_is_found(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    live(killed, 1);
    fake_crash_nth(fake, 0);
    fake_fail(fake, FAKE_STATE_READ, NULL, SYS_DENIED);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
    assert_int_equal(fake_keepers_alive(fake), 0);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_DENIED);
    assert_int_equal(ended, 0);
    assert_string_equal(why.text, "made to fail");
}

static void one_that_cannot_be_ended_keeps_no_other(void **state)
{
    struct sys_failure why;
    size_t ended, i;

    (void)state;
    fake_fail(fake, FAKE_KEEPER_END, NULL, SYS_DENIED);
    for (i = 0; i < 3; i++) {
        live(killed, 1);
        fake_crash_nth(fake, 0);
    }
    assert_int_equal(fake_keepers_alive(fake), 3);
    fake_mend(fake);
    fake_fail_nth(fake, fake_can_fail_calls(fake) + 6, SYS_LATER);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_LATER);
    assert_int_equal(fake_failed(fake), FAKE_KEEPER_END);
    assert_int_equal(ended, 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_OK);
    assert_int_equal(ended, 1);
}

static void many_are_left(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 41);
    assert_in_range(fake_keepers_alive(fake), 1, 10);
    assert_int_equal(kept("Prices", 40), 1);
}

/* More than are remembered at a time: those beyond are for the next start. */
static void more_than_are_remembered(void **state)
{
    int i;

    (void)state;
    fake_owner(fake, SERVICE);
    for (i = 0; i < 40; i++) {
        live(killed, 1);
        fake_crash_nth(fake, 0);
        fake_state_file(fake, STATE_FILE, NULL);
        if (i == 0)
            fake_fail(fake, FAKE_KEEPERS_LEFT, NULL, SYS_FAILED);
    }
    fake_mend(fake);
    assert_int_equal(fake_keepers_alive(fake), 40);
    live(many_are_left, 1);
    live(nothing, 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

static void a_release_beside_a_broker_is_refused(void **state)
{
    struct sys_failure why;
    size_t ended;

    (void)state;
    live(nothing, 1);
    fake_fail(fake, FAKE_CLAIM, NULL, SYS_TAKEN);
    assert_int_equal(keeper_release(fake_system(fake), &ended, &why), SYS_TAKEN);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

/* ---- words ---- */

static void times_in_words(void **state)
{
    static const struct {
        uint32_t ms;
        const char *text;
    } rows[] = {{1, "1 ms"},        {1500, "1500 ms"},  {1000, "1 s"},      {90000, "90 s"},
                {600000, "10 min"}, {86400000, "24 h"}, {5400000, "90 min"}};
    char text[KEEPING_TIME_TEXT];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        keeper_policy_time_text(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stop_leaves_everything_to_the_keeper),
        TEST(a_keeper_that_died_before_the_stop_is_replaced),
        TEST(without_a_record_the_former_keeper_is_spared),
        TEST(a_release_leaves_nothing),
        TEST(without_a_time_there_is_no_keeper),
        TEST(killed_at_any_step_nothing_is_lost),
        TEST(nor_without_ties),
        TEST(what_is_not_noted_ends_with_its_broker),
        TEST(lost_when_both_are_killed),
        TEST(what_a_client_holds_is_not_lost),
        TEST(a_keeper_that_ends_is_replaced),
        TEST(a_keeper_that_cannot_be_made_is_tried_again),
        TEST(a_keeper_that_cannot_be_settled_is_made_anew),
        TEST(the_former_keeper_stays_until_the_new_one_holds_all),
        TEST(the_former_keeper_stays_until_all_is_adopted),
        TEST(a_keeper_that_cannot_be_ended_is_said_once),
        TEST(another_time_means_another_keeper),
        TEST(what_is_retired_is_let_go_of),
        TEST(what_is_had_later_is_kept),
        TEST(kept_before_it_is_published),
        TEST(release_without_a_broker),
        TEST(what_nobody_remembers_is_found),
        TEST(a_state_that_cannot_be_read_is_said_where_none_is_found),
        TEST(one_that_cannot_be_ended_keeps_no_other),
        TEST(more_than_are_remembered),
        TEST(a_release_beside_a_broker_is_refused),
        cmocka_unit_test(times_in_words),
    };

    return cmocka_run_group_tests_name("test_keeper_policy", tests, NULL, NULL);
}
