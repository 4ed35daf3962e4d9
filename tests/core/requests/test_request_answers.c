/* A program asks, the broker holds the object and answers: each reason once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "asking.h"
#include "names.h"

#define HEAD "version: 1\ndefaults: { access: { read: Users } }\n"
#define RULE                                                                                       \
    "requests:\n  App:\n    names: 'App.*'\n    who: { allow: [Users], deny: ['" BOB "'] }\n"      \
    "    kinds: [segment, mutex, event]\n    size: 16 KiB\n"                                       \
    "    each: { objects: 3, memory: 24 KiB }\n    total: { objects: 4, memory: 1 MiB }\n"         \
    "    access: { read: [Users], write: [Requester] }\n    lock: mutex\n    lives: until "        \
    "released\n"
#define OPEN_RULE                                                                                  \
    "  Pub:\n    names: 'Pub.*'\n    who: [Users]\n    size: 16 KiB\n"                             \
    "    access: { write: [Users] }\n    lock: none\n    lives: until released\n"
#define CONFIGURED                                                                                 \
    "segments:\n  App.Fixed: { size: 64 }\n  App.Secret: { size: 64, lock: none, access: { read: " \
    "Administrators } }\n"
#define FILE_TEXT HEAD CONFIGURED RULE OPEN_RULE

static struct fake *fake;
static size_t n[32];

static int set_up(void **state)
{
    (void)state;
    fake = asking_begin();
    memset(n, 0, sizeof(n));
    return 0;
}

static void one_object(size_t number)
{
    const struct fake_object *object;

    if (number == 1) {
        assert_non_null(fake_pipe(fake));
        assert_non_null(strstr(fake_pipe(fake), "(A;;0x00120083;;;S-1-5-32-545)"));
        n[0] = asking_segment(ALICE, "App.One", 5000);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
        assert_int_equal(asking_answer(n[0]).size, 5000);
        assert_string_equal(asking_answer(n[0]).rule, "App");
        assert_true(asking_is_held("App.One"));
        assert_true(asking_is_held("App.One.lock"));
        object = fake_find(fake, "App.One");
        assert_int_equal(object->spec.size, 5000);
        assert_int_equal(object->kept[0], 1);
        assert_non_null(strstr(object->sddl, "(A;;0x20007;;;" ALICE ")"));
        assert_non_null(strstr(object->sddl, "(A;;0x20005;;;S-1-5-32-545)"));
        n[1] = asking_segment(ALICE, "App.One", 4000);
        n[2] = asking_segment(ALICE, "App.One", 6000);
        n[3] = asking_release(BOB, "App.One");
    } else if (number == 3) {
        asking_expect_made(n[1], false);
        asking_expect(n[2], SHMB_WHY_OTHER);
        assert_int_equal(asking_answer(n[2]).size, 5000);
        asking_expect(n[3], SHMB_WHY_NOT_YOURS);
        n[4] = asking_release(ALICE, "App.One");
    } else if (number == 4) {
        asking_expect_made(n[4], false);
        assert_null(fake_find(fake, "App.One"));
        assert_null(fake_find(fake, "App.One.lock"));
        n[5] = asking_release(ALICE, "App.One");
    } else if (number == 5) {
        asking_expect(n[5], SHMB_WHY_NOT_REQUESTED);
    }
}

static void a_program_asks_and_releases(void **state)
{
    (void)state;
    life_run(FILE_TEXT, one_object, 5);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), 1);
    assert_null(fake_pipe(fake));
}

static void refused(size_t number)
{
    if (number == 1) {
        static const uint8_t rubbish[] = "rubbish";

        fake_occupy(fake, "App.Foreign", SHMB_SECTION, "somebody");
        fake_occupy(fake, "App.Half.lock", SHMB_EVENT, "somebody");
        n[0] = asking_segment(ALICE, "Other.X", 1);
        n[1] = asking_segment(BOB, "App.X", 1);
        n[2] = asking_segment(EVE, "App.X", 1);
        n[3] = asking_object(ALICE, "App.X", SHMB_SEMAPHORE, 0);
        n[4] = asking_segment(ALICE, "App.X", 16385);
        n[5] = asking_segment(ALICE, "App.Foreign", 1);
        n[6] = asking_segment(ALICE, "App.Half", 1);
        n[7] = asking_segment(ALICE, "App.Fixed", 65);
        n[8] = asking_segment(ALICE, "App.Fixed", 64);
        n[9] = asking_segment(ALICE, "App.Secret", 1);
        n[10] = asking_object(ALICE, "App.Fixed", SHMB_MUTEX, 0);
        n[11] = asking_object(ALICE, "App.Fixed.lock", SHMB_MUTEX, 0);
        n[12] = fake_send(fake, ALICE, rubbish, sizeof(rubbish));
        n[13] = asking_segment(ALICE, "App.A", 16384);
        n[14] = asking_segment(ALICE, "App.B", 8193);
        n[15] = asking_object(ALICE, "App.C", SHMB_MUTEX, 0);
        n[16] = asking_object(ALICE, "App.D", SHMB_EVENT, SHMB_REQUEST_MANUAL_RESET);
        n[17] = asking_object(ALICE, "App.E", SHMB_MUTEX, 0);
        n[18] = asking_segment(ROOT, "App.F", 1);
        n[19] = asking_object(ALICE, "App.A.lock", SHMB_MUTEX, 0);
    } else if (number == 2) {
        asking_expect(n[0], SHMB_WHY_NO_RULE);
        asking_expect(n[1], SHMB_WHY_WHO);
        assert_string_equal(asking_answer(n[1]).rule, "");
        asking_expect(n[2], SHMB_WHY_WHO);
        asking_expect(n[3], SHMB_WHY_KIND);
        asking_expect(n[4], SHMB_WHY_SIZE);
        assert_int_equal(asking_answer(n[4]).most, 16384);
        asking_expect(n[5], SHMB_WHY_FOREIGN);
        asking_expect(n[6], SHMB_WHY_FOREIGN);
        assert_null(fake_find(fake, "App.Half"));
        asking_expect(n[7], SHMB_WHY_OTHER);
        assert_int_equal(asking_answer(n[7]).size, 64);
        asking_expect_made(n[8], false);
        assert_int_equal(asking_answer(n[8]).flags, SHMB_ANSWER_CONFIGURED);
        asking_expect(n[9], SHMB_WHY_NO_ACCESS);
        assert_int_equal(asking_answer(n[9]).size, 0);
        asking_expect(n[10], SHMB_WHY_OTHER);
        /* A reader may not lock, so he learns nothing of it. */
        asking_expect(n[11], SHMB_WHY_NO_ACCESS);
        asking_expect(n[12], SHMB_WHY_MESSAGE);
        asking_expect_made(n[13], true);
        asking_expect(n[14], SHMB_WHY_EACH_MEMORY);
        assert_int_equal(asking_answer(n[14]).used, 16384);
        assert_int_equal(asking_answer(n[14]).most, 24576);
        asking_expect_made(n[15], true);
        asking_expect_made(n[16], true);
        asking_expect(n[17], SHMB_WHY_EACH_OBJECTS);
        assert_int_equal(asking_answer(n[17]).used, 3);
        asking_expect(n[18], SHMB_WHY_WHO); /* not of Users here */
    } else if (number == 3) {
        /* It waited for the batch that made its segment. */
        asking_expect(n[19], SHMB_WHY_TAKEN);
    }
}

