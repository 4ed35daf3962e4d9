/*
 * An object whose name is configured for another kind while programs use it: it stays as it is, and
 * so does the access of its lock words and slots. The configured access is that of the other kind.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "slots_world.h"

#define HEAD             "version: 1\n"
#define USERS            "access: { write: [Users] }"
#define OTHERS           "access: { write: [Interactive] }"
#define QUEUE(n, access) "  " #n ": { slots: 8, slot_size: 8, max_lockers: 3, " access " }\n"
#define FAST(n, access)  "  " #n ": { size: 64, lock: { kind: fast, max_lockers: 3 }, " access " }\n"

#define SID_USERS  ";;;S-1-5-32-545)"
#define SID_OTHERS ";;;S-1-5-4)"

static bool lets_in(const char *object, const char *sid)
{
    const struct fake_object *found = fake_find(fake, object);

    assert_non_null(found);
    return strstr(found->sddl, sid) != NULL;
}

/* The object is Users' as before, and nobody else gets at what guards it. */
static void expect_users_alone(const char *const *objects, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        assert_true(lets_in(objects[i], SID_USERS));
        assert_false(lets_in(objects[i], SID_OTHERS));
    }
}

#define QUEUE_FIRST  HEAD "queues:\n" QUEUE(Q, USERS)
#define QUEUE_SECOND HEAD "segments:\n" FAST(Q, OTHERS)

static void expect_queue(void)
{
    static const char *const objects[] = {"Q",      "ShmBroker.Slots.1", "ShmBroker.Slot.1.0",
                                          "Q.lock", "Q.items",           "Q.room"};
    size_t i;

    assert_int_equal(slots_entry("Q").kind, SHMB_QUEUE);
    assert_int_equal(slots_entry("Q").slots, 1);
    assert_int_equal(slots_entry("Q").slot_count, 3);
    assert_int_equal(slots_mutexes(1), 3);
    expect_users_alone(objects, 6);
    for (i = 3; i < 6; i++) {
        assert_int_equal(fake_find(fake, objects[i])->spec.kind, SHMB_EVENT);
        assert_int_equal(slots_entry(objects[i]).state, SHMB_ENTRY_HELD);
        assert_int_equal(slots_entry(objects[i]).flags, SHMB_ENTRY_COMPANION);
    }
}

static void use_queue(void)
{
    fake_client_open(fake, "Q");
    fake_client_open(fake, "ShmBroker.Slots.1");
    fake_client_open(fake, "ShmBroker.Slot.1.0");
}

static void defer_queue(size_t number)
{
    switch (number) {
    case 1:
        use_queue();
        slots_reload(QUEUE_SECOND);
        return;
    case 2:
        expect_queue();
        slots_reload(QUEUE_SECOND "events: { E: { " OTHERS " } }\n");
        return;
    case 3:
        expect_queue();
        /* Made anew as what is configured: its lock is Interactive's, with slots of its own. */
        fake_client_close(fake, "Q");
        fake_anew(fake, "Q");
        slots_reload(QUEUE_SECOND);
        return;
    default:
        assert_int_equal(slots_entry("Q").kind, SHMB_SECTION);
        assert_true(lets_in("Q", SID_OTHERS));
        assert_int_not_equal(slots_entry("Q").slots, 1);
        assert_true(lets_in("ShmBroker.Slots.2", SID_OTHERS));
        assert_false(lets_in("ShmBroker.Slots.2", SID_USERS));
        assert_false(lets_in("ShmBroker.Control.1", SID_USERS));
        fake_client_close(fake, "ShmBroker.Slots.1");
        fake_client_close(fake, "ShmBroker.Slot.1.0");
    }
}

static void a_queue_keeps_the_access_of_its_slots(void **state)
{
    (void)state;
    life_run(QUEUE_FIRST, defer_queue, 4);
}

static void just_use_queue(size_t number)
{
    (void)number;
    use_queue();
}

static void find_queue(size_t number)
{
    if (number == 1)
        expect_queue();
}

static void also_over_a_restart(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(QUEUE_FIRST, just_use_queue, 1);
    life_run(QUEUE_SECOND, find_queue, 1);
}

#define SEGMENT_FIRST HEAD "segments:\n" FAST(A, USERS) FAST(B, USERS)
#define SEGMENT_SECOND                                                                             \
    HEAD "segments:\n" FAST(B, USERS) FAST(C, OTHERS) "mutexes: { A: { " OTHERS " } }\n"

