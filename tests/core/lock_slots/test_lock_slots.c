/* The slots of fast locks: made with the objects that need them, adopted, repaired, retired. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "access.h"
#include "access_guard.h"
#include "slots_world.h"

#define HEAD                                                                                       \
    "version: 1\ndefaults: { access: { write: [Users], read: [NetworkService] } }\nsegments:\n"
#define FAST "  A: { size: 64, lock: { kind: fast, max_lockers: 3 } }\n"
#define MORE "  B: { size: 64, lock: { kind: fast, max_lockers: 5, name: wake_B } }\n"
#define ELSE                                                                                       \
    "  C: { size: 64, lock: { kind: fast, max_lockers: 2 }, access: { full: [Interactive] } }\n"
#define PLAIN "  D: { size: 64 }\n"

#define SERVICE "O:" SHMB_SERVICE_SID

static const char *sddl_of(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    return object->sddl;
}

static void expect_access(const char *name, const char *ace)
{
    assert_non_null(strstr(sddl_of(name), ace));
}

static void look_at_new(size_t number)
{
    const struct shmb_entry a = slots_entry("A"), b = slots_entry("B"), c = slots_entry("C"),
                            d = slots_entry("D");
    struct shmb_slots wanted;

    (void)number;
    assert_int_equal(a.lock_kind, SHMB_ENTRY_LOCK_FAST);
    assert_int_equal(b.lock_kind, SHMB_ENTRY_LOCK_FAST);
    assert_int_equal(d.lock_kind, SHMB_ENTRY_LOCK_MUTEX);
    assert_int_equal(d.slots, 0);
    /* One domain for an access list, with the greatest number. */
    assert_int_equal(a.slots, 1);
    assert_int_equal(b.slots, 1);
    assert_int_equal(a.slot_count, 5);
    assert_int_equal(b.slot_count, 5);
    assert_int_equal(c.slots, 2);
    assert_int_equal(c.slot_count, 2);
    assert_int_equal(slots_mutexes(1), 5);
    assert_int_equal(slots_mutexes(2), 2);
    shmb_slots_header(1, 5, &wanted);
    assert_memory_equal(slots_section(1), &wanted, sizeof(wanted));
    shmb_slots_header(2, 2, &wanted);
    assert_memory_equal(slots_section(2), &wanted, sizeof(wanted));
    assert_int_equal(slots_block("A")->lock_word, 0);
    /* The event: readers may not wait, for a wait takes the signal. */
    assert_int_equal(fake_find(fake, "A.lock")->spec.kind, SHMB_EVENT);
    assert_false(fake_find(fake, "A.lock")->spec.manual_reset);
    assert_non_null(fake_find(fake, "wake_B"));
    expect_access("A.lock", "(A;;0x120003;;;S-1-5-32-545)");
    expect_access("A.lock", "(A;;0x20000;;;S-1-5-20)");
    expect_access("ShmBroker.Slots.1", "(A;;0x20007;;;S-1-5-32-545)");
    expect_access("ShmBroker.Slots.1", "(A;;0x20005;;;S-1-5-20)");
    expect_access("ShmBroker.Slot.1.4", "(A;;0x120001;;;S-1-5-32-545)");
    expect_access("ShmBroker.Slot.1.4", "(A;;0x20000;;;S-1-5-20)");
    /* `full` could take away the rights of the others. */
    expect_access("ShmBroker.Slots.2", "(A;;0x20007;;;S-1-5-4)");
    expect_access("ShmBroker.Slot.2.0", "(A;;0x120001;;;S-1-5-4)");
    assert_int_equal(strncmp(sddl_of("ShmBroker.Slot.1.0"), SERVICE, strlen(SERVICE)), 0);
}

static void each_access_list_with_fast_locks_has_slots(void **state)
{
    (void)state;
    life_run(HEAD FAST MORE ELSE PLAIN, look_at_new, 1);
}

/* A kill of the broker changes nothing for those who have the lock. */
static uint64_t held_word;

static void take_and_be_killed(size_t number)
{
    (void)number;
    slots_use("A", 2);
    held_word = slots_identity(2, 7);
    slots_block("A")->lock_word = held_word;
    shmb_slots_at(slots_section(1), shmb_slots_size(5), 2)->generation = 7;
    fake_crash_nth(fake, 1);
}