static void each_refusal_has_its_reason(void **state)
{
    (void)state;
    life_run(FILE_TEXT, refused, 3);
    /* The first at once, the second at the stop. */
    assert_int_equal(fake_event_count(fake, EVENT_REQUEST_CONFLICT), 2);
    assert_int_equal(fake_event_count(fake, EVENT_REQUEST_REFUSED), 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
    assert_int_equal(fake_unanswered(fake), 0);
}

static void only_asked(size_t number)
{
    if (number == 1) {
        n[0] = asking_only(ALICE, "App.One", 5000);
        n[1] = asking_only(ALICE, "App.One", 16385);
        n[2] = asking_only(ALICE, "App.Fixed", 64);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
        assert_int_equal(asking_answer(n[0]).size, 5000);
        assert_string_equal(asking_answer(n[0]).rule, "App");
        asking_expect(n[1], SHMB_WHY_SIZE);
        assert_int_equal(asking_answer(n[1]).flags, 0);
        asking_expect_made(n[2], false);
        assert_null(fake_find(fake, "App.One"));
        assert_false(asking_is_held("App.One"));
        n[3] = asking_segment(ALICE, "App.One", 5000);
    } else if (number == 3) {
        asking_expect_made(n[3], true);
        n[4] = asking_only(ALICE, "App.One", 5000);
    } else if (number == 4) {
        asking_expect_made(n[4], false);
    }
}

static void who_only_asks_learns_whether_it_would_be_made(void **state)
{
    (void)state;
    life_run(FILE_TEXT, only_asked, 4);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), 1);
}

