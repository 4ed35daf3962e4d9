/* The fast lock, step by step: words, results, and what a program can write into them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "thread_port.h"

#define FLAGS_MOST 64

static struct thread_port port;
static struct port_thread one, two, three;

static int begin(void **state)
{
    (void)state;
    port_begin(&port);
    port_join(&port, &one, 1);
    port_join(&port, &two, 2);
    port_join(&port, &three, 3);
    return 0;
}

static int end(void **state)
{
    (void)state;
    port_end(&port);
    return 0;
}

static enum fast_result take(struct port_thread *thread, uint32_t ms)
{
    return fast_take(&thread->lock, thread->identity, ms);
}

static enum fast_result give(struct port_thread *thread, bool consistent)
{
    return fast_give(&thread->lock, thread->identity, consistent);
}

static uint64_t word(void)
{
    return shmb_load64(port.words);
}

static void set(uint64_t value)
{
    shmb_store64(port.words, value);
}

static void takes_and_gives(void **state)
{
    (void)state;
    assert_int_equal(take(&one, 0), FAST_OK);
    assert_int_equal(word(), one.identity);
    assert_int_equal(take(&two, 0), FAST_TIMEOUT);
    assert_int_equal(give(&two, false), FAST_NOT_OWNER);
    assert_int_equal(give(&one, false), FAST_OK);
    assert_int_equal(word(), 0);
    assert_int_equal(give(&one, false), FAST_NOT_OWNER);
    assert_int_equal(port.signals, 0);
}

static void a_wait_that_times_out_leaves_contended(void **state)
{
    (void)state;
    take(&one, 0);
    assert_int_equal(take(&two, 20), FAST_TIMEOUT);
    assert_int_equal(word(), one.identity | SHMB_LOCK_CONTENDED);
    give(&one, false);
    assert_int_equal(port.signals, 1);
    assert_int_equal(word(), 0);
}

/* Without the signal, the other one would sleep for a slice although the lock is free. */
static void a_try_leaves_the_signal_alone(void **state)
{
    (void)state;
    take(&one, 0);
    set(word() | SHMB_LOCK_CONTENDED);
    port.signalled = true;
    assert_int_equal(take(&two, 0), FAST_TIMEOUT);
    assert_true(port.signalled);
}

static void a_later_generation_proves_a_death(void **state)
{
    struct port_thread next;
    const uint64_t dead = one.identity;

    (void)state;
    take(&one, 0);
    port_die(&one);
    port_join(&port, &next, 4);
    assert_int_equal(next.slot, one.slot);
    assert_int_not_equal(next.identity, dead);
    assert_int_equal(take(&next, 0), FAST_ABANDONED);
    assert_int_equal(word(), next.identity | SHMB_LOCK_DIRTY | SHMB_LOCK_CONTENDED);
    assert_int_equal(port.sleeps, 0);
}

static void a_free_slot_proves_a_death(void **state)
{
    (void)state;
    take(&one, 0);
    port_die(&one);
    assert_int_equal(take(&two, 0), FAST_ABANDONED);
    assert_int_equal(port.owner[one.slot], 0); /* released again */
    port_die(&two);
    assert_int_equal(take(&three, FAST_FOREVER), FAST_ABANDONED);
    assert_int_equal(port.owner[two.slot], 0);
}

static void dirty_stays_until_consistent(void **state)
{
    (void)state;
    take(&one, 0);
    port_die(&one);
    assert_int_equal(take(&two, 0), FAST_ABANDONED);
    assert_int_equal(give(&two, false), FAST_OK);
    assert_int_equal(word(), SHMB_LOCK_DIRTY);
    assert_int_equal(take(&three, 0), FAST_ABANDONED);
    assert_int_equal(give(&three, true), FAST_OK);
    assert_int_equal(word(), 0);
    assert_int_equal(take(&three, 0), FAST_OK);
}

static void a_try_ignores_hand_off_and_leaves_it(void **state)
{
    (void)state;
    set(SHMB_LOCK_HAND_OFF);
    assert_int_equal(take(&one, 0), FAST_OK);
    assert_int_equal(word(), one.identity | SHMB_LOCK_HAND_OFF);
    give(&one, false);
    assert_int_equal(word(), SHMB_LOCK_HAND_OFF);
}

/* Whoever set HAND_OFF has died: the newcomer gets the lock after one sleep. */
static void hand_off_bars_newcomers_for_one_sleep(void **state)
{
    (void)state;
    set(SHMB_LOCK_HAND_OFF);
    assert_int_equal(take(&one, FAST_FOREVER), FAST_OK);
    assert_int_equal(port.sleeps, 1);
    assert_int_equal(word(), one.identity | SHMB_LOCK_CONTENDED);
}

static unsigned sleeps_in_vain;
static uint64_t highest;

static enum fast_wake wakes_in_vain(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)slot;
    (void)ms;
    sleeps_in_vain++;
    highest |= word();
    if (sleeps_in_vain == 4)
        assert_int_equal(word() & SHMB_LOCK_HAND_OFF, 0);
    if (sleeps_in_vain == 6)
        world->late = 1000000;
    return FAST_WOKEN;
}

