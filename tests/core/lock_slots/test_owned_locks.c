/*
 * Reloads and starts in which one call fails, or the broker is killed, while a thread has the lock
 * of a segment with double snapshots and waiters, another one that of a segment that is retired,
 * and a third one the producers' lock of a queue: no lock gets a second owner.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lifecycle.h"
#include "queue_layout.h"
#include "slots_world.h"

#define HEAD "version: 1\ndefaults: { access: { write: Users } }\nsegments:\n"
#define FAST "lock: { kind: fast, max_lockers: 3 }"
#define FIRST                                                                                      \
    HEAD "  B: { size: 64, " FAST " }\n"                                                           \
         "  A: { size: 64, notify: true, snapshots: double, " FAST " }\n"                          \
         "  R: { size: 64, " FAST " }\n"                                                           \
         "queues: { Q: { slots: 8, slot_size: 100, max_lockers: 3 } }\n"
/* A and Q move, R is retired. */
#define SECOND HEAD "  B: { size: 64, " FAST " }\n" WITHOUT_B
/* Nobody has a block in their first section any more. */
#define THIRD HEAD WITHOUT_B
#define WITHOUT_B                                                                                  \
    "  A: { size: 64, notify: true, " FAST ", access: { write: Interactive } }\n"                  \
    "  N: { size: 9, notify: true, snapshots: double, " FAST " }\n"                                \
    "queues: { Q: { slots: 8, slot_size: 100, max_lockers: 3, access: { write: Interactive "       \
    "} } }\n"

#define CALLS 400 /* more than there are */

static const char *const opened[] = {"A",
                                     "B",
                                     "R",
                                     "Q",
                                     "A.snapshots",
                                     "ShmBroker.Control.1",
                                     "ShmBroker.Waiters.1",
                                     "ShmBroker.Slots.1",
                                     "ShmBroker.Slot.1.1"};

static struct shmb_block *old_a, *old_r;
static uint64_t owner, queue_generation;
static size_t nth;
static bool looked;      /* at a broker that publishes */
static bool may_lose_it; /* the thread loses the lock to a reload, also to one that is undone */

static struct shmb_queue_header *queue(void)
{
    return (struct shmb_queue_header *)(void *)fake_find(fake, "Q")->content;
}

static void hold(void)
{
    size_t i;

    for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
        fake_client_open(fake, opened[i]);
    owner = slots_identity(1, 4);
    old_a = slots_block("A");
    old_r = slots_block("R");
    old_a->lock_word = old_r->lock_word = owner;
    old_a->sequence = 5;
    old_a->change = 9;
    queue()->put_lock = owner;
    queue_generation = slots_entry("Q").generation;
}

static void leave(void)
{
    size_t i;

    for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
        fake_client_close(fake, opened[i]);
}

/* The lock is where it was, and no other slots count for it; else the former word is closed. */
static void look_at_segment(const char *name, const struct shmb_block *old)
{
    const struct shmb_entry entry = slots_entry(name);
    const struct shmb_block *now;

    if (entry.state != SHMB_ENTRY_HELD || entry.control == 0)
        return;
    now = slots_block(name);
    assert_true(now->generation == entry.generation);
    assert_true(now->lock_word != SHMB_LOCK_MOVED);
    if (now == old) {
        assert_true(entry.slots == 1 || now->lock_word != owner);
        assert_true(now->lock_word == owner ||
                    (may_lose_it && (now->abandoned & SHMB_DIED_OWNING) != 0));
        return;
    }
    assert_true(old->lock_word == SHMB_LOCK_MOVED);
    assert_true(old->generation == SHMB_BLOCK_MOVED);
    assert_true((now->abandoned & SHMB_DIED_OWNING) != 0); /* the next owner is told */
}

static void look_at_queue(void)
{
    const struct shmb_entry entry = slots_entry("Q");

    if (entry.state != SHMB_ENTRY_HELD || entry.slots == 0)
        return;
    assert_true(queue()->generation == entry.generation);
    if (entry.slots == 1)
        assert_true(queue()->put_lock == owner || entry.generation != queue_generation);
    else
        assert_true(queue()->put_lock != owner && entry.generation != queue_generation);
}

static bool is_published(void)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME);
    char table[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;

    if (root == NULL || shmb_root_read(root->content, root->content_length, &slot) != SHMB_READ_OK)
        return false;
    shmb_table_name(slot.suffix, table);
    return fake_find(fake, table) != NULL;
}

static void look(void)
{
    if (!is_published())
        return;
    looked = true;
    look_at_segment("A", old_a);
    look_at_queue();
    if (slots_has_entry("R")) {
        look_at_segment("R", old_r);
    } else {
        assert_true(old_r->lock_word == SHMB_LOCK_MOVED);
        assert_true(old_r->generation == SHMB_BLOCK_MOVED);
    }
}

static void reload_with_a_failure(size_t number)
{
    if (number == 1) {
        may_lose_it = true;
        hold();
        slots_reload(SECOND);
        fake_fail_nth(fake, fake_can_fail_calls(fake) + nth, SYS_FAILED);
        return;
    }
    fake_fail_nth(fake, 0, SYS_OK);
    look();
}

/* False: the n-th call does not come any more. */
static bool next_world(void **state)
{
    const bool failed = fake_failed(fake) != FAKE_CALL_COUNT;

    leave();
    (void)life_end(state);
    (void)slots_world_open(state);
    return failed;
}

static void a_call_of_a_reload_fails(void **state)
{
    bool failed = true;

    for (nth = 1; failed; nth++) {
        life_run(FIRST, reload_with_a_failure, 4);
        failed = next_world(state);
    }
    assert_in_range(nth, 50, CALLS);
}

static void reload_and_be_killed(size_t number)
{
    if (number != 1)
        return;
    may_lose_it = true;
    hold();
    slots_reload(SECOND);
    fake_crash_nth(fake, nth);
}

static void look_after_start(size_t number)
{
    (void)number;
    look();
}

static void a_broker_is_killed_in_a_reload(void **state)
{
    static const char *const next[] = {FIRST, SECOND, THIRD};
    size_t i;

    for (i = 0; i < 3; i++)
        for (nth = 1; nth < 150; nth++) {
            fake_release(fake, false);
            life_run(FIRST, reload_and_be_killed, 2);
            fake_crash_nth(fake, 0);
            life_run(next[i], look_after_start, 3);
            (void)next_world(state);
        }
}

static void just_hold(size_t number)
{
    may_lose_it = false;
    if (number == 1)
        hold();
}

static void look_at_wait(struct fake *of, size_t number)
{
    (void)number;
    fake_fail_nth(of, 0, SYS_OK);
    look();
}

/* A start that cannot read its configuration ends; the one that publishes nothing is looked at. */
static void a_call_of_a_start_fails(void **state)
{
    size_t looks = 0;
    bool failed = true;

    for (nth = 1; failed; nth++) {
        fake_release(fake, false);
        life_run(FIRST, just_hold, 1);
        fake_fail_nth(fake, fake_can_fail_calls(fake) + nth, SYS_FAILED);
        fake_on_wait(fake, look_at_wait);
        fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + 2);
        looked = false;
        (void)lifecycle_run(fake_system(fake), LIFE_FILE);
        looks += looked;
        failed = next_world(state);
    }
    assert_in_range(nth, 50, CALLS);
    assert_in_range(looks, 50, CALLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(a_call_of_a_reload_fails),
        TEST(a_broker_is_killed_in_a_reload),
        TEST(a_call_of_a_start_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
