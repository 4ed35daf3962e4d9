/* The keeper: what is held outlives brokers that are stopped; keepers that end are replaced. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "directory.h"
#include "keeper_policy.h"
#include "kept.h"
#include "state.h"

/* ---- orderly ends ---- */

static void first_is_kept(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_int_equal(fake_keeper_hold(fake, 0), 600000);
    kept_check_all(0);
    assert_true(kept_told("keeper\t9000\tholds\t7 objects, since 20"));
}

static void second_is_kept(size_t number)
{
    (void)number;
    assert_int_equal(fake_keepers_made(fake), 2);
    assert_int_equal(fake_keepers_alive(fake), 1);
    kept_check_all(1);
}

static void a_stop_leaves_everything_to_the_keeper(void **state)
{
    const struct fake_event *stopped;
    size_t serials[KEPT_NAMES];
    uint64_t generation;

    (void)state;
    kept_live(first_is_kept, 1);
    stopped = fake_last_event(fake, EVENT_STOPPED_HELD);
    assert_string_equal(stopped->inserts[0], "3");
    assert_string_equal(stopped->inserts[1], "10 min");
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 0);
    assert_int_equal(fake_held(fake) + fake_published(fake), 0);
    kept_remember(serials);
    memcpy(&generation, fake_find(fake, "Prices")->content, sizeof(generation));

    kept_live(second_is_kept, 1);
    kept_check_same(serials);
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
    size_t serials[KEPT_NAMES];

    (void)state;
    kept_live(end_the_keeper, 1);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
    kept_check_all(1);
    kept_remember(serials);
    kept_live(kept_look_on, 1);
    kept_check_same(serials);
}

static size_t unproved_serial;

static void the_former_keeper_was_asked(size_t number)
{
    (void)number;
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
    assert_int_equal(fake_find(fake, "Prices")->serial, unproved_serial);
    assert_int_equal(kept_handles("Prices", 1), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

/* Its owner proves nothing, the record is lost: that the keeper has it proves that it is ours. */
static void without_a_record_the_former_keeper_proves_it(void **state)
{
    static const char *const next[] = {"S-1-5-32-544", SERVICE};
    size_t i;

    for (i = 0; i < 2; i++) {
        kept_end(state);
        kept_begin(state);
        kept_live(kept_kill, 1);
        fake_crash_nth(fake, 0);
        unproved_serial = fake_find(fake, "Prices")->serial;
        fake_state_file(fake, STATE_FILE, NULL);
        fake_owner(fake, next[i]);
        kept_live(the_former_keeper_was_asked, 1);
        assert_int_equal(fake_find(fake, "Prices")->serial, unproved_serial);
        assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 0);
    }
}

static const char spared[] =
    "degraded\tformer keeper\tspared\t"
    "it may hold objects that cannot be adopted yet (number of objects: 1)";

static void access_is_denied(size_t number)
{
    if (number == 1 || number == 2) {
        assert_int_equal(fake_keepers_alive(fake), 2);
        assert_int_equal(kept_handles("Prices", 0), 1);
        assert_true(kept_told(spared));
        fake_wake(fake, SYS_WAKE_TIMEOUT);
    }
    if (number == 2)
        fake_mend(fake);
    if (number == 3) {
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(1);
        assert_false(kept_told("former keeper"));
    }
}

#define SHUT "O:" SERVICE "G:" SERVICE "D:P" /* nobody may open it by its name */

/* Whoever this broker is: also as the service, whose own objects need no record. */
static void who_may_not_open_what_is_held_spares_the_former_keeper(void **state)
{
    static const enum sys_status failures[] = {SYS_DENIED, SYS_FAILED};
    size_t serials[KEPT_NAMES], i;

    for (i = 0; i < 2; i++) {
        kept_end(state);
        kept_begin(state);
        fake_owner(fake, SERVICE);
        kept_live(kept_look_on, 1);
        kept_remember(serials);
        fake_change_access(fake, "Prices", SHUT);
        fake_fail(fake, FAKE_KEEPER_FETCH, "Prices", failures[i]);
        kept_live(access_is_denied, 3);
        kept_check_same(serials);
        assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 1);
        assert_string_equal(fake_last_event(fake, EVENT_KEEPER_SPARED)->inserts[0], "1");
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_RECOVERED, "Prices"), 1);
    }
}