static void a_waiter_that_gives_up_clears_its_hand_off(void **state)
{
    (void)state;
    sleeps_in_vain = 0;
    highest = 0;
    take(&one, 0);
    port.instead = wakes_in_vain;
    assert_int_equal(take(&two, 900000), FAST_TIMEOUT);
    assert_int_equal(sleeps_in_vain, 6);
    assert_int_not_equal(highest & SHMB_LOCK_HAND_OFF, 0);
    assert_int_equal(word(), one.identity | SHMB_LOCK_CONTENDED);
}

static enum fast_wake is_signalled_all_the_time(struct thread_port *world, uint32_t slot,
                                                uint32_t ms)
{
    (void)slot;
    (void)ms;
    if (world->pauses > 0 || ++sleeps_in_vain == 10000000)
        world->late = 1000000;
    return FAST_WOKEN;
}

static enum fast_wake sleeps_a_millisecond(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)slot;
    (void)ms;
    world->late++;
    return FAST_WOKEN;
}

/* Any writer may signal the event. */
static void only_false_wake_ups_slow_a_waiter_down(void **state)
{
    (void)state;
    sleeps_in_vain = 0;
    take(&one, 0);
    port.instead = sleeps_a_millisecond;
    assert_int_equal(take(&two, 1000), FAST_TIMEOUT);
    assert_int_equal(port.pauses, 0);
    port.instead = is_signalled_all_the_time;
    assert_int_equal(take(&two, 900000), FAST_TIMEOUT);
    assert_int_equal(port.pauses, 1);
}

/* The owner releases, and signals; others may sleep as well. */
static enum fast_wake is_released(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)world;
    (void)slot;
    (void)ms;
    set(0);
    return FAST_WOKEN;
}

static void one_that_was_woken_passes_contended_on(void **state)
{
    (void)state;
    take(&one, 0);
    port.instead = is_released;
    assert_int_equal(take(&two, FAST_FOREVER), FAST_OK);
    assert_int_equal(word(), two.identity | SHMB_LOCK_CONTENDED);
}

/* It uses up the signal, a third thread is faster, and then its time is over. */
static enum fast_wake is_overtaken(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)slot;
    (void)ms;
    set(three.identity);
    world->late = 1000000;
    return FAST_WOKEN;
}

static void one_that_used_up_a_signal_leaves_contended(void **state)
{
    (void)state;
    take(&one, 0);
    port.instead = is_overtaken;
    assert_int_equal(take(&two, 900000), FAST_TIMEOUT);
    assert_int_equal(word(), three.identity | SHMB_LOCK_CONTENDED);
}

static enum fast_wake moves(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)world;
    (void)slot;
    (void)ms;
    set(SHMB_LOCK_MOVED);
    return FAST_WOKEN;
}

static void a_closed_lock_is_nobodys(void **state)
{
    (void)state;
    take(&one, 0);
    port.instead = moves;
    assert_int_equal(take(&two, FAST_FOREVER), FAST_MOVED);
    assert_int_equal(take(&three, 0), FAST_MOVED);
    assert_int_equal(give(&one, true), FAST_MOVED);
    assert_int_equal(word(), SHMB_LOCK_MOVED);
}

static enum fast_wake fails(struct thread_port *world, uint32_t slot, uint32_t ms)
{
    (void)world;
    (void)slot;
    (void)ms;
    return FAST_NOT_SLEPT;
}

static void a_port_that_fails_is_told(void **state)
{
    (void)state;
    take(&one, 0);
    port.instead = fails;
    assert_int_equal(take(&two, FAST_FOREVER), FAST_FAILED);
    assert_int_equal(take(&two, 0), FAST_FAILED);
}

/* What any writer can store. No index comes from it unchecked, and no wait is endless. */
static void a_word_of_a_stranger(void **state)
{
    static const uint64_t corrupt[] = {
        PORT_SLOTS + 1,
        SHMB_LOCK_SLOT,
        UINT64_C(1) << 51,
        UINT64_C(1) << 63,
        UINT64_C(7) << SHMB_LOCK_GENERATION, /* free, but with a generation */
        SHMB_LOCK_MOVED - 1,
        SHMB_LOCK_FLAGS | SHMB_LOCK_IDENTITY,
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(corrupt) / sizeof(corrupt[0]); i++) {
        set(corrupt[i]);
        assert_int_equal(take(&one, 0), FAST_CORRUPT);
        assert_int_equal(take(&one, FAST_FOREVER), FAST_CORRUPT);
        assert_int_equal(give(&one, true), FAST_NOT_OWNER);
        assert_int_equal(word(), corrupt[i]);
    }
    /* An owner that lives, but does not know of it: as a mutex that is never released. */
    set(two.identity);
    assert_int_equal(take(&one, 0), FAST_TIMEOUT);
    assert_int_equal(take(&one, 20), FAST_TIMEOUT);
    /* A slot that nobody has. */
    set(fast_identity(9, 0));
    assert_int_equal(take(&one, 0), FAST_ABANDONED);
    /* Another generation of a slot that lives. */
    set(two.identity + (UINT64_C(1) << SHMB_LOCK_GENERATION));
    assert_int_equal(take(&one, 0), FAST_ABANDONED);
    /* The caller itself, which does not have the lock. */
    set(one.identity);
    assert_int_equal(take(&one, 0), FAST_ABANDONED);
    assert_int_equal(port.owner[one.slot], one.number + 1);
    /* All flags. */
    set(SHMB_LOCK_FLAGS);
    assert_int_equal(take(&one, 10), FAST_ABANDONED);
}

