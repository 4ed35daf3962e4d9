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

#define HEAD "version: 1\ndefaults: { access: { write: [Users], read: [NetworkService] } }\nsegments:\n"
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
    assert_true(shmb_slots_is_sound(slots_section(2), shmb_slots_size(2), 2, 2));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_access_list_with_fast_locks_has_slots,
                                        slots_world_open, life_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
