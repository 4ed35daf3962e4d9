/* The table of access.h, against the same written out once more. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "access.h"

/* winnt.h, so that a wrong digit in the table is seen as a wrong right. */
#define READ_CONTROL  0x00020000u
#define STANDARD_ALL  0x000F0000u
#define SYNCHRONIZE   0x00100000u
#define SECTION_QUERY 0x1u
#define SECTION_WRITE 0x2u
#define SECTION_READ  0x4u
#define SECTION_ALL   (STANDARD_ALL | 0x1Fu)

static void masks_are_the_table(void **state)
{
    static const uint32_t wanted[SHMB_KIND_COUNT][SHMB_LEVEL_COUNT] = {
        {READ_CONTROL | SECTION_QUERY | SECTION_READ,
         READ_CONTROL | SECTION_QUERY | SECTION_READ | SECTION_WRITE, SECTION_ALL, SECTION_ALL},
        {READ_CONTROL, READ_CONTROL | SYNCHRONIZE | 1, STANDARD_ALL | SYNCHRONIZE | 1,
         STANDARD_ALL | SYNCHRONIZE | 1},
        {READ_CONTROL | SYNCHRONIZE | 1, READ_CONTROL | SYNCHRONIZE | 3,
         STANDARD_ALL | SYNCHRONIZE | 3, STANDARD_ALL | SYNCHRONIZE | 3},
        {READ_CONTROL | 1, READ_CONTROL | SYNCHRONIZE | 3, STANDARD_ALL | SYNCHRONIZE | 3,
         STANDARD_ALL | SYNCHRONIZE | 3},
        {READ_CONTROL | SECTION_QUERY | SECTION_READ,
         READ_CONTROL | SECTION_QUERY | SECTION_READ | SECTION_WRITE, SECTION_ALL, SECTION_ALL},
    };
    int kind, level;

    (void)state;
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++)
        for (level = 0; level < SHMB_LEVEL_COUNT; level++)
            assert_int_equal(shmb_access_mask((enum shmb_kind)kind, (enum shmb_level)level),
                             wanted[kind][level]);
    assert_int_equal(SHMB_LOCK_READER_WAITS, READ_CONTROL | SYNCHRONIZE | 1);
}

static void each_level_holds_the_one_below(void **state)
{
    int kind;

    (void)state;
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++) {
        uint32_t read = shmb_access_mask((enum shmb_kind)kind, SHMB_LEVEL_READ);
        uint32_t write = shmb_access_mask((enum shmb_kind)kind, SHMB_LEVEL_WRITE);
        uint32_t full = shmb_access_mask((enum shmb_kind)kind, SHMB_LEVEL_FULL);

        assert_int_equal(read & write, read);
        assert_int_equal(write & full, write);
        assert_int_equal(full & 0xF0000000u, 0); /* no generic rights */
    }
}

static void out_of_range_has_no_rights(void **state)
{
    (void)state;
    assert_int_equal(shmb_access_mask(SHMB_KIND_COUNT, SHMB_LEVEL_FULL), 0);
    assert_int_equal(shmb_access_mask(SHMB_SECTION, SHMB_LEVEL_COUNT), 0);
    assert_int_equal(shmb_access_mask((enum shmb_kind) - 1, (enum shmb_level) - 1), 0);
}

static void a_queue_is_a_section_for_the_kernel(void **state)
{
    int kind;

    (void)state;
    for (kind = 0; kind < SHMB_KERNEL_KINDS; kind++)
        assert_int_equal(shmb_kernel_kind((enum shmb_kind)kind), kind);
    assert_int_equal(shmb_kernel_kind(SHMB_QUEUE), SHMB_SECTION);
    assert_int_equal(shmb_kernel_kind(SHMB_KIND_COUNT), SHMB_KIND_COUNT);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(shmb_kind_word(SHMB_SECTION), "section");
    assert_string_equal(shmb_kind_word(SHMB_MUTEX), "mutex");
    assert_string_equal(shmb_kind_word(SHMB_EVENT), "event");
    assert_string_equal(shmb_kind_word(SHMB_SEMAPHORE), "semaphore");
    assert_string_equal(shmb_kind_word(SHMB_QUEUE), "queue");
    assert_string_equal(shmb_kind_word(SHMB_KIND_COUNT), "object");
    assert_string_equal(shmb_level_word(SHMB_LEVEL_READ), "read");
    assert_string_equal(shmb_level_word(SHMB_LEVEL_WRITE), "write");
    assert_string_equal(shmb_level_word(SHMB_LEVEL_FULL), "full");
    assert_string_equal(shmb_level_word(SHMB_LEVEL_DENY), "deny");
    assert_string_equal(shmb_level_word(SHMB_LEVEL_COUNT), "?");
}