/* B is configured as before, and stays with A. */
static void expect_segment(void)
{
    static const char *const objects[] = {
        "A", "B", "A.lock", "ShmBroker.Slots.1", "ShmBroker.Slot.1.2", "ShmBroker.Control.1"};

    assert_int_equal(slots_entry("A").kind, SHMB_SECTION);
    assert_int_equal(slots_entry("A").slots, 1);
    assert_int_equal(slots_entry("A").control, 1);
    assert_int_equal(slots_entry("B").slots, 1);
    assert_int_equal(slots_entry("B").control, 1);
    assert_int_not_equal(slots_entry("C").slots, 1);
    assert_int_not_equal(slots_entry("C").control, 1);
    assert_int_equal(slots_block("A")->lock_word, slots_identity(1, 4));
    expect_users_alone(objects, 6);
}

static void defer_segment(size_t number)
{
    if (number == 1) {
        slots_use("A", 0);
        slots_block("A")->lock_word = slots_identity(1, 4);
        slots_reload(SEGMENT_SECOND);
    } else if (number == 2) {
        expect_segment();
    }
}

static void a_segment_keeps_the_access_of_its_lock(void **state)
{
    (void)state;
    life_run(SEGMENT_FIRST, defer_segment, 2);
}

static void hold_segment(size_t number)
{
    (void)number;
    slots_use("A", 0);
    fake_client_open(fake, "A.lock");
    slots_block("A")->lock_word = slots_identity(1, 4);
}

static void find_segment(size_t number)
{
    if (number == 1)
        expect_segment();
}

static void a_segment_also_over_a_restart(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(SEGMENT_FIRST, hold_segment, 1);
    life_run(SEGMENT_SECOND, find_segment, 1);
}

/* The name is another kind's for a while: nobody else has become the owner meanwhile. */
static void there_and_back(size_t number)
{
    if (number == 1)
        hold_segment(1);
    if (number == 2)
        expect_segment();
    if (number == 3) {
        assert_int_equal(slots_entry("A").slots, 1);
        assert_int_equal(slots_entry("A").control, 1);
        assert_int_equal(slots_entry("A").lock_kind, SHMB_ENTRY_LOCK_FAST);
        assert_int_equal(slots_block("A")->lock_word, slots_identity(1, 4));
        assert_int_equal(slots_mutexes(1), 3);
    }
    slots_reload(number == 1 ? SEGMENT_SECOND : SEGMENT_FIRST);
}

static void a_segment_that_is_put_back_has_its_lock(void **state)
{
    (void)state;
    life_run(SEGMENT_FIRST, there_and_back, 3);
}

static void find_put_back(size_t number)
{
    if (number == 1)
        there_and_back(3);
}

static void it_is_put_back_by_a_restart(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(SEGMENT_FIRST, hold_segment, 1);
    life_run(SEGMENT_SECOND, find_segment, 1);
    life_run(SEGMENT_FIRST, find_put_back, 1);
}

/* ---- every kind for a queue, and for a segment ---- */

#define SEGMENT(n, lock, access) "segments: { " #n ": { size: 64, " lock ", " access " } }\n"
#define BOTH                     "notify: true, snapshots: double, "
#define MUTEX(n)                 "mutexes: { " #n ": { " OTHERS " } }\n"
#define EVENT(n)                 "events: { " #n ": { reset: auto, " OTHERS " } }\n"
#define SEMAPHORE(n)             "semaphores: { " #n ": { initial: 0, maximum: 2, " OTHERS " } }\n"

#define COMPANIONS 3