static void reload_after_the_denial(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_keepers_alive(fake), 2);
        fake_mend(fake);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(1);
    }
}

static void a_reload_that_may_open_it_ends_the_former_keeper(void **state)
{
    size_t serials[KEPT_NAMES];

    (void)state;
    fake_owner(fake, SERVICE);
    kept_live(kept_look_on, 1);
    kept_remember(serials);
    fake_change_access(fake, "Prices", SHUT);
    fake_fail(fake, FAKE_KEEPER_FETCH, "Prices", SYS_DENIED);
    kept_live(reload_after_the_denial, 2);
    kept_check_same(serials);
}

/* No keeper is wanted any more, but only the former one has it: no stop releases it on purpose. */
static void what_a_spared_keeper_alone_has_is_missed_with_it(void **state)
{
    (void)state;
    fake_owner(fake, SERVICE);
    kept_live(kept_look_on, 1);
    fake_change_access(fake, "Prices", SHUT);
    fake_fail(fake, FAKE_KEEPER_FETCH, "Prices", SYS_DENIED);
    kept_file(HEAD "hold_for: 0\n" OBJECTS);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED_HELD), 1);
    assert_string_equal(fake_last_event(fake, EVENT_STOPPED_HELD)->inserts[1],
                        "what is left of its time");
    fake_mend(fake);
    fake_keeper_dies(fake, 0);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 1);
}

/* A stranger's object has the name: the former keeper does not hold it. */
static void a_strangers_name_spares_no_keeper(void **state)
{
    (void)state;
    kept_live(kept_look_on, 1);
    kept_file(HEAD OBJECTS "mutexes: { Taken: {} }\n");
    fake_occupy(fake, "Taken", SHMB_MUTEX, "O:S-1-5-21-7G:S-1-5-18D:P(A;;0x1f0001;;;WD)");
    kept_live(second_is_kept, 1);
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Taken"), 1);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 0);
}

static void squatter_and_one_keeper(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Taken"), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
    assert_false(kept_told("former keeper"));
}

/*
 * Anybody can create an object whose owner the broker may not read. It must not keep a former
 * keeper at each restart: the state, which is whole, has no record of it.
 */
static void a_squatter_who_hides_the_owner_spares_no_keeper(void **state)
{
    int i;

    (void)state;
    fake_owner(fake, SERVICE);
    kept_live(kept_look_on, 1);
    kept_file(HEAD OBJECTS "mutexes: { Taken: {} }\n");
    fake_occupy(fake, "Taken", SHMB_MUTEX, "O:S-1-5-21-7G:S-1-5-18D:P(A;;0x1f0001;;;WD)");
    fake_fail(fake, FAKE_INSPECT, "Taken", SYS_DENIED);
    for (i = 0; i < 3; i++)
        kept_live(squatter_and_one_keeper, 1);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_SPARED), 0);
}

/* Nor without the state: the former keeper says itself that it does not have it. */
static void nor_does_one_without_the_state(void **state)
{
    (void)state;
    fake_owner(fake, SERVICE);
    kept_live(kept_look_on, 1);
    kept_file(HEAD OBJECTS "mutexes: { Taken: {} }\n");
    fake_occupy(fake, "Taken", SHMB_MUTEX, "O:S-1-5-21-7G:S-1-5-18D:P(A;;0x1f0001;;;WD)");
    fake_fail(fake, FAKE_INSPECT, "Taken", SYS_DENIED);
    fake_state_file(fake, STATE_FILE, NULL);
    kept_live(squatter_and_one_keeper, 1);
}

/* From one account to another, with the keeper of the former one. */
static void an_account_adopts_what_another_one_made(void **state)
{
    static const char *const accounts[] = {"S-1-5-32-544", SERVICE,        "S-1-5-18",
                                           SERVICE,        "S-1-5-32-544", "S-1-5-18"};
    size_t serials[KEPT_NAMES], i;

    (void)state;
    fake_owner(fake, accounts[0]);
    kept_live(kept_look_on, 1);
    kept_remember(serials);
    for (i = 1; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        fake_owner(fake, accounts[i]);
        kept_live(kept_look_on, 1);
        kept_check_same(serials);
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(i);
        assert_int_equal(
            strncmp(fake_find(fake, "Prices")->sddl + 2, accounts[i], strlen(accounts[i])), 0);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    }
}

