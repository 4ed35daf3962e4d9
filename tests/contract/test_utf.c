/* Conversion between UTF-8 and UTF-16: strict, sized, nothing replaced. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "utf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *utf8;
    size_t bytes;
    uint16_t utf16[4];
    size_t units;
} good[] = {
    {"", 0, {0}, 0},
    {"A", 1, {0x41}, 1},
    {"a\0b", 3, {0x61, 0, 0x62}, 3},
    {"\x7F", 1, {0x7F}, 1},
    {"\xC2\x80", 2, {0x80}, 1},
    {"\xC3\xA9", 2, {0xE9}, 1},
    {"\xDF\xBF", 2, {0x7FF}, 1},
    {"\xE0\xA0\x80", 3, {0x800}, 1},
    {"\xED\x9F\xBF", 3, {0xD7FF}, 1},
    {"\xEE\x80\x80", 3, {0xE000}, 1},
    {"\xEF\xBB\xBF", 3, {0xFEFF}, 1},
    {"\xEF\xBF\xBF", 3, {0xFFFF}, 1},
    {"\xF0\x90\x80\x80", 4, {0xD800, 0xDC00}, 2},
    {"\xF0\x9F\x98\x80", 4, {0xD83D, 0xDE00}, 2},
    {"\xF4\x8F\xBF\xBF", 4, {0xDBFF, 0xDFFF}, 2},
    {"x\xF0\x9F\x98\x80y", 6, {0x78, 0xD83D, 0xDE00, 0x79}, 4},
};

static void good_texts_go_there_and_back(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(good); i++) {
        uint16_t units[8];
        char bytes[16];

        assert_int_equal(shmb_utf8_to_utf16(good[i].utf8, good[i].bytes, units, COUNT(units)),
                         good[i].units);
        assert_memory_equal(units, good[i].utf16, good[i].units * sizeof(uint16_t));
        assert_int_equal(shmb_utf16_to_utf8(good[i].utf16, good[i].units, bytes, sizeof(bytes)),
                         good[i].bytes);
        assert_memory_equal(bytes, good[i].utf8, good[i].bytes);
    }
}

static void every_scalar_value_goes_there_and_back(void **state)
{
    uint32_t point;

    (void)state;
    for (point = 0; point <= 0x10FFFFu; point++) {
        uint16_t units[2] = {(uint16_t)point, 0}, again[2];
        size_t count = 1, length;
        const char *at;
        char bytes[4];

        if (point >= 0xD800u && point <= 0xDFFFu)
            continue;
        if (point >= 0x10000u) {
            units[0] = (uint16_t)(0xD800u | ((point - 0x10000u) >> 10));
            units[1] = (uint16_t)(0xDC00u | (point & 0x3FFu));
            count = 2;
        }
        length = shmb_utf16_to_utf8(units, count, bytes, sizeof(bytes));
        at = bytes;
        if (shmb_utf8_next(&at, bytes + length) != point || at != bytes + length)
            fail_msg("U+%04X", (unsigned)point);
        if (shmb_utf8_to_utf16(bytes, length, again, 2) != count ||
            memcmp(units, again, count * sizeof(uint16_t)) != 0)
            fail_msg("U+%04X", (unsigned)point);
    }
}

static void ill_formed_utf8_is_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xBF",             /* the same */
        "\xC0\xAF",         /* overlong "/" */
        "\xC1\xBF",         /* overlong */
        "\xC2",             /* cut */
        "\xC2\x41",         /* no continuation */
        "\xE0\x80\xAF",     /* overlong */
        "\xE0\x9F\xBF",     /* overlong */
        "\xE2\x82",         /* cut */
        "\xE2\x82\x41",     /* no continuation */
        "\xED\xA0\x80",     /* U+D800 */
        "\xED\xAF\xBF",     /* U+DBFF */
        "\xED\xB0\x80",     /* U+DC00 */
        "\xED\xBF\xBF",     /* U+DFFF */
        "\xF0\x80\x80\xAF", /* overlong */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xF0\x9F\x98",     /* cut */
        "\xF4\x90\x80\x80", /* U+110000 */
        "\xF5\x80\x80\x80", /* never */
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        const char *at = bad[i];
        char inside[16];
        uint16_t units[16];

        assert_int_equal(shmb_utf8_next(&at, bad[i] + strlen(bad[i])), UINT32_MAX);
        assert_ptr_equal(at, bad[i]);
        (void)snprintf(inside, sizeof(inside), "ab%s", bad[i]);
        if (shmb_utf8_to_utf16(inside, strlen(inside), units, COUNT(units)) != SHMB_UTF_BAD)
            fail_msg("row %u is taken", (unsigned)i);
    }
}

static void a_cut_sequence_is_not_read_beyond_its_end(void **state)
{
    /* The missing bytes are there, but outside of the length. */
    static const char text[] = "\xF0\x9F\x98\x80";
    size_t length;

    (void)state;
    for (length = 1; length < 4; length++)
        assert_int_equal(shmb_utf8_to_utf16(text, length, NULL, 0), SHMB_UTF_BAD);
}

static void lone_surrogates_are_refused(void **state)
{
    static const uint16_t bad[][3] = {
        {0xD800, 'a', 'b'}, {0xDC00, 'a', 'b'},    {'a', 0xDBFF, 'b'},       {'a', 'b', 0xD800},
        {'a', 'b', 0xDFFF}, {0xDC00, 0xD800, 'a'}, {0xD800, 0xD800, 0xDC00},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        char bytes[16];

        assert_int_equal(shmb_utf16_to_utf8(bad[i], 3, bytes, sizeof(bytes)), SHMB_UTF_BAD);
    }
}

static void the_needed_size_comes_back_and_nothing_is_written_beyond(void **state)
{
    static const char utf8[] = "a\xC3\xA9\xF0\x9F\x98\x80";
    static const uint16_t utf16[] = {'a', 0xE9, 0xD83D, 0xDE00};
    size_t capacity;

    (void)state;
    assert_int_equal(shmb_utf8_to_utf16(utf8, sizeof(utf8) - 1, NULL, 0), 4);
    assert_int_equal(shmb_utf16_to_utf8(utf16, 4, NULL, 0), 7);
    for (capacity = 0; capacity < 8; capacity++) {
        uint16_t units[8];
        char bytes[8];
        size_t i;

        memset(units, 0x55, sizeof(units));
        memset(bytes, 0x55, sizeof(bytes));
        assert_int_equal(shmb_utf8_to_utf16(utf8, sizeof(utf8) - 1, units, capacity), 4);
        assert_int_equal(shmb_utf16_to_utf8(utf16, 4, bytes, capacity), 7);
        for (i = capacity; i < 8; i++) {
            assert_int_equal(units[i], 0x5555);
            assert_int_equal(bytes[i], 0x55);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts_go_there_and_back),
        cmocka_unit_test(every_scalar_value_goes_there_and_back),
        cmocka_unit_test(ill_formed_utf8_is_refused),
        cmocka_unit_test(a_cut_sequence_is_not_read_beyond_its_end),
        cmocka_unit_test(lone_surrogates_are_refused),
        cmocka_unit_test(the_needed_size_comes_back_and_nothing_is_written_beyond),
    };

    return cmocka_run_group_tests_name("test_utf", tests, NULL, NULL);
}
