/*
 * Fast locks of segments that move to another block, are made anew, are retired or come back: the
 * old lock is closed before the new one is open, and a thread that holds it for too long loses it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "slots_world.h"

#define HEAD    "version: 1\ndefaults: { access: { write: [Users] } }\nsegments:\n"
#define FAST(n) "  " #n ": { size: 64, lock: { kind: fast, max_lockers: 3 } }\n"
#define OTHER(n)                                                                                   \
    "  " #n ": { size: 64, lock: { kind: fast, max_lockers: 3 }, access: { write: [Interactive] "  \
    "} }\n"
#define MUTEX(n) "  " #n ": { size: 64 }\n"

static struct shmb_block *old; /* the block of A as programs have it open */
static uint64_t began;         /* ticks when a reload was asked for */

static void open_a(void)
{
    slots_use("A", 0);
    old = slots_block("A");
}

/* A thread of slot 1 has the lock; the slot says who it is. */
static void hold_a(void)
{
    old->lock_word = slots_identity(1, 4);
    shmb_slots_at(slots_section(1), shmb_slots_size(3), 1)->holder = UINT64_C(77) << 32 | 88;
}

static void reload(const char *text)
{
    began = fake_ticks(fake);
    slots_reload(text);
}

/* A moves, B stays: A gets other slots and another block, and its old lock is closed. */
static void expect_moved(void)
{
    const struct shmb_entry a = slots_entry("A"), b = slots_entry("B");

    assert_int_not_equal(a.slots, b.slots);
    assert_int_not_equal(a.control, b.control);
    assert_int_equal(b.slots, 1);
    assert_int_equal(slots_mutexes(a.slots), 3);
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true(slots_block("A") != old);
    assert_int_equal(slots_block("B")->lock_word, 0);
    assert_true(slots_block("B")->generation == b.generation);
}

static void move_free(size_t number)
{
    if (number == 1) {
        open_a();
        reload(HEAD FAST(B) OTHER(A));
        return;
    }
    expect_moved();
    assert_int_equal(fake_ticks(fake), began);
    assert_int_equal(slots_block("A")->lock_word, 0);
    assert_int_equal(slots_block("A")->abandoned, 0);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
    slots_reload(HEAD FAST(B) OTHER(A));
}

static void a_lock_that_is_free_is_closed_at_once(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), move_free, 3);
}

static void move_dirty(size_t number)
{
    if (number == 1) {
        open_a();
        old->lock_word = SHMB_LOCK_DIRTY | SHMB_LOCK_CONTENDED;
        reload(HEAD FAST(B) OTHER(A));
        return;
    }
    expect_moved();
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(slots_block("A")->abandoned, SHMB_DIED_OWNING);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
}

static void that_an_owner_died_moves_along(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), move_dirty, 2);
}

static void move_held(size_t number)
{
    const struct fake_event *event;

    if (number == 1) {
        open_a();
        hold_a();
        old->sequence = 5;
        reload(HEAD FAST(B) OTHER(A));
        return;
    }
    expect_moved();
    assert_in_range(fake_ticks(fake) - began, 1000, 1200);
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(slots_block("A")->abandoned, SHMB_DIED_OWNING | SHMB_DIED_WRITING);
    assert_int_equal(slots_block("A")->sequence, 6);
    event = fake_last_event(fake, EVENT_LOCK_CLOSED);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 1);
    assert_string_equal(event->inserts[0], "Global\\A");
    assert_string_equal(event->inserts[1], "process 77, thread 88");
}

static void a_thread_that_holds_it_too_long_loses_it(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), move_held, 2);
}

/* The thread releases its lock while the broker waits: nobody loses anything. */
static void release_at_third_pause(struct fake *of, enum fake_call call)
{
    static int pauses;

    (void)of;
    if (call == FAKE_PAUSE && ++pauses == 3)
        old->lock_word = 0;
}

static void move_busy(size_t number)
{
    if (number == 1) {
        open_a();
        hold_a();
        fake_on_busy(fake, release_at_third_pause);
        reload(HEAD FAST(B) OTHER(A));
        return;
    }
    expect_moved();
    assert_in_range(fake_ticks(fake) - began, 300, 400);
    assert_int_equal(slots_block("A")->lock_word, 0);
    assert_int_equal(slots_block("A")->abandoned, 0);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
}