static void rights_in_words(void **state)
{
    static const struct {
        enum shmb_kind kind;
        uint32_t mask;
        const char *words;
    } rows[] = {
        {SHMB_SECTION, 0x20005, "read"},
        {SHMB_SECTION, 0x20007, "read and write"},
        {SHMB_SECTION, 0x2, "write"},
        {SHMB_SECTION, 0x20001, "see that it exists"},
        {SHMB_SECTION, 0xF001F, "full control"},
        {SHMB_SECTION, 0x1F001F, "full control"},
        {SHMB_SECTION, 0x60005, "read, change its access"},
        {SHMB_SECTION, 0x80000, "see that it exists, change its access"},
        {SHMB_SECTION, 0x10000000, "full control"},
        {SHMB_SECTION, 0, "nothing"},
        {SHMB_MUTEX, 0x20000, "see it but may not wait"},
        {SHMB_MUTEX, 0x20001, "see it but may not wait"},
        {SHMB_MUTEX, 0x120001, "wait and release"},
        {SHMB_MUTEX, 0x100000, "wait and release"},
        {SHMB_EVENT, 0x120001, "wait"},
        {SHMB_EVENT, 0x2, "signal"},
        {SHMB_EVENT, 0x120003, "wait and signal"},
        {SHMB_SEMAPHORE, 0x20001, "read its state but may not wait"},
        {SHMB_SEMAPHORE, 0x100000, "wait"},
        {SHMB_SEMAPHORE, 0x120003, "wait and release"},
        {SHMB_SEMAPHORE, 0x1F0003, "full control"},
        {SHMB_QUEUE, 0x20001, "see that it exists"},
        {SHMB_QUEUE, 0x20007, "read and write"},
        {SHMB_QUEUE, 0xF001F, "full control"},
        {SHMB_KIND_COUNT, 0x1F0003, ""},
    };
    char out[SHMB_ACCESS_WORDS];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(shmb_access_words(rows[i].kind, rows[i].mask, out), rows[i].words);
}

static void entries_in_words(void **state)
{
    char out[64], small[8];

    (void)state;
    assert_string_equal(
        shmb_access_entry_words(SHMB_SECTION, "Users", false, 0x20005, out, sizeof(out)),
        "Users read");
    assert_string_equal(
        shmb_access_entry_words(SHMB_MUTEX, "Users", true, 0x1F0001, out, sizeof(out)),
        "deny Users");
    assert_string_equal(shmb_access_entry_words(SHMB_SECTION, "Users", true, 0x2, out, sizeof(out)),
                        "deny Users (write)");
    assert_string_equal(
        shmb_access_entry_words(SHMB_SECTION, "Users", false, 0x4, small, sizeof(small)),
        "Users r");
}

static void words_for_sids(void **state)
{
    (void)state;
    assert_string_equal(shmb_sid_word("S-1-5-32-545"), "Users");
    assert_null(shmb_sid_word("S-1-5-32-54"));
    assert_string_equal(shmb_word_sid("uSERS"), "S-1-5-32-545");
    assert_null(shmb_word_sid("Users "));
    assert_null(shmb_word_sid(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_the_table),
        cmocka_unit_test(each_level_holds_the_one_below),
        cmocka_unit_test(out_of_range_has_no_rights),
        cmocka_unit_test(a_queue_is_a_section_for_the_kernel),
        cmocka_unit_test(words),
        cmocka_unit_test(rights_in_words),
        cmocka_unit_test(entries_in_words),
        cmocka_unit_test(words_for_sids),
    };

    return cmocka_run_group_tests_name("test_access", tests, NULL, NULL);
}
