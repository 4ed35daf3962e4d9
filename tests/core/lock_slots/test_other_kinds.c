/*
 * The configuration wants another kind of object under the name of a segment with a fast lock that
 * programs use, and then the segment again: the lock word stays with the slots it was written with.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slots_world.h"

#define HEAD      "version: 1\ndefaults: { access: { write: [Users] } }\n"
#define SEGMENT   HEAD "segments: { A: { size: 64, lock: { kind: fast, max_lockers: 3 } } }\n"
#define MUTEX     HEAD "mutexes: { A: }\n"
#define EVENT     HEAD "events: { A: }\n"
#define SEMAPHORE HEAD "semaphores: { A: { initial: 1, maximum: 2 } }\n"

static const char *const others[] = {MUTEX, EVENT, SEMAPHORE};
#define OTHERS (sizeof(others) / sizeof(others[0]))

static const char *other;
static struct shmb_block *word; /* the block of A as programs have it open */

static void hold(void)
{
    slots_use("A", 1);
    fake_client_open(fake, "A.lock");
    word = slots_block("A");
    word->lock_word = slots_identity(1, 4);
}

static void leave(void)
{
    slots_leave("A", 1);
    fake_client_close(fake, "A.lock");
}

/* The owner still has the lock, and everybody who is new waits for it. */
static void expect_owned(void)
{
    const struct shmb_entry entry = slots_entry("A");

    assert_int_equal(entry.kind, SHMB_SECTION);
    assert_int_equal(entry.lock_kind, SHMB_ENTRY_LOCK_FAST);
    assert_int_equal(entry.slots, 1);
    assert_int_equal(entry.slot_count, 3);
    assert_int_equal(slots_mutexes(1), 3);
    assert_ptr_equal(slots_block("A"), word);
    assert_true(word->lock_word == slots_identity(1, 4));
    assert_true(word->generation == entry.generation);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
}

static void there_and_back(size_t number)
{
    if (number == 1)
        hold();
    expect_owned();
    slots_reload(number == 1 ? other : SEGMENT);
    if (number == 3)
        leave();
}

static void another_kind_and_back_by_reloads(void **state)
{
    size_t i;

    for (i = 0; i < OTHERS; i++) {
        other = others[i];
        life_run(SEGMENT, there_and_back, 3);
        (void)life_end(state);
        (void)slots_world_open(state);
    }
}

static void begin(size_t number)
{
    if (number == 1)
        hold();
}

static void go_on(size_t number)
{
    if (number == 1)
        expect_owned();
}

static void end(size_t number)
{
    if (number == 1) {
        expect_owned();
        assert_int_equal(slots_entry("A").state, SHMB_ENTRY_HELD);
        assert_false(life_reports("cannot change"));
        leave();
    }
}

static void another_kind_and_back_by_starts(void **state)
{
    size_t i;

    for (i = 0; i < OTHERS; i++) {
        fake_release(fake, false);
        life_run(SEGMENT, begin, 1);
        life_run(others[i], go_on, 1);
        life_run(SEGMENT, end, 1);
        (void)life_end(state);
        (void)slots_world_open(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(another_kind_and_back_by_reloads),
        TEST(another_kind_and_back_by_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