static void find_all_as_it_was(size_t number)
{
    const struct shmb_entry a = slots_entry("A");

    (void)number;
    assert_int_equal(a.slots, 1);
    assert_int_equal(a.slot_count, 5);
    assert_true(slots_block("A")->lock_word == held_word);
    assert_int_equal(slots_block("A")->abandoned, 0);
    assert_int_equal(shmb_slots_at(slots_section(1), shmb_slots_size(5), 2)->generation, 7);
    assert_int_equal(slots_mutexes(1), 5);
    assert_int_equal(slots_entry("C").slots, 2);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
    slots_leave("A", 2);
}

static void a_later_broker_adopts_them(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD FAST MORE ELSE, take_and_be_killed, 1);
    fake_crash_nth(fake, 0);
    life_run(HEAD FAST MORE ELSE, find_all_as_it_was, 1);
}

/* Nobody has anything any more: all is new. */
static void look_on(size_t number)
{
    (void)number;
}

static void find_all_new(size_t number)
{
    (void)number;
    assert_int_equal(slots_entry("A").slot_count, 9);
    assert_int_equal(slots_mutexes(slots_entry("A").slots), 9);
    assert_int_equal(fake_event_count(fake, EVENT_SLOTS_DEFERRED), 0);
}

#define GROWN "  A: { size: 64, lock: { kind: fast, max_lockers: 9 } }\n"

static void more_slots_come_with_a_start_that_finds_none(void **state)
{
    (void)state;
    life_run(HEAD FAST, look_on, 1);
    life_run(HEAD GROWN, find_all_new, 1);
}

static void grow(size_t number)
{
    if (number == 1) {
        slots_use("A", 0);
        slots_reload(HEAD GROWN);
        return;
    }
    assert_int_equal(slots_entry("A").slot_count, 3);
    assert_int_equal(slots_mutexes(1), 3);
    assert_int_equal(fake_event_count(fake, EVENT_SLOTS_DEFERRED), 1);
    assert_true(
        life_reports("control\tGlobal\\ShmBroker.Slots.1\tdeferred\tmax_lockers: 3 now; 9"));
}

/* A reload that is undone is not told; the next one is, once. */
static void grow_in_vain(size_t number)
{
    if (number == 1) {
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED); /* the suffix of the new table */
        slots_reload(HEAD GROWN);
    } else if (number == 2) {
        fake_mend(fake);
        assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 1);
        assert_int_equal(fake_event_count(fake, EVENT_SLOTS_DEFERRED), 0);
        slots_reload(HEAD GROWN);
    } else {
        assert_int_equal(fake_event_count(fake, EVENT_SLOTS_DEFERRED), 1);
        slots_reload(HEAD GROWN);
    }
}

static void growth_is_told_when_the_reload_is_certain(void **state)
{
    (void)state;
    life_run(HEAD FAST, grow_in_vain, 5);
}

static void still_small(size_t number)
{
    (void)number;
    assert_int_equal(slots_entry("A").slot_count, 3);
    assert_true(
        life_reports("control\tGlobal\\ShmBroker.Slots.1\tdeferred\tmax_lockers: 3 now; 9"));
    slots_leave("A", 0);
}

static void growth_while_programs_use_them_is_deferred(void **state)
{
    (void)state;
    life_run(HEAD FAST, grow, 3);
    /* The program has them open over the restart. */
    life_run(HEAD GROWN, still_small, 1);
}

/* A stranger has a name of the domain: it gets another number, which nobody can guess. */
static void find_another_number(size_t number)
{
    const struct shmb_entry a = slots_entry("A");

    (void)number;
    assert_true(a.slots >= 0x80000000u);
    assert_int_equal(a.slot_count, 3);
    assert_int_equal(slots_mutexes(a.slots), 3);
    assert_int_equal(slots_mutexes(1), 0);
}

static void a_name_in_use_costs_only_the_number(void **state)
{
    static const char *const names[] = {"ShmBroker.Slots.1", "ShmBroker.Slot.1.0",
                                        "ShmBroker.Slot.1.2"};
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        fake_occupy(fake, names[i], SHMB_MUTEX, "a stranger");
        life_run(HEAD FAST, find_another_number, 1);
        fake_vacate(fake, names[i]);
    }
}

/* The program in slot 0 lives, the other mutexes went with the broker: a stranger has one now. */
static void only_slot_0_lives(size_t number)
{
    (void)number;
    slots_use("A", 0);
}

