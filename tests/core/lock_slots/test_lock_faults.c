/*
 * Fast locks where a call of the system fails, the broker is killed, or a program has damaged the
 * word: never two owners at a time, and whoever comes after an owner that lost the lock is told.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "slots_world.h"

#define HEAD    "version: 1\ndefaults: { access: { write: [Users] } }\nsegments:\n"
#define FAST(n) "  " #n ": { size: 64, lock: { kind: fast, max_lockers: 3 } }\n"
#define OTHER(n)                                                                                   \
    "  " #n ": { size: 64, lock: { kind: fast, max_lockers: 3 }, access: { write: [Interactive] "  \
    "} }\n"

static struct shmb_block *old; /* the block of A as programs have it open */

/* A thread of slot 1 has the lock of A, and writes. */
static void hold_a(void)
{
    slots_use("A", 0);
    old = slots_block("A");
    old->lock_word = slots_identity(1, 4);
    old->sequence = 5;
    old->change = 77;
    old->initialised = 1;
}

static void expect_old_place(void)
{
    assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 1);
    assert_true(slots_block("A") == old);
    assert_int_equal(slots_entry("A").slots, 1);
    assert_true(old->generation == slots_entry("A").generation);
    assert_int_equal(old->change, 77);
    assert_int_equal(old->initialised, 1);
}

static void expect_new_place(void)
{
    const struct shmb_block *block = slots_block("A");

    assert_true(block != old);
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true(block->lock_word == SHMB_LOCK_DIRTY);
    assert_true((block->abandoned & SHMB_DIED_OWNING) != 0);
    assert_int_equal(block->change, 78);
    assert_int_equal(block->initialised, 1);
    assert_int_not_equal(slots_entry("A").slots, 1);
}

/* The new control section cannot be made. */
static void lack_section(size_t number)
{
    switch (number) {
    case 1:
        hold_a();
        fake_fail(fake, FAKE_CREATE, "ShmBroker.Control.2", SYS_FAILED);
        slots_reload(HEAD FAST(B) OTHER(A));
        return;
    case 2:
        expect_old_place();
        /* The owner had its second, and is told. */
        assert_true(old->lock_word == SHMB_LOCK_DIRTY);
        fake_mend(fake);
        slots_reload(HEAD FAST(B) OTHER(A));
        return;
    default:
        expect_new_place();
    }
}

static void a_segment_without_a_new_place_stays(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), lack_section, 3);
}

/* The section of the lock cannot be mapped: it cannot be closed. */
static void lack_view(size_t number)
{
    switch (number) {
    case 1:
        hold_a();
        fake_fail(fake, FAKE_MAP, "ShmBroker.Control.1", SYS_FAILED);
        slots_reload(HEAD FAST(B) OTHER(A));
        return;
    case 2:
        expect_old_place();
        assert_true(old->lock_word == slots_identity(1, 4));
        fake_mend(fake);
        slots_reload(HEAD FAST(B) OTHER(A));
        return;
    default:
        expect_new_place();
    }
}

static void a_lock_that_cannot_be_closed_is_not_left(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), lack_view, 3);
}

/*
 * At a start nothing can be refused: the segment has no lock until the former one is closed, or can
 * be adopted.
 */
static void just_hold(size_t number)
{
    (void)number;
    hold_a();
}

static void wait_for_view(size_t number)
{
    if (number == 1) {
        assert_int_equal(slots_entry("A").control, 0);
        assert_true(old->lock_word == slots_identity(1, 4));
        assert_true(life_reports("the former fast lock of a segment cannot be closed now"));
        fake_mend(fake);
        return;
    }
    assert_true(slots_block("A") == old);
    assert_true(old->lock_word == slots_identity(1, 4));
    assert_true(old->generation == slots_entry("A").generation);
}

static void a_start_makes_no_second_lock(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST(A), just_hold, 1);
    fake_fail(fake, FAKE_MAP, "ShmBroker.Control.1", SYS_FAILED);
    life_run(HEAD FAST(A), wait_for_view, 2);
}

static void wait_for_closed(size_t number)
{
    if (number == 1) {
        assert_int_equal(slots_entry("A").control, 0);
        assert_true(old->lock_word == slots_identity(1, 4));
        fake_mend(fake);
        return;
    }
    assert_true(slots_block("A") != old);
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
}

static void not_even_without_its_state(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST(A), just_hold, 1);
    fake_state_file(fake, "objects.state", NULL);
    fake_fail(fake, FAKE_MAP, "ShmBroker.Control.1", SYS_FAILED);
    life_run(HEAD FAST(A), wait_for_closed, 2);
}

/* The section has a random number, because a stranger had the name of the first. */
static void hold_random(size_t number)
{
    (void)number;
    hold_a();
    assert_true(slots_entry("A").control >= 0x80000000u);
}

