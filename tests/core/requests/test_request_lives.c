/* How long requested objects live, and that what they took is given back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "asking.h"
#include "names.h"

#define HEAD "version: 1\ndefaults: { access: { read: Users } }\n"
#define RULE(life)                                                                                 \
    HEAD "requests:\n  App:\n    names: 'App.*'\n    who: [Users]\n    size: 16 KiB\n"             \
         "    each: { objects: 2, memory: 16 KiB }\n    access: { write: [Users] }\n"              \
         "    lock: mutex\n    lives: " life "\n"

static struct fake *fake;
static size_t n[8];
static uint64_t closed, gone;

static int set_up(void **state)
{
    (void)state;
    fake = asking_begin();
    memset(n, 0, sizeof(n));
    closed = gone = 0;
    return 0;
}

static void stop(void)
{
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT));
}

static void nobody_opens_it(size_t number)
{
    if (number == 1)
        n[0] = asking_segment(ALICE, "App.A", 4096);
    else if (number == 2)
        closed = fake_ticks(fake);
    else if (fake_find(fake, "App.A") == NULL) {
        gone = fake_ticks(fake);
        stop();
    }
}

static void one_that_nobody_opens_has_four_seconds(void **state)
{
    (void)state;
    life_run(RULE("while open"), nobody_opens_it, 100);
    asking_expect_made(n[0], true);
    assert_in_range(gone - closed, 4000, 8000);
    assert_null(fake_find(fake, "App.A.lock"));
}

/* The lock of a segment keeps it, too. */
static void the_last_closes(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 4096);
    } else if (number == 2) {
        fake_client_open(fake, "App.A");
        fake_client_open(fake, "App.A.lock");
    } else if (fake_ticks(fake) < 60000) {
        assert_true(asking_is_held("App.A"));
    } else if (closed == 0 && fake_ticks(fake) < 120000) {
        if (fake_find(fake, "App.A")->clients > 0)
            fake_client_close(fake, "App.A");
        assert_true(asking_is_held("App.A"));
    } else if (closed == 0) {
        fake_client_close(fake, "App.A.lock");
        closed = fake_ticks(fake);
    } else if (fake_find(fake, "App.A") == NULL) {
        gone = fake_ticks(fake);
        stop();
    }
}

static void it_ends_within_ten_seconds_of_the_last_close(void **state)
{
    (void)state;
    life_run(RULE("while open"), the_last_closes, 1000);
    assert_in_range(gone - closed, 4000, 8000);
}

/* Who asks again before it ends finds it, and has as long as at first. */
static void asked_again(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 4096);
    } else if (n[1] == 0 && fake_ticks(fake) >= 4000) {
        n[1] = asking_segment(BOB, "App.A", 4096);
        closed = fake_ticks(fake);
    } else if (fake_find(fake, "App.A") == NULL) {
        gone = fake_ticks(fake);
        stop();
    }
}

static void a_request_that_finds_it_starts_anew(void **state)
{
    (void)state;
    life_run(RULE("while open"), asked_again, 1000);
    asking_expect_made(n[1], false);
    assert_in_range(gone - closed, 4000, 8000);
}

/* What is released while programs have it open counts on, and nobody gets its name or bytes. */
static void released_open(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 12288);
        n[1] = asking_segment(BOB, "App.B", 1);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
        fake_client_open(fake, "App.A");
        n[2] = asking_release(ALICE, "App.A");
    } else if (number == 3) {
        asking_expect_made(n[2], false);
        assert_false(asking_is_held("App.A"));
        assert_non_null(fake_find(fake, "App.A"));
        n[3] = asking_segment(ALICE, "App.A", 1);
        n[4] = asking_segment(BOB, "App.A", 1);
        n[5] = asking_segment(ALICE, "App.C", 8192);
    } else if (number == 4) {
        asking_expect(n[3], SHMB_WHY_TAKEN);
        assert_true(asking_answer(n[3]).retry_ms > 0);
        asking_expect(n[4], SHMB_WHY_TAKEN);
        asking_expect(n[5], SHMB_WHY_EACH_MEMORY);
        fake_client_close(fake, "App.A");
        closed = fake_ticks(fake);
    } else if (n[6] == 0 && fake_ticks(fake) >= closed + 4000) {
        n[6] = asking_segment(ALICE, "App.A", 12288);
    } else if (n[6] != 0) {
        asking_expect_made(n[6], true);
        assert_true(asking_is_held("App.A"));
        stop();
    }
}

static void what_programs_keep_open_counts_on(void **state)
{
    (void)state;
    life_run(RULE("until released"), released_open, 100);
}

static void as_long_as_the_broker(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 1);
    } else if (number == 2) {
        n[1] = asking_release(ALICE, "App.A");
        n[2] = asking_release(EVE, "App.A");
    } else if (number == 3) {
        asking_expect(n[1], SHMB_WHY_LIVES);
        asking_expect(n[2], SHMB_WHY_NOT_REQUESTED);
        assert_true(asking_is_held("App.A"));
    }
}

static void one_of_the_broker_cannot_be_released(void **state)
{
    (void)state;
    life_run(RULE("as long as the broker"), as_long_as_the_broker, 3);
}

static void by_others(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 1);
    } else if (number == 2) {
        n[1] = asking_release(ROOT, "App.A");
        n[2] = asking_segment(ALICE, "App.A", 1); /* waits for the release */
    } else if (number == 3) {
        asking_expect_made(n[1], false);
    } else if (number == 4) {
        asking_expect_made(n[2], true);
    }
}

static void an_administrator_releases_what_others_asked_for(void **state)
{
    (void)state;
    life_run(RULE("until released"), by_others, 4);
}

static void while_open_released(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 1);
        n[1] = asking_segment(ALICE, "App.B", 1);
    } else if (number == 2) {
        fake_client_open(fake, "App.A");
        n[2] = asking_release(ALICE, "App.A");
        n[3] = asking_release(ALICE, "App.B");
    } else if (number == 3) {
        asking_expect_made(n[2], false);
        asking_expect_made(n[3], false);
        assert_true(asking_is_held("App.A"));
        assert_null(fake_find(fake, "App.B"));
        fake_client_close(fake, "App.A");
        stop();
    }
}

static void a_release_looks_at_once(void **state)
{
    (void)state;
    life_run(RULE("while open"), while_open_released, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_nobody_opens_has_four_seconds, set_up, life_end),
        cmocka_unit_test_setup_teardown(it_ends_within_ten_seconds_of_the_last_close, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(a_request_that_finds_it_starts_anew, set_up, life_end),
        cmocka_unit_test_setup_teardown(what_programs_keep_open_counts_on, set_up, life_end),
        cmocka_unit_test_setup_teardown(one_of_the_broker_cannot_be_released, set_up, life_end),
        cmocka_unit_test_setup_teardown(an_administrator_releases_what_others_asked_for, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(a_release_looks_at_once, set_up, life_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