static void a_lock_that_becomes_free_is_waited_for(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), move_busy, 2);
}

/* The second is one for all of them. */
#define FIVE(form) form(A) form(C) form(D) form(E) form(F)

/* More than five: the slots stay with most of their objects. */
#define SIX FAST(B) FAST(G) FAST(H) FAST(I) FAST(J) FAST(K)

static void move_many(size_t number)
{
    static const char *const names[] = {"A", "C", "D", "E", "F"};
    size_t i;

    if (number == 1) {
        for (i = 0; i < 5; i++)
            slots_block(names[i])->lock_word = slots_identity((uint32_t)i % 3, 4);
        reload(HEAD SIX FIVE(OTHER));
        return;
    }
    assert_in_range(fake_ticks(fake) - began, 1000, 1200);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 5);
    for (i = 0; i < 5; i++)
        assert_true(slots_block(names[i])->lock_word == SHMB_LOCK_DIRTY);
}

static void all_locks_wait_one_second_together(void **state)
{
    (void)state;
    life_run(HEAD SIX FIVE(FAST), move_many, 2);
}

/* All segments of the set get another access: slots, blocks and words stay. */
static void change_all(size_t number)
{
    if (number == 1) {
        open_a();
        hold_a();
        reload(HEAD OTHER(A) OTHER(B));
        return;
    }
    assert_int_equal(slots_entry("A").slots, 1);
    assert_true(slots_block("A") == old);
    assert_true(old->lock_word == slots_identity(1, 4));
    assert_int_equal(fake_ticks(fake), began);
    assert_non_null(strstr(fake_find(fake, "ShmBroker.Slots.1")->sddl, "(A;;0x20007;;;S-1-5-4)"));
    assert_non_null(strstr(fake_find(fake, "ShmBroker.Slot.1.2")->sddl, "(A;;0x120001;;;S-1-5-4)"));
    assert_null(strstr(fake_find(fake, "ShmBroker.Slot.1.2")->sddl, "S-1-5-32-545"));
}

static void a_whole_set_changes_its_access_in_place(void **state)
{
    (void)state;
    life_run(HEAD FAST(A) FAST(B), change_all, 2);
}

/* The slots go along with B, the control section stays with the mutex: C needs both anew. */
static void part_slots(size_t number)
{
    if (number == 1) {
        slots_use("C", 0);
        old = slots_block("C");
        hold_a();
        reload(HEAD MUTEX(A) OTHER(B) FAST(C));
        return;
    }
    assert_int_equal(slots_entry("B").slots, 1);
    assert_int_not_equal(slots_entry("C").slots, 1);
    assert_true(slots_block("C") != old);
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(slots_block("C")->lock_word == SHMB_LOCK_DIRTY);
}

static void other_slots_need_another_word(void **state)
{
    (void)state;
    life_run(HEAD MUTEX(A) FAST(B) FAST(C), part_slots, 2);
}

static void open_c(size_t number)
{
    (void)number;
    slots_use("C", 0);
    old = slots_block("C");
    hold_a();
}

static void find_parted(size_t number)
{
    if (number == 1)
        part_slots(2);
}

static void at_a_start_too(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD MUTEX(A) FAST(B) FAST(C), open_c, 1);
    life_run(HEAD MUTEX(A) OTHER(B) FAST(C), find_parted, 1);
}

/* The reload fails after the locks were closed: they are open again. */
static void fail_late(size_t number)
{
    if (number == 1) {
        open_a();
        hold_a();
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED); /* the suffix of the new table */
        reload(HEAD FAST(B) OTHER(A));
        return;
    }
    fake_mend(fake);
    assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 1);
    assert_true(slots_block("A") == old);
    assert_int_equal(slots_entry("A").slots, 1);
    /* Its owner was told that it is gone. */
    assert_true(old->lock_word == SHMB_LOCK_DIRTY);
    assert_true(old->generation == slots_entry("A").generation);
    assert_null(fake_find(fake, "ShmBroker.Slots.2"));
    assert_int_equal(fake_event_count(fake, EVENT_CONTROL_REPAIRED), 0);
}