static void find_closed(size_t number)
{
    (void)number;
    assert_true(slots_block("A") != old);
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
}

static void the_former_directory_names_sections(void **state)
{
    (void)state;
    fake_release(fake, false);
    fake_occupy(fake, "ShmBroker.Control.1", SHMB_MUTEX, "a stranger");
    life_run(HEAD FAST(A), hold_random, 1);
    fake_state_file(fake, "objects.state", NULL);
    life_run(HEAD FAST(A), find_closed, 1);
}

/* Killed at each call of a reload that moves A. */
static size_t fatal;

static void be_killed(size_t number)
{
    if (number != 1)
        return;
    hold_a();
    slots_reload(HEAD FAST(B) OTHER(A));
    fake_crash_nth(fake, fatal);
}

static void find_told(size_t number)
{
    const struct shmb_block *block = slots_block("A");

    (void)number;
    if (block == old) {
        assert_true(block->lock_word == slots_identity(1, 4) ||
                    block->lock_word == SHMB_LOCK_DIRTY);
        return;
    }
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(block->lock_word == SHMB_LOCK_DIRTY);
    assert_true((block->abandoned & SHMB_DIED_OWNING) != 0);
    /* What programs left in the block moved along. */
    assert_true(block->change >= 78);
    assert_int_equal(block->initialised, 1);
}

static void a_broker_that_is_killed_tells_the_next_owner(void **state)
{
    (void)state;
    for (fatal = 1; fatal < 60; fatal++) {
        fake_release(fake, false);
        life_run(HEAD FAST(B) FAST(A), be_killed, 2);
        fake_crash_nth(fake, 0);
        life_run(HEAD FAST(B) OTHER(A), find_told, 1);
        (void)life_end(state);
        (void)slots_world_open(state);
    }
}

/* What programs store into the words is repaired if it can be no lock, and else left alone. */
#define NO_SUCH_SLOT UINT64_C(4) /* of three */

static void damage(size_t number)
{
    const uint64_t sound = slots_identity(2, 9) | SHMB_LOCK_CONTENDED;

    if (number == 1) {
        slots_block("A")->lock_word = UINT64_C(0xFFF0000000000000);
        slots_block("B")->lock_word = NO_SUCH_SLOT;
        slots_block("C")->lock_word = SHMB_LOCK_MOVED;
        slots_block("D")->lock_word = sound;
        return;
    }
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_true(slots_block("B")->lock_word == SHMB_LOCK_DIRTY);
    assert_true(slots_block("C")->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(slots_block("A")->abandoned, SHMB_DIED_OWNING);
    assert_true(slots_block("D")->lock_word == sound);
    assert_int_equal(slots_block("D")->abandoned, 0);
    assert_int_equal(fake_event_count(fake, EVENT_CONTROL_REPAIRED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_CONTROL_REPAIRED)->inserts[1], "fast locks: 3");
}

static void a_word_that_is_no_lock_is_repaired(void **state)
{
    (void)state;
    life_run(HEAD FAST(A) FAST(B) FAST(C) FAST(D), damage, 2);
}

/* A reload uses up the second; the lock that is closed an hour later has one of its own. */
#define DOUBLE(n)                                                                                  \
    "  " #n ": { size: 64, snapshots: double, lock: { kind: fast, max_lockers: 3 } }\n"

static void release_at_first_pause(struct fake *of, enum fake_call call)
{
    (void)of;
    if (call == FAKE_PAUSE)
        old->lock_word = 0;
}

static void use_up_patience(size_t number)
{
    switch (number) {
    case 1:
        slots_block("B")->lock_word = slots_identity(0, 4);
        slots_reload(HEAD DOUBLE(A) OTHER(B));
        return;
    case 2:
        assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 1);
        old = slots_block("A");
        old->lock_word = slots_identity(1, 4);
        fake_on_busy(fake, release_at_first_pause);
        fake_vacate(fake, "A.snapshots");
        return;
    default:
        assert_true((slots_entry("A").flags & SHMB_ENTRY_DOUBLE) != 0);
        assert_true(slots_block("A") != old);
        assert_true(old->lock_word == SHMB_LOCK_MOVED);
        assert_int_equal(slots_block("A")->lock_word, 0);
        assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 1);
    }
}

static void each_move_has_its_second(void **state)
{
    (void)state;
    fake_occupy(fake, "A.snapshots", SHMB_MUTEX, "a stranger");
    life_run(HEAD DOUBLE(A) FAST(B), use_up_patience, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(a_segment_without_a_new_place_stays),
        TEST(a_lock_that_cannot_be_closed_is_not_left),
        TEST(a_start_makes_no_second_lock),
        TEST(not_even_without_its_state),
        TEST(the_former_directory_names_sections),
        TEST(a_broker_that_is_killed_tells_the_next_owner),
        TEST(a_word_that_is_no_lock_is_repaired),
        TEST(each_move_has_its_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