static const struct change {
    const char *first, *second;
    enum shmb_kind kind, lock;    /* of K and K.lock, by `first` */
    const char *kept[COMPANIONS]; /* what programs use with K */
    const char *gone[COMPANIONS]; /* what they can do without */
} changes[] = {
#define FROM_QUEUE(second)                                                                         \
    {                                                                                              \
        HEAD "queues:\n" QUEUE(K, USERS), HEAD second, SHMB_QUEUE, SHMB_EVENT,                     \
            {"K.lock", "K.items", "K.room"}, {0},                                                  \
    }
#define FROM_SEGMENT(lock, kind, second)                                                           \
    {                                                                                              \
        HEAD SEGMENT(K, BOTH lock, USERS), HEAD second, SHMB_SECTION, kind, {"K.lock"},            \
            {"K.changed.0", "K.changed.3", "K.snapshots"},                                         \
    }
#define FAST_LOCK "lock: { kind: fast, max_lockers: 3 }"
    FROM_QUEUE(SEGMENT(K, FAST_LOCK, OTHERS)),
    FROM_QUEUE(SEGMENT(K, "lock: { kind: mutex }", OTHERS)),
    FROM_QUEUE(SEGMENT(K, "lock: none", OTHERS)),
    FROM_QUEUE(MUTEX(K)),
    FROM_QUEUE(EVENT(K)),
    FROM_QUEUE(SEMAPHORE(K)),
    FROM_SEGMENT(FAST_LOCK, SHMB_EVENT, "queues:\n" QUEUE(K, OTHERS)),
    FROM_SEGMENT("lock: { kind: mutex }", SHMB_MUTEX, "queues:\n" QUEUE(K, OTHERS)),
    FROM_SEGMENT(FAST_LOCK, SHMB_EVENT, MUTEX(K)),
    FROM_SEGMENT("lock: { kind: mutex }", SHMB_MUTEX, EVENT(K)),
    FROM_SEGMENT(FAST_LOCK, SHMB_EVENT, SEMAPHORE(K)),
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static const struct change *change;

static void expect_as_before(void)
{
    const char *const *name;

    assert_int_equal(slots_entry("K").kind, change->kind);
    assert_int_equal(slots_entry("K").state, SHMB_ENTRY_HELD);
    expect_users_alone((const char *const[]){"K"}, 1);
    assert_int_equal(fake_find(fake, "K.lock")->spec.kind, change->lock);
    for (name = change->kept; name < change->kept + COMPANIONS && *name != NULL; name++) {
        assert_int_equal(slots_entry(*name).state, SHMB_ENTRY_HELD);
        assert_int_equal(slots_entry(*name).flags & SHMB_ENTRY_COMPANION, SHMB_ENTRY_COMPANION);
        expect_users_alone(name, 1);
    }
    for (name = change->gone; name < change->gone + COMPANIONS && *name != NULL; name++)
        assert_false(slots_has_entry(*name));
}

static void reload_to_second(size_t number)
{
    switch (number) {
    case 1:
        fake_client_open(fake, "K");
        slots_reload(change->second);
        return;
    case 2:
        expect_as_before();
        fake_anew(fake, "K"); /* in vain: it is in use */
        slots_reload(change->second);
        return;
    case 3:
        expect_as_before();
        fake_client_close(fake, "K");
        fake_anew(fake, "K");
        slots_reload(change->second);
        return;
    default:
        assert_int_not_equal(slots_entry("K").kind, change->kind);
        assert_true(lets_in("K", SID_OTHERS));
        assert_false(lets_in("K", SID_USERS));
    }
}

static void next_machine(void **state)
{
    (void)life_end(state);
    (void)slots_world_open(state);
}

static void any_kind_by_a_reload(void **state)
{
    for (change = changes; change < changes + CHANGES; change++) {
        life_run(change->first, reload_to_second, 4);
        next_machine(state);
    }
}

static void retire_first(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "K");
        slots_reload(HEAD "mutexes: { M: { " USERS " } }\n");
    } else if (number == 2) {
        assert_false(slots_has_entry("K"));
        slots_reload(change->second);
    } else {
        expect_as_before();
        fake_client_close(fake, "K");
    }
}

/* It comes back as what it is, and its companions are made again. */
static void any_kind_after_it_was_retired(void **state)
{
    for (change = changes; change < changes + CHANGES; change++) {
        life_run(change->first, retire_first, 3);
        next_machine(state);
    }
}

static size_t nth;

/* Whatever comes of the reload. */
static void reload_with_a_failure(size_t number)
{
    const char *const *name;

    if (number == 1) {
        fake_client_open(fake, "K");
        slots_reload(change->second);
        fake_fail_nth(fake, fake_can_fail_calls(fake) + nth, SYS_FAILED);
        return;
    }
    fake_fail_nth(fake, 0, SYS_OK);
    expect_users_alone((const char *const[]){"K"}, 1);
    for (name = change->kept; name < change->kept + COMPANIONS && *name != NULL; name++)
        expect_users_alone(name, 1);
}