static void the_slots_mapped_are_the_limit(void **state)
{
    (void)state;
    one.lock.slots_size = sizeof(struct shmb_slots) + 2 * sizeof(struct shmb_slot);
    set(fast_identity(2, 1));
    assert_int_equal(take(&one, 0), FAST_CORRUPT);
    set(fast_identity(1, 1));
    assert_int_equal(take(&one, 0), FAST_TIMEOUT);
}

/* Always another owner, who is dead, so that no take over succeeds. */
static void buries(const char *name)
{
    if (strcmp(name, "lock: owner is dead") != 0)
        return;
    set(word() + (UINT64_C(1) << SHMB_LOCK_GENERATION));
    port.late++;
}

static void the_clock_ends_a_wait_that_never_sleeps(void **state)
{
    (void)state;
    set(fast_identity(9, 1));
    port_on_crash_point = buries;
    assert_int_equal(take(&one, 50), FAST_TIMEOUT);
    assert_int_equal(take(&one, 0), FAST_TIMEOUT);
    port_on_crash_point = NULL;
    assert_int_equal(port.sleeps, 0);
}

/* ---- several threads ------------------------------------------------------------- */

static volatile uint32_t stop;

/* Changes the word all the time, so that each swap of a waiter can fail. */
static void *churns(void *context)
{
    uint64_t flags = 0;

    (void)context;
    while (shmb_load32(&stop) == 0) {
        flags = (flags + 1) % FLAGS_MOST;
        set(two.identity | (flags << 48 & SHMB_LOCK_FLAGS));
    }
    return NULL;
}

static void a_word_that_changes_for_ever_ends_no_wait_late(void **state)
{
    pthread_t thread;

    (void)state;
    shmb_store32(&stop, 0);
    set(two.identity);
    pthread_create(&thread, NULL, churns, NULL);
    assert_int_equal(take(&one, 0), FAST_TIMEOUT);
    assert_int_equal(take(&one, 50), FAST_TIMEOUT);
    shmb_store32(&stop, 1);
    pthread_join(thread, NULL);
}

#define WORKERS 4
#define TURNS   4000

static unsigned long counter; /* guarded by the lock */

static void *works(void *context)
{
    struct port_thread *thread = context;
    int i;

    for (i = 0; i < TURNS; i++) {
        if (take(thread, i % 7 == 0 ? 0 : FAST_FOREVER) != FAST_OK)
            continue;
        counter++;
        if (give(thread, false) != FAST_OK)
            return thread;
    }
    return NULL;
}

static void threads_exclude_each_other(void **state)
{
    struct port_thread threads[WORKERS];
    pthread_t handles[WORKERS];
    void *answer;
    int i;

    (void)state;
    counter = 0;
    for (i = 0; i < WORKERS; i++)
        port_join(&port, &threads[i], 10 + i);
    for (i = 0; i < WORKERS; i++)
        pthread_create(&handles[i], NULL, works, &threads[i]);
    for (i = 0; i < WORKERS; i++) {
        pthread_join(handles[i], &answer);
        assert_null(answer);
    }
    assert_true(counter >= WORKERS * (TURNS - TURNS / 7 - 1));
    assert_true(counter <= WORKERS * TURNS);
    assert_int_equal(take(&one, FAST_FOREVER), FAST_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_and_gives),
        TEST(a_wait_that_times_out_leaves_contended),
        TEST(a_try_leaves_the_signal_alone),
        TEST(a_later_generation_proves_a_death),
        TEST(a_free_slot_proves_a_death),
        TEST(dirty_stays_until_consistent),
        TEST(a_try_ignores_hand_off_and_leaves_it),
        TEST(hand_off_bars_newcomers_for_one_sleep),
        TEST(a_waiter_that_gives_up_clears_its_hand_off),
        TEST(only_false_wake_ups_slow_a_waiter_down),
        TEST(one_that_was_woken_passes_contended_on),
        TEST(one_that_used_up_a_signal_leaves_contended),
        TEST(a_closed_lock_is_nobodys),
        TEST(a_port_that_fails_is_told),
        TEST(a_word_of_a_stranger),
        TEST(the_slots_mapped_are_the_limit),
        TEST(the_clock_ends_a_wait_that_never_sleeps),
        TEST(a_word_that_changes_for_ever_ends_no_wait_late),
        TEST(threads_exclude_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