static void a_reload_that_fails_opens_them_again(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), fail_late, 2);
}

/* Killed at each call of the reload: the next broker serves a lock that is open. */
static size_t fatal;

static void be_killed(size_t number)
{
    if (number != 1)
        return;
    open_a();
    reload(HEAD FAST(B) OTHER(A));
    fake_crash_nth(fake, fatal);
}

static void find_open(size_t number)
{
    const struct shmb_block *block;

    (void)number;
    block = slots_block("A");
    /* DIRTY where the new block went with the broker, and the old one's word, too. */
    assert_true(block->lock_word == 0 || (block->lock_word == SHMB_LOCK_DIRTY && block != old));
    assert_true(block->generation == slots_entry("A").generation);
    assert_true(slots_entry("A").slots != slots_entry("B").slots);
    /* The old block may be marked as moved only now; the lock was open before any repair. */
    if (fake_event_count(fake, EVENT_CONTROL_REPAIRED) > 0)
        assert_string_equal(fake_last_event(fake, EVENT_CONTROL_REPAIRED)->inserts[1],
                            "generations: 1");
    /* Whoever has the old block finds the lock closed. */
    if (block != old)
        assert_true(old->lock_word == SHMB_LOCK_MOVED);
}

static void a_broker_that_is_killed_leaves_no_closed_lock(void **state)
{
    (void)state;
    for (fatal = 1; fatal < 60; fatal++) {

        fake_release(fake, false);
        life_run(HEAD FAST(B) FAST(A), be_killed, 2);
        fake_crash_nth(fake, 0);
        life_run(HEAD FAST(B) OTHER(A), find_open, 1);
        (void)life_end(state);
        (void)slots_world_open(state);
    }
}

/* Retired while a program has it open, and back again. */
static void retire_and_return(size_t number)
{
    switch (number) {
    case 1:
        open_a();
        hold_a();
        reload(HEAD FAST(B));
        return;
    case 2:
        assert_false(slots_has_entry("A"));
        assert_in_range(fake_ticks(fake) - began, 1000, 1200);
        assert_true(old->lock_word == SHMB_LOCK_MOVED);
        assert_true(old->generation == SHMB_BLOCK_MOVED);
        assert_int_equal(old->abandoned, SHMB_DIED_OWNING);
        assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 1);
        reload(HEAD FAST(B) FAST(A));
        return;
    default:
        assert_true(slots_block("A") == old);
        assert_true(old->lock_word == SHMB_LOCK_DIRTY);
        assert_int_equal(old->abandoned, SHMB_DIED_OWNING);
        assert_true(old->generation == slots_entry("A").generation);
        assert_int_equal(fake_event_count(fake, EVENT_CONTROL_REPAIRED), 0);
        slots_leave("A", 0);
    }
}

static void a_segment_that_comes_back_gets_its_lock_back(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), retire_and_return, 3);
}

/* The same with the domain: nobody else used it. */
static void retire_all_and_return(size_t number)
{
    switch (number) {
    case 1:
        open_a();
        reload(HEAD MUTEX(B));
        return;
    case 2:
        assert_int_equal(slots_mutexes(1), 0);
        assert_non_null(fake_find(fake, "ShmBroker.Slots.1"));
        assert_true(old->lock_word == SHMB_LOCK_MOVED);
        reload(HEAD MUTEX(B) FAST(A));
        return;
    default:
        assert_int_equal(slots_entry("A").slots, 1);
        assert_int_equal(slots_mutexes(1), 3);
        assert_true(slots_block("A") == old);
        assert_int_equal(old->lock_word, 0);
        slots_leave("A", 0);
    }
}

static void so_do_the_slots(void **state)
{
    (void)state;
    life_run(HEAD MUTEX(B) FAST(A), retire_all_and_return, 3);
}

/* A start leaves a segment out that programs have open. */
static void leave_out(size_t number)
{
    (void)number;
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
}

static void just_open(size_t number)
{
    (void)number;
    open_a();
}

static void a_start_closes_the_locks_of_what_it_leaves_out(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST(B) FAST(A), just_open, 1);
    life_run(HEAD FAST(B), leave_out, 1);
}