static void a_release_leaves_nothing(void **state)
{
    (void)state;
    kept_live(kept_look_on, 1);
    fake_release(fake, true);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
    kept_check_nothing();
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void without_a_time_there_is_no_keeper(void **state)
{
    (void)state;
    kept_file(HEAD "hold_for: 0\n" OBJECTS);
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_keepers_made(fake), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
    kept_check_nothing();
    kept_live(kept_look_on, 1);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
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
        kept_check_all(1);
        fake_wake(fake, SYS_WAKE_SESSIONS);
    } else if (number == 4) {
        fake_keeper_dies(fake, 1); /* without a word: found at the next look */
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 6) {
        kept_check_all(2);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
}

static void a_keeper_that_ends_is_replaced(void **state)
{
    const struct fake_event *event;

    (void)state;
    kept_live(dies_and_is_replaced, 6);
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
        assert_true(kept_told("degraded\tkeeper\tfailed\tCreateProcessW: "));
    if (number == 7)
        fake_mend(fake);
    if (number == 8) {
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(0);
        assert_false(kept_told("degraded\tkeeper"));
    }
}

static void a_keeper_that_cannot_be_made_is_tried_again(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_KEEPER_MAKE, NULL, SYS_NO_MEMORY);
    kept_live(cannot_be_made, 8);
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
        kept_check_all(0);
        assert_int_equal(kept_handles("Go", 1), 0);
        assert_true(kept_told("degraded\tkeeper\tfailed\tSetInformationJobObject: "));
        fake_mend(fake);
    } else { /* a second later */
        kept_check_all(2);
    }
}

static void a_keeper_that_cannot_be_settled_is_made_anew(void **state)
{
    (void)state;
    kept_live(kept_look_on, 1);
    fake_fail(fake, FAKE_KEEPER_SETTLE, NULL, SYS_FAILED);
    kept_live(cannot_be_settled, 2);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_RECOVERED), 1);
    assert_int_equal(fake_keepers_alive(fake), 1);
}

static void is_settled_at_last(size_t number)
{
    if (number < 40)
        assert_int_equal(fake_keepers_alive(fake), 1);
    else if (number == 40)
        fake_mend(fake);
    else
        assert_int_equal(fake_keepers_alive(fake), 1);
}

/* Those that failed must not push the former keeper out of the state: it would not be ended. */
static void keepers_that_cannot_be_settled_do_not_pile_up(void **state)
{
    (void)state;
    kept_live(kept_look_on, 1);
    fake_fail(fake, FAKE_KEEPER_SETTLE, NULL, SYS_FAILED);
    kept_live(is_settled_at_last, 41);
    assert_int_equal(fake_keepers_made(fake), 42);
    kept_check_all(41);
}

static void cannot_hold(size_t number)
{
    if (number == 1) {
        /* What could not be given to the new one, the former one has. */
        assert_int_equal(fake_keepers_alive(fake), 2);
        kept_check_all(0);
        fake_mend(fake);
    } else { /* a second later */
        kept_check_all(1);
        assert_int_equal(fake_keepers_alive(fake), 1);
    }
}

static void the_former_keeper_stays_until_the_new_one_holds_all(void **state)
{
    (void)state;
    kept_live(kept_look_on, 1);
    fake_fail(fake, FAKE_KEEP, NULL, SYS_NO_MEMORY);
    kept_live(cannot_hold, 2);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_FAILED), 1);
}

static void not_all_adopted(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_keepers_alive(fake), 2);
        assert_int_equal(kept_handles("Go", 0), 1);
        fake_mend(fake);
    } else {
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(1);
    }
}

static void the_former_keeper_stays_until_all_is_adopted(void **state)
{
    size_t serials[KEPT_NAMES];

    (void)state;
    kept_live(kept_look_on, 1);
    kept_remember(serials);
    fake_fail(fake, FAKE_INSPECT, "Go", SYS_NO_MEMORY);
    kept_live(not_all_adopted, 2);
    kept_check_same(serials);
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
    kept_live(kept_look_on, 1);
    fake_fail(fake, FAKE_KEEPER_END, NULL, SYS_DENIED);
    kept_live(cannot_be_ended, 3);
    assert_int_equal(fake_event_count(fake, EVENT_KEEPER_STAYS), 1);
}

