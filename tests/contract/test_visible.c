/* What names of other programs can make of a screen: nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "utf.h"
#include "visible.h"

/*
 * Of Unicode 15: all of category Cc, Zl and Zp, all of property Bidi_Control, and the controls
 * U+206A to U+206F, which are deprecated.
 */
static bool listed(uint32_t point)
{
    static const uint32_t others[] = {
        0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E,
        0x2066, 0x2067, 0x2068, 0x2069, 0x206A, 0x206B, 0x206C, 0x206D, 0x206E, 0x206F,
    };
    size_t i;

    if (point <= 0x1F || (point >= 0x7F && point <= 0x9F))
        return true;
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (point == others[i])
            return true;
    return false;
}

static void put(uint32_t point, char text[16])
{
    uint16_t units[2] = {(uint16_t)point, 0};
    size_t count = 1, length;

    if (point > 0xFFFF) {
        units[0] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
        units[1] = (uint16_t)(0xDC00 + ((point - 0x10000) & 0x3FF));
        count = 2;
    }
    text[0] = 'a';
    length = shmb_utf16_to_utf8(units, count, text + 1, 8);
    memcpy(text + 1 + length, "b", 2);
}

static void every_character_of_the_list_is_replaced_and_no_other(void **state)
{
    uint32_t point;

    (void)state;
    for (point = 1; point <= 0x10FFFF; point++) {
        char text[16], before[16];

        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        put(point, text);
        memcpy(before, text, sizeof(before));
        shmb_make_visible(text, false);
        if (strcmp(text, listed(point) ? "a?b" : before) != 0)
            fail_msg("U+%04X became \"%s\"", (unsigned)point, text);
        assert_int_equal(shmb_is_visible(point), !listed(point));
    }
    assert_false(shmb_is_visible(0));
}

static void lines_stay_where_they_are_ours(void **state)
{
    char text[] = "a\tb\r\nc\nd\re\r\r\n\x1b[2J\xe2\x80\xa8\r";
    char name[] = "a\tb\r\nc";

    (void)state;
    shmb_make_visible(text, true);
    assert_string_equal(text, "a\tb\r\nc\nd?e?\r\n?[2J??");
    shmb_make_visible(name, false);
    assert_string_equal(name, "a?b??c");
}

static void ill_formed_bytes_are_replaced_one_by_one(void **state)
{
    char text[] = "\xff"
                  "a\xc3\xb6\xc3"
                  "b\xed\xa0\x80\xc0\x8a\xe2\x80";

    (void)state;
    shmb_make_visible(text, true);
    assert_string_equal(text, "?a\xc3\xb6?b???????");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_of_the_list_is_replaced_and_no_other),
        cmocka_unit_test(lines_stay_where_they_are_ours),
        cmocka_unit_test(ill_formed_bytes_are_replaced_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