/* Made anew: the block stays, the lock is a new one. */
static void make_anew(size_t number)
{
    if (number == 1) {
        old = slots_block("A");
        hold_a(); /* by a thread that died */
        fake_anew(fake, "A");
        reload(HEAD FAST(B) FAST(A));
        return;
    }
    assert_true(life_reports("reload\tGlobal\\A\trecreate\tdone"));
    assert_true(slots_block("A") == old);
    assert_true(old->generation == slots_entry("A").generation);
    /* The content was copied. */
    assert_true(old->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(old->abandoned, SHMB_DIED_OWNING);
    assert_int_equal(slots_entry("A").slots, 1);
}

static void a_segment_made_anew_has_a_new_lock(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) FAST(A), make_anew, 2);
}

/* From a mutex to a fast lock, and back. */
static void expect_lock(enum shmb_entry_lock lock, enum shmb_kind kind)
{
    assert_int_equal(slots_entry("A").lock_kind, lock);
    assert_int_equal(fake_find(fake, "A.lock")->spec.kind, kind);
    assert_int_equal(slots_entry("A").slots != 0, lock == SHMB_ENTRY_LOCK_FAST);
}

#define TO_FAST  "the lock cannot change from the mutex A.lock to the fast lock A.lock"
#define TO_MUTEX "the lock cannot change from the fast lock A.lock to the mutex A.lock"

static void change_kind(size_t number)
{
    switch (number) {
    case 1:
        expect_lock(SHMB_ENTRY_LOCK_MUTEX, SHMB_MUTEX);
        fake_client_open(fake, "A");
        reload(HEAD FAST(B) FAST(A));
        break;
    case 2:
        assert_true(life_reports(TO_FAST));
        expect_lock(SHMB_ENTRY_LOCK_MUTEX, SHMB_MUTEX);
        fake_anew(fake, "A");
        reload(HEAD FAST(B) FAST(A));
        break;
    case 3:
        /* A program has the segment open, and needs its mutex. */
        assert_true(life_reports("reload\tGlobal\\A\trecreate\ta program has it open"));
        expect_lock(SHMB_ENTRY_LOCK_MUTEX, SHMB_MUTEX);
        fake_client_close(fake, "A");
        fake_anew(fake, "A");
        reload(HEAD FAST(B) FAST(A));
        break;
    case 4:
        assert_true(life_reports("reload\tGlobal\\A\trecreate\tdone"));
        assert_true(life_reports("reload\tGlobal\\A.lock\trecreate\tdone"));
        expect_lock(SHMB_ENTRY_LOCK_FAST, SHMB_EVENT);
        assert_int_equal(slots_block("A")->lock_word, 0);
        assert_non_null(strstr(fake_find(fake, "A.lock")->sddl, "(A;;0x120003;;;S-1-5-32-545)"));
        reload(HEAD FAST(B) MUTEX(A));
        break;
    case 5:
        assert_true(life_reports(TO_MUTEX));
        expect_lock(SHMB_ENTRY_LOCK_FAST, SHMB_EVENT);
        fake_anew(fake, "A");
        reload(HEAD FAST(B) MUTEX(A));
        break;
    default:
        expect_lock(SHMB_ENTRY_LOCK_MUTEX, SHMB_MUTEX);
        assert_int_equal(slots_block("A")->lock_word, 0);
    }
}

static void the_kind_of_a_lock_changes_with_the_segment(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) MUTEX(A), change_kind, 6);
}

static void open_mutex(size_t number)
{
    (void)number;
    fake_client_open(fake, "A");
    fake_client_open(fake, "A.lock");
}

static void still_mutex(size_t number)
{
    (void)number;
    assert_true(life_reports(TO_FAST));
    expect_lock(SHMB_ENTRY_LOCK_MUTEX, SHMB_MUTEX);
    fake_client_close(fake, "A");
    fake_client_close(fake, "A.lock");
}

static void still_fast(size_t number)
{
    (void)number;
    assert_true(life_reports(TO_MUTEX));
    expect_lock(SHMB_ENTRY_LOCK_FAST, SHMB_EVENT);
    assert_true(slots_block("A") == old);
    slots_leave("A", 0);
}