static void find_one_missing(size_t number)
{
    if (number == 1) {
        assert_int_equal(slots_entry("A").slots, 1);
        assert_int_equal(slots_mutexes(1), 2);
        assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_CONFLICT), 1);
        assert_true(life_reports("control\tGlobal\\ShmBroker.Slots.1\tincomplete\tslots without"));
        fake_vacate(fake, "ShmBroker.Slot.1.1");
        return;
    }
    assert_int_equal(slots_mutexes(1), 3);
    assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_RECOVERED), 1);
    assert_false(life_reports("incomplete"));
    slots_leave("A", 0);
}

static void a_slot_whose_mutex_a_stranger_has_is_missing_until_it_goes(void **state)
{
    (void)state;
    life_run(HEAD FAST, only_slot_0_lives, 1);
    fake_occupy(fake, "ShmBroker.Slot.1.1", SHMB_MUTEX, "a stranger");
    life_run(HEAD FAST, find_one_missing, 2);
}

/* Headers are the broker's; what is in the slots is the programs'. */
static void damage(size_t number)
{
    struct shmb_slots wanted;
    struct shmb_slot *slot = shmb_slots_at(slots_section(1), shmb_slots_size(3), 1);

    if (number == 1) {
        memset(slots_section(1), 0xA5, sizeof(wanted));
        memset(slot, 0xA5, sizeof(*slot));
        slots_block("A")->lock_word = SHMB_LOCK_MOVED;
        return;
    }
    shmb_slots_header(1, 3, &wanted);
    assert_memory_equal(slots_section(1), &wanted, sizeof(wanted));
    assert_int_equal(slot->generation, 0xA5A5A5A5u);
    assert_int_equal(fake_event_count(fake, EVENT_SLOTS_REPAIRED), 1);
    assert_true(life_reports("control\tGlobal\\ShmBroker.Slots.1\trepaired\ta program damaged it"));
    /* A word that only the broker writes would shut everybody out. */
    assert_true(slots_block("A")->lock_word == SHMB_LOCK_DIRTY);
    assert_string_equal(fake_last_event(fake, EVENT_CONTROL_REPAIRED)->inserts[1], "fast locks: 1");
}

static void what_the_broker_wrote_is_repaired(void **state)
{
    (void)state;
    life_run(HEAD FAST, damage, 3);
}

/* The last segment goes, and with it the domain. */
static void retire_the_last(size_t number)
{
    if (number == 1) {
        assert_int_equal(slots_mutexes(1), 3);
        slots_reload(HEAD PLAIN);
        return;
    }
    assert_int_equal(slots_mutexes(1), 0);
    assert_null(fake_find(fake, "ShmBroker.Slots.1"));
    assert_null(fake_find(fake, "ShmBroker.Slot.1.0"));
}

static void the_last_segment_takes_them_along(void **state)
{
    (void)state;
    life_run(HEAD FAST PLAIN, retire_the_last, 2);
}

/* No mutex could be made: the segment is served, but cannot be locked; retried. */
static void find_none(size_t number)
{
    if (number == 1) {
        assert_int_equal(slots_entry("A").lock_kind, SHMB_ENTRY_LOCK_FAST);
        assert_int_equal(slots_entry("A").slots, 0);
        assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_FAILED), 1);
        assert_null(fake_find(fake, "ShmBroker.Slots.1"));
        fake_mend(fake);
        return;
    }
    assert_int_equal(slots_entry("A").slot_count, 3);
    assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_RECOVERED), 1);
}

static void what_cannot_be_made_is_retried(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_CREATE, "ShmBroker.Slot.1.1", SYS_FAILED);
    life_run(HEAD FAST, find_none, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_world_open, life_end)
        TEST(each_access_list_with_fast_locks_has_slots),
        TEST(a_later_broker_adopts_them),
        TEST(more_slots_come_with_a_start_that_finds_none),
        TEST(growth_while_programs_use_them_is_deferred),
        TEST(growth_is_told_when_the_reload_is_certain),
        TEST(a_name_in_use_costs_only_the_number),
        TEST(a_slot_whose_mutex_a_stranger_has_is_missing_until_it_goes),
        TEST(what_the_broker_wrote_is_repaired),
        TEST(the_last_segment_takes_them_along),
        TEST(what_cannot_be_made_is_retried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