/* A wait takes the signal of an event with automatic reset, so `read` must not let one wait. */
static void signals(size_t number)
{
    if (number == 1) {
        n[0] = asking_object(ALICE, "App.Auto", SHMB_EVENT, 0);
        n[1] = asking_object(ALICE, "App.Manual", SHMB_EVENT, SHMB_REQUEST_MANUAL_RESET);
    } else if (number == 2) {
        const struct fake_object *automatic = fake_find(fake, "App.Auto");
        const struct fake_object *manual = fake_find(fake, "App.Manual");

        asking_expect_made(n[0], true);
        asking_expect_made(n[1], true);
        assert_non_null(strstr(automatic->sddl, "(A;;0x120003;;;" ALICE ")"));
        assert_non_null(strstr(automatic->sddl, "(A;;0x20000;;;S-1-5-32-545)"));
        assert_non_null(strstr(manual->sddl, "(A;;0x120001;;;S-1-5-32-545)"));
    }
}

static void readers_take_no_signals(void **state)
{
    (void)state;
    life_run(FILE_TEXT, signals, 2);
}

#define LOW_RULE                                                                                   \
    "  Low:\n    names: 'Low.*'\n    who: [Users]\n    size: 16 KiB\n    integrity: low\n"         \
    "    access: { write: [Users] }\n    lock: none\n    lives: until released\n"

/* Its account alone gives a program of low integrity nothing, as with the objects themselves. */
static void lowered(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.One", 1);
        n[1] = asking_segment(ALICE, "Low.One", 1);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
        asking_expect_made(n[1], true);
        fake_low(fake, ALICE);
        n[2] = asking_release(ALICE, "App.One");
        n[3] = asking_release(ALICE, "Low.One");
    } else if (number == 3) {
        asking_expect(n[2], SHMB_WHY_WHO);
        assert_true(asking_is_held("App.One"));
        asking_expect_made(n[3], false);
        assert_null(fake_find(fake, "Low.One"));
    }
}

static void who_is_low_releases_only_what_it_could_ask_for(void **state)
{
    (void)state;
    life_run(FILE_TEXT LOW_RULE, lowered, 3);
}

/* U+200B, U+202E and U+2028 show no more than "App.X" does, or something else. */
static void unseen(size_t number)
{
    static const char *const names[] = {"App.\xE2\x80\x8BX", "App.\xE2\x80\xAEX",
                                        "App.X\xE2\x80\xA8"};
    size_t i;

    for (i = 0; i < 3; i++) {
        if (number == 1) {
            n[i] = asking_segment(ALICE, names[i], 1);
        } else {
            asking_expect(n[i], SHMB_WHY_MESSAGE);
            assert_int_equal(asking_answer(n[i]).result, -6); /* SHMB_BAD_NAME */
            assert_null(fake_find(fake, names[i]));
        }
    }
}

static void a_name_with_what_nobody_sees_is_refused(void **state)
{
    (void)state;
    life_run(FILE_TEXT, unseen, 2);
}

static void race(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "Pub.Race", 100);
        n[1] = asking_segment(BOB, "Pub.Race", 100);
        n[2] = asking_segment(BOB, "Pub.Race", 200);
    } else if (number == 3) {
        asking_expect_made(n[0], true);
        asking_expect_made(n[1], false);
        asking_expect(n[2], SHMB_WHY_OTHER);
    }
}

static void of_many_at_once_one_makes_it(void **state)
{
    (void)state;
    life_run(FILE_TEXT, race, 3);
}

static void no_pipe(size_t number)
{
    assert_null(fake_pipe(fake));
    if (number == 1)
        fake_wake(fake, SYS_WAKE_RELOAD);
}

static void without_rules_it_takes_no_input_from_clients(void **state)
{
    (void)state;
    life_run(HEAD CONFIGURED, no_pipe, 2);
    assert_int_equal(fake_calls(fake, FAKE_LISTEN), 0);
    assert_int_equal(fake_calls(fake, FAKE_ALLOWED), 0);
    assert_int_equal(fake_calls(fake, FAKE_OPENED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_program_asks_and_releases, set_up, life_end),
        cmocka_unit_test_setup_teardown(each_refusal_has_its_reason, set_up, life_end),
        cmocka_unit_test_setup_teardown(who_only_asks_learns_whether_it_would_be_made, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(readers_take_no_signals, set_up, life_end),
        cmocka_unit_test_setup_teardown(who_is_low_releases_only_what_it_could_ask_for, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(a_name_with_what_nobody_sees_is_refused, set_up, life_end),
        cmocka_unit_test_setup_teardown(of_many_at_once_one_makes_it, set_up, life_end),
        cmocka_unit_test_setup_teardown(without_rules_it_takes_no_input_from_clients, set_up,
                                        life_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