static void and_not_over_a_restart(void **state)
{
    (void)state;
    life_run(HEAD FAST(B) MUTEX(A), open_mutex, 1);
    life_run(HEAD FAST(B) FAST(A), still_mutex, 1);
    fake_release(fake, false);
    life_run(HEAD FAST(B) FAST(A), just_open, 1);
    life_run(HEAD FAST(B) MUTEX(A), still_fast, 1);
}

/* Nothing tells any more which block was whose. */
static void find_forgotten(size_t number)
{
    if (number != 1)
        return;
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true(slots_block("A") != old);
    assert_true(slots_entry("A").slots >= 0x80000000u);
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(slots_block("A")->abandoned, SHMB_DIED_OWNING);
    /* In section 2, of the other access list. */
    assert_true(((struct shmb_block *)(void *)(fake_find(fake, "ShmBroker.Control.2")->content +
                                               sizeof(struct shmb_control)))
                    ->generation == SHMB_BLOCK_MOVED);
}

static void open_both(size_t number)
{
    (void)number;
    fake_client_open(fake, "ShmBroker.Control.2");
    open_a();
    hold_a();
}

static void a_lost_state_leaves_no_second_lock(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST(A) OTHER(B), open_both, 1);
    fake_state_file(fake, "objects.state", NULL);
    life_run(HEAD FAST(A) OTHER(B), find_forgotten, 1);
}

static void open_and_hold(size_t number)
{
    (void)number;
    open_a();
    hold_a();
}

/* The section is there, but the broker cannot set its access. */
static void find_not_adopted(size_t number)
{
    (void)number;
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true(slots_block("A") != old);
    /* Nobody knows any more what happened to the content under the old lock. */
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_int_equal(slots_block("A")->abandoned, SHMB_DIED_OWNING);
    fake_mend(fake);
}

static void a_section_that_cannot_be_adopted_leaves_no_second_lock(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST(A), open_and_hold, 1);
    fake_fail(fake, FAKE_PROTECT, "ShmBroker.Control.1", SYS_FAILED);
    life_run(HEAD FAST(A), find_not_adopted, 1);
}

/* A copy has the content, and no lock. */
#define KEPT                                                                                       \
    "  A: { size: 64, lock: { kind: fast, max_lockers: 3 }, keep: reboot, initial: { fill: 1 } "   \
    "}\n"

static void write_and_hold(size_t number)
{
    (void)number;
    old = slots_block("A");
    old->change = 1;
    old->sequence = 2;
    old->initialised = 1;
    hold_a();
    fake_find(fake, "A")->content[0] = 0x5A;
}

static void find_content_alone(size_t number)
{
    (void)number;
    assert_int_equal(fake_find(fake, "A")->content[0], 0x5A);
    assert_int_equal(slots_block("A")->lock_word, 0);
    assert_int_equal(slots_block("A")->abandoned, 0);
    assert_int_equal(slots_entry("A").slots, 1);
}

static void no_lock_outlives_a_reboot(void **state)
{
    (void)state;
    life_run(HEAD KEPT, write_and_hold, 1);
    fake_boot(fake, "boot-2");
    life_run(HEAD KEPT, find_content_alone, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(a_lock_that_is_free_is_closed_at_once),
        TEST(that_an_owner_died_moves_along),
        TEST(a_thread_that_holds_it_too_long_loses_it),
        TEST(a_lock_that_becomes_free_is_waited_for),
        TEST(all_locks_wait_one_second_together),
        TEST(a_whole_set_changes_its_access_in_place),
        TEST(other_slots_need_another_word),
        TEST(at_a_start_too),
        TEST(a_reload_that_fails_opens_them_again),
        TEST(a_broker_that_is_killed_leaves_no_closed_lock),
        TEST(a_segment_that_comes_back_gets_its_lock_back),
        TEST(so_do_the_slots),
        TEST(a_start_closes_the_locks_of_what_it_leaves_out),
        TEST(a_segment_made_anew_has_a_new_lock),
        TEST(the_kind_of_a_lock_changes_with_the_segment),
        TEST(and_not_over_a_restart),
        TEST(no_lock_outlives_a_reboot),
        TEST(a_lost_state_leaves_no_second_lock),
        TEST(a_section_that_cannot_be_adopted_leaves_no_second_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
