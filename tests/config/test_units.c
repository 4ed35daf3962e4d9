#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "suggest.h"
#include "units.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *text;
    enum units_result number, size;
    uint64_t bytes; /* what units_size gives */
    const char *meant;
} rows[] = {
    {"0", UNITS_OK, UNITS_OK, 0, NULL},
    {"7", UNITS_OK, UNITS_OK, 7, NULL},
    {"512", UNITS_OK, UNITS_OK, 512, NULL},
    {"18446744073709551615", UNITS_OK, UNITS_OK, UINT64_MAX, NULL},
    {"18446744073709551616", UNITS_TOO_BIG, UNITS_TOO_BIG, 0, NULL},
    {"99999999999999999999999", UNITS_TOO_BIG, UNITS_TOO_BIG, 0, NULL},
    {"", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"-1", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"+1", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"01", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"00", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"0x10", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"1_000", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"1e3", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"1.5 MiB", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"KiB", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, "KiB"},
    {" 64", UNITS_NOT_A_NUMBER, UNITS_NOT_A_NUMBER, 0, NULL},
    {"64 KiB", UNITS_NOT_A_NUMBER, UNITS_OK, 65536, "KiB"},
    {"64KiB", UNITS_NOT_A_NUMBER, UNITS_OK, 65536, "KiB"},
    {"4 MiB", UNITS_NOT_A_NUMBER, UNITS_OK, 4194304, "MiB"},
    {"1 GiB", UNITS_NOT_A_NUMBER, UNITS_OK, 1073741824, "GiB"},
    {"17179869183 GiB", UNITS_NOT_A_NUMBER, UNITS_OK, UINT64_C(0xFFFFFFFFC0000000), "GiB"},
    {"17179869184 GiB", UNITS_NOT_A_NUMBER, UNITS_TOO_BIG, 0, "GiB"},
    {"64  KiB", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "KiB"},
    {"64 ", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"64 KB", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "KiB"},
    {"64kb", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "KiB"},
    {"64 kib", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "KiB"},
    {"64K", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "KiB"},
    {"4m", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "MiB"},
    {"4 Gb", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, "GiB"},
    {"4 KiBs", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"4 KoB", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"4 Ki", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"4 TiB", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
    {"4 bytes", UNITS_NOT_A_NUMBER, UNITS_BAD_UNIT, 0, NULL},
};

static void numbers_and_sizes(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].text);
        uint64_t number = 99, size = 99;

        print_message("'%s'\n", rows[i].text);
        assert_int_equal(units_number(rows[i].text, length, &number), rows[i].number);
        assert_int_equal(units_size(rows[i].text, length, &size), rows[i].size);
        assert_true(size == rows[i].bytes);
        assert_true(number == (rows[i].number == UNITS_OK ? rows[i].bytes : 0));
    }
}

static void units_that_were_meant(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        const char *meant = units_meant(rows[i].text, strlen(rows[i].text));

        print_message("'%s'\n", rows[i].text);
        if (rows[i].meant == NULL)
            assert_null(meant);
        else
            assert_string_equal(meant, rows[i].meant);
    }
}

static void times(void **state)
{
    static const struct {
        const char *text;
        enum units_result result;
        uint64_t ms;
    } times[] = {
        {"0", UNITS_OK, 0},
        {"0 s", UNITS_OK, 0},
        {"250 ms", UNITS_OK, 250},
        {"250ms", UNITS_OK, 250},
        {"30 s", UNITS_OK, 30000},
        {"10 min", UNITS_OK, 600000},
        {"2h", UNITS_OK, 7200000},
        {"5124095576030 h", UNITS_OK, UINT64_C(18446744073708000000)},
        {"5124095576031 h", UNITS_TOO_BIG, 0},
        {"99999999999999999999 s", UNITS_TOO_BIG, 0},
        {"30", UNITS_BAD_UNIT, 0},
        {"30 sec", UNITS_BAD_UNIT, 0},
        {"30 S", UNITS_BAD_UNIT, 0},
        {"10 m", UNITS_BAD_UNIT, 0},
        {"1 min 30 s", UNITS_BAD_UNIT, 0},
        {"30  s", UNITS_BAD_UNIT, 0},
        {"1.5 h", UNITS_BAD_UNIT, 0},
        {"30 KiB", UNITS_BAD_UNIT, 0},
        {"s", UNITS_NOT_A_NUMBER, 0},
        {"-1 s", UNITS_NOT_A_NUMBER, 0},
        {"01 s", UNITS_NOT_A_NUMBER, 0},
        {"", UNITS_NOT_A_NUMBER, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(times); i++) {
        uint64_t ms = 99;

        print_message("'%s'\n", times[i].text);
        assert_int_equal(units_time(times[i].text, strlen(times[i].text), &ms), times[i].result);
        assert_true(ms == times[i].ms);
    }
}

/* The text given is longer than the length said: nothing behind it may count. */
static void length_counts(void **state)
{
    uint64_t value;

    (void)state;
    assert_int_equal(units_number("5123", 3, &value), UNITS_OK);
    assert_true(value == 512);
    assert_int_equal(units_size("64 KiB", 2, &value), UNITS_OK);
    assert_true(value == 64);
}

static void words_that_were_meant(void **state)
{
    static const char *const words[] = {"size", "access", "lock", "initial"};
    static const struct {
        const char *text, *meant;
    } slips[] = {
        {"sise", "size"},
        {"siez", "size"},
        {"Size", "size"},
        {"szie", "size"},
        {"acess", "access"},
        {"acces", "access"},
        {"aces", "access"},
        {"locks", "lock"},
        {"intial", "initial"},
        {"initials", "initial"},
        {"s", NULL},
        {"", NULL},
        {"keep", NULL},
        {"include", NULL},
        {"lo", NULL},
        {"zzzz", NULL},
        {"a word that is far too long to be meant", NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(slips); i++) {
        const char *meant = suggest_word(slips[i].text, strlen(slips[i].text), words, COUNT(words));

        print_message("'%s'\n", slips[i].text);
        if (slips[i].meant == NULL)
            assert_null(meant);
        else
            assert_string_equal(meant, slips[i].meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_sizes),
        cmocka_unit_test(units_that_were_meant),
        cmocka_unit_test(times),
        cmocka_unit_test(length_counts),
        cmocka_unit_test(words_that_were_meant),
    };

    return cmocka_run_group_tests_name("test_units", tests, NULL, NULL);
}
