/* The SDDL text of objects: order, masks, owner, merged entries. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "descriptor.h"
#include "names.h"

#define OTHER   "S-1-5-21-1-2-3-1005"
#define SERVICE SHMB_SERVICE_SID

static void check(const char *owner, enum shmb_kind kind, uint32_t read_mask,
                  const struct access_rule *rules, size_t count, const char *wanted)
{
    const struct descriptor_use use = {.kind = kind, .read_mask = read_mask};
    char *sddl = descriptor_sddl(owner, &use, rules, count);

    assert_non_null(sddl);
    assert_string_equal(sddl, wanted);
    free(sddl);
}

static void deny_first_then_ours_then_trustees(void **state)
{
    static const struct access_rule rules[] = {
        {"S-1-5-32-545", SHMB_LEVEL_READ}, {"S-1-5-32-546", SHMB_LEVEL_DENY},
        {"S-1-5-4", SHMB_LEVEL_WRITE},     {"S-1-5-14", SHMB_LEVEL_FULL},
        {"S-1-5-7", SHMB_LEVEL_DENY},
    };

    (void)state;
    check(SERVICE, SHMB_SECTION, 0, rules, 5,
          "O:" SERVICE "G:S-1-5-18D:P"
          "(D;;0xf001f;;;S-1-5-32-546)(D;;0xf001f;;;S-1-5-7)"
          "(A;;0xf001f;;;" SERVICE ")(A;;0xf001f;;;S-1-5-18)(A;;0xf001f;;;S-1-5-32-544)"
          "(A;;0x20005;;;S-1-5-32-545)(A;;0x20007;;;S-1-5-4)(A;;0xf001f;;;S-1-5-14)");
}

static void the_owner_is_not_repeated(void **state)
{
    (void)state;
    check(SID_ADMINISTRATORS, SHMB_MUTEX, 0, NULL, 0,
          "O:S-1-5-32-544G:S-1-5-18D:P(A;;0x1f0001;;;" SERVICE
          ")(A;;0x1f0001;;;S-1-5-18)(A;;0x1f0001;;;S-1-5-32-544)");
    check(SID_SYSTEM, SHMB_EVENT, 0, NULL, 0,
          "O:S-1-5-18G:S-1-5-18D:P(A;;0x1f0003;;;" SERVICE
          ")(A;;0x1f0003;;;S-1-5-18)(A;;0x1f0003;;;S-1-5-32-544)");
}

static void the_service_has_its_entry_whoever_makes_the_object(void **state)
{
    const struct sddl_entry entries[] = {{true, 0x2, "S-1-5-7"}, {false, 0x5, "S-1-5-4"}},
                            all[] = {{false, 0xf001f, SERVICE}};
    struct sddl exact = {.entries = (struct sddl_entry *)(uintptr_t)entries, .count = 2};
    char *sddl = descriptor_exact(SID_ADMINISTRATORS, SHMB_SECTION, &exact);

    (void)state;
    assert_string_equal(sddl,
                        "O:S-1-5-32-544G:S-1-5-18D:P(D;;0x2;;;S-1-5-7)"
                        "(A;;0xf001f;;;S-1-5-32-544)(A;;0xf001f;;;" SERVICE ")(A;;0x5;;;S-1-5-4)");
    free(sddl);
    sddl = descriptor_exact(SERVICE, SHMB_SECTION, &exact);
    assert_string_equal(sddl, "O:" SERVICE "G:S-1-5-18D:P(D;;0x2;;;S-1-5-7)"
                              "(A;;0xf001f;;;" SERVICE ")(A;;0x5;;;S-1-5-4)");
    free(sddl);
    exact.entries = (struct sddl_entry *)(uintptr_t)all;
    exact.count = 1;
    sddl = descriptor_exact(SERVICE, SHMB_SECTION, &exact);
    assert_string_equal(sddl, "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE ")");
    free(sddl);
    check(OTHER, SHMB_EVENT, 0, NULL, 0,
          "O:" OTHER "G:S-1-5-18D:P(A;;0x1f0003;;;" OTHER ")(A;;0x1f0003;;;" SERVICE
          ")(A;;0x1f0003;;;S-1-5-18)(A;;0x1f0003;;;S-1-5-32-544)");
}

static void who_has_all_anyway_gets_no_second_entry(void **state)
{
    static const struct access_rule rules[] = {
        {SERVICE, SHMB_LEVEL_READ},
        {SID_SYSTEM, SHMB_LEVEL_WRITE},
        {SID_ADMINISTRATORS, SHMB_LEVEL_READ},
        {"S-1-5-4", SHMB_LEVEL_READ},
    };

    (void)state;
    check(SERVICE, SHMB_SEMAPHORE, 0, rules, 4,
          "O:" SERVICE "G:S-1-5-18D:P(A;;0x1f0003;;;" SERVICE
          ")(A;;0x1f0003;;;S-1-5-18)(A;;0x1f0003;;;S-1-5-32-544)(A;;0x20001;;;S-1-5-4)");
}

static void one_sid_is_one_entry(void **state)
{
    static const struct access_rule rules[] = {
        {"S-1-5-4", SHMB_LEVEL_WRITE}, {"S-1-5-14", SHMB_LEVEL_WRITE},
        {"S-1-5-4", SHMB_LEVEL_FULL},  {"S-1-5-4", SHMB_LEVEL_READ},
        {"S-1-5-4", SHMB_LEVEL_DENY},  {"S-1-5-14", SHMB_LEVEL_READ},
        {"S-1-5-4", SHMB_LEVEL_DENY},
    };

    (void)state;
    check(SID_SYSTEM, SHMB_EVENT, 0, rules, 7,
          "O:S-1-5-18G:S-1-5-18D:P(D;;0x1f0003;;;S-1-5-4)"
          "(A;;0x1f0003;;;" SERVICE ")(A;;0x1f0003;;;S-1-5-18)(A;;0x1f0003;;;S-1-5-32-544)"
          "(A;;0x1f0003;;;S-1-5-4)(A;;0x120003;;;S-1-5-14)");
}

static void readers_of_a_lock_wait_only_where_they_may(void **state)
{
    static const struct access_rule rules[] = {{"S-1-5-4", SHMB_LEVEL_READ},
                                               {"S-1-5-14", SHMB_LEVEL_WRITE}};

    (void)state;
    check(SID_SYSTEM, SHMB_MUTEX, 0, rules, 2,
          "O:S-1-5-18G:S-1-5-18D:P(A;;0x1f0001;;;" SERVICE
          ")(A;;0x1f0001;;;S-1-5-18)(A;;0x1f0001;;;S-1-5-32-544)"
          "(A;;0x20000;;;S-1-5-4)(A;;0x120001;;;S-1-5-14)");
    check(SID_SYSTEM, SHMB_MUTEX, SHMB_LOCK_READER_WAITS, rules, 2,
          "O:S-1-5-18G:S-1-5-18D:P(A;;0x1f0001;;;" SERVICE
          ")(A;;0x1f0001;;;S-1-5-18)(A;;0x1f0001;;;S-1-5-32-544)"
          "(A;;0x120001;;;S-1-5-4)(A;;0x120001;;;S-1-5-14)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deny_first_then_ours_then_trustees),
        cmocka_unit_test(the_owner_is_not_repeated),
        cmocka_unit_test(the_service_has_its_entry_whoever_makes_the_object),
        cmocka_unit_test(who_has_all_anyway_gets_no_second_entry),
        cmocka_unit_test(one_sid_is_one_entry),
        cmocka_unit_test(readers_of_a_lock_wait_only_where_they_may),
    };

    return cmocka_run_group_tests_name("test_descriptor", tests, NULL, NULL);
}