static void a_call_of_the_reload_fails(void **state)
{
    for (change = changes; change < changes + CHANGES; change++) {
        bool failed = true;

        for (nth = 1; failed; nth++) {
            life_run(change->first, reload_with_a_failure, 3);
            failed = fake_failed(fake) != FAKE_CALL_COUNT;
            fake_client_close(fake, "K");
            next_machine(state);
        }
        assert_in_range(nth, 10, 400);
    }
}

static void reload_and_be_killed(size_t number)
{
    if (number != 1)
        return;
    fake_client_open(fake, "K");
    slots_reload(change->second);
    fake_crash_nth(fake, nth);
}

static void find_after_the_kill(size_t number)
{
    if (number == 1)
        expect_as_before();
}

static void a_broker_is_killed_in_the_reload(void **state)
{
    for (change = changes; change < changes + CHANGES; change++)
        for (nth = 1; nth < 60; nth++) {
            fake_release(fake, false);
            life_run(change->first, reload_and_be_killed, 2);
            fake_crash_nth(fake, 0);
            life_run(change->second, find_after_the_kill, 1);
            fake_client_close(fake, "K");
            next_machine(state);
        }
}

static void just_open(size_t number)
{
    (void)number;
    fake_client_open(fake, "K");
}

static void find_as_before(size_t number)
{
    if (number == 1)
        expect_as_before();
    if (number == 2)
        slots_reload(change->second); /* nothing changes */
    if (number == 3)
        expect_as_before();
}

/* A keeper has the companions, or nobody. */
static void any_kind_by_a_start(void **state)
{
    size_t keeper;

    for (keeper = 0; keeper < 2; keeper++)
        for (change = changes; change < changes + CHANGES; change++) {
            fake_release(fake, keeper == 0);
            life_run(change->first, just_open, 1);
            life_run(change->second, find_as_before, 3);
            fake_client_close(fake, "K");
            next_machine(state);
        }
}

static const char *const locks[] = {
    HEAD SEGMENT(K, FAST_LOCK, USERS),
    HEAD SEGMENT(K, "lock: { kind: mutex }", USERS),
};

static bool fast_before;

static void find_lock(size_t number)
{
    (void)number;
    assert_int_equal(slots_entry("K").lock_kind,
                     fast_before ? SHMB_ENTRY_LOCK_FAST : SHMB_ENTRY_LOCK_MUTEX);
    assert_int_equal(fake_find(fake, "K.lock")->spec.kind, fast_before ? SHMB_EVENT : SHMB_MUTEX);
    assert_true(life_reports("Global\\K.lock\tdeferred"));
}

/* Nobody has the lock open, but those who have the segment open will ask for it. */
static void the_lock_in_use_is_made_again(void **state)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        fast_before = i == 0;
        life_run(locks[i], just_open, 1);
        assert_null(fake_find(fake, "K.lock"));
        life_run(locks[1 - i], find_lock, 1);
        fake_client_close(fake, "K");
        next_machine(state);
    }
}

/* Nobody configures how many threads use the fast lock of a segment that is to have a mutex. */
static void expect_no_growth(size_t number)
{
    (void)number;
    if (number == 1 && slots_entry("A").kind == SHMB_SECTION && fake_find(fake, "E") == NULL)
        slots_reload(HEAD "segments: { A: { size: 64, " USERS " } }\nevents: { E: { " USERS
                          " } }\n");
    else
        slots_use("A", 0);
    assert_int_equal(slots_entry("A").lock_kind, SHMB_ENTRY_LOCK_FAST);
    assert_int_equal(slots_entry("A").slot_count, 3);
    assert_int_equal(fake_event_count(fake, EVENT_SLOTS_DEFERRED), 0);
    assert_false(life_reports("max_lockers"));
}

static void it_is_not_to_grow(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD "segments:\n" FAST(A, USERS), expect_no_growth, 2);
    life_run(HEAD "segments: { A: { size: 64, " USERS " } }\n", expect_no_growth, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(a_queue_keeps_the_access_of_its_slots),
        TEST(also_over_a_restart),
        TEST(a_segment_keeps_the_access_of_its_lock),
        TEST(a_segment_also_over_a_restart),
        TEST(a_segment_that_is_put_back_has_its_lock),
        TEST(it_is_put_back_by_a_restart),
        TEST(any_kind_by_a_reload),
        TEST(any_kind_after_it_was_retired),
        TEST(a_call_of_the_reload_fails),
        TEST(a_broker_is_killed_in_the_reload),
        TEST(any_kind_by_a_start),
        TEST(the_lock_in_use_is_made_again),
        TEST(it_is_not_to_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