/* ---- what changes ---- */

static void time_changes(size_t number)
{
    switch (number) {
    case 1:
        kept_file(HEAD "hold_for: 90 s\n" OBJECTS);
        break;
    case 2:
        assert_int_equal(fake_keepers_made(fake), 2);
        assert_int_equal(fake_keepers_alive(fake), 1);
        assert_int_equal(fake_keeper_hold(fake, 1), 90000);
        kept_check_all(1);
        kept_file(HEAD "hold_for: 0\n" OBJECTS);
        break;
    case 3:
        assert_int_equal(fake_keepers_alive(fake), 0);
        assert_false(kept_told("keeper\t"));
        kept_file(HEAD OBJECTS);
        break;
    default:
        assert_int_equal(fake_keepers_alive(fake), 1);
        kept_check_all(2);
        return;
    }
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void another_time_means_another_keeper(void **state)
{
    (void)state;
    kept_live(time_changes, 4);
}

static void objects_change(size_t number)
{
    if (number == 1) {
        kept_file(HEAD "segments: { Prices: { size: 64 }, New: { size: 8, lock: none } }\n");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_null(fake_find(fake, "Go"));
        assert_int_equal(kept_handles("New", 0), 1);
        assert_int_equal(kept_handles("Prices", 0), 1);
    }
}

static void what_is_retired_is_let_go_of(void **state)
{
    (void)state;
    kept_live(objects_change, 2);
    assert_int_equal(fake_keepers_made(fake), 1);
}

static void comes_late(size_t number)
{
    if (number == 1)
        fake_vacate(fake, "Go");
    else
        kept_check_all(0);
}

static void what_is_had_later_is_kept(void **state)
{
    (void)state;
    fake_occupy(fake, "Go", SHMB_EVENT, "O:S-1-5-21-9G:BAD:(A;;0x1f0003;;;WD)");
    kept_live(comes_late, 2);
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
        assert_int_equal(kept_handles("New", 0), 1);
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
    kept_live(published_later, 2);
    assert_int_not_equal(publication(fake), published_before);
}

/* ---- words ---- */

static void times_in_words(void **state)
{
    static const struct {
        uint32_t ms;
        const char *text;
    } rows[] = {{1, "1 ms"},        {1500, "1500 ms"},  {1000, "1 s"},      {90000, "90 s"},
                {600000, "10 min"}, {86400000, "24 h"}, {5400000, "90 min"}};
    char text[KEEPER_TIME_TEXT];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        keeper_policy_time_text(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kept_begin, kept_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stop_leaves_everything_to_the_keeper),
        TEST(a_keeper_that_died_before_the_stop_is_replaced),
        TEST(without_a_record_the_former_keeper_proves_it),
        TEST(who_may_not_open_what_is_held_spares_the_former_keeper),
        TEST(a_reload_that_may_open_it_ends_the_former_keeper),
        TEST(what_a_spared_keeper_alone_has_is_missed_with_it),
        TEST(a_strangers_name_spares_no_keeper),
        TEST(a_squatter_who_hides_the_owner_spares_no_keeper),
        TEST(nor_does_one_without_the_state),
        TEST(an_account_adopts_what_another_one_made),
        TEST(a_release_leaves_nothing),
        TEST(without_a_time_there_is_no_keeper),
        TEST(a_keeper_that_ends_is_replaced),
        TEST(a_keeper_that_cannot_be_made_is_tried_again),
        TEST(a_keeper_that_cannot_be_settled_is_made_anew),
        TEST(keepers_that_cannot_be_settled_do_not_pile_up),
        TEST(the_former_keeper_stays_until_the_new_one_holds_all),
        TEST(the_former_keeper_stays_until_all_is_adopted),
        TEST(a_keeper_that_cannot_be_ended_is_said_once),
        TEST(another_time_means_another_keeper),
        TEST(what_is_retired_is_let_go_of),
        TEST(what_is_had_later_is_kept),
        TEST(kept_before_it_is_published),
        cmocka_unit_test(times_in_words),
    };

    return cmocka_run_group_tests_name("test_keeper_policy", tests, NULL, NULL);
}
