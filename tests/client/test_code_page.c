/* Conversions of the flat interface in code pages of one, two, three and four bytes. */
#include "support.h"

#include <string.h>

#include "code_page.h"

/* "a", o with diaeresis, the euro sign, a Chinese character, one beyond 16 bits. */
#define WORD L"a\xF6\x20AC\x4E00\xD83D\xDE00"

static const struct {
    unsigned page;
    const wchar_t *wide;
    const char *bytes;
} rows[] = {
    {1252, L"a\xF6\x20AC", "a\xF6\x80"},
    {932, L"a\x4E00", "a\x88\xEA"},
    {CP_UTF8, WORD, "a\xC3\xB6\xE2\x82\xAC\xE4\xB8\x80\xF0\x9F\x98\x80"},
    {54936, L"a\x4E00\x0439", "a\xD2\xBB\xA7\xDB"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void names_come_through_both_ways(void **state)
{
    wchar_t wide[16];
    char bytes[32];
    size_t i;

    (void)state;
    for (i = 0; i < ROWS; i++) {
        int32_t length = (int32_t)strlen(rows[i].bytes);

        if (!IsValidCodePage(rows[i].page))
            continue; /* optional on some systems */
        assert_true(code_page_widen(rows[i].page, rows[i].bytes, wide, 16));
        assert_int_equal(wcscmp(wide, rows[i].wide), 0);
        assert_int_equal(code_page_name(rows[i].page, wide, bytes, length + 1), length);
        assert_string_equal(bytes, rows[i].bytes);
        assert_int_equal(code_page_name(rows[i].page, wide, bytes, length), SHMB_RANGE);
        assert_string_equal(bytes, "");
    }
}

static void what_cannot_be_converted_is_refused(void **state)
{
    char bytes[8];
    wchar_t wide[4];

    (void)state;
    assert_int_equal(code_page_name(1252, L"\x4E00", bytes, sizeof(bytes)), SHMB_BAD_NAME);
    assert_string_equal(bytes, "");
    assert_int_equal(code_page_name(1252, L"\x0141", bytes, sizeof(bytes)), SHMB_BAD_NAME);
    assert_int_equal(code_page_name(CP_UTF8, L"\xD800", bytes, sizeof(bytes)), SHMB_BAD_NAME);
    assert_string_equal(bytes, "");
    assert_false(code_page_widen(CP_UTF8, "\xF6", wide, 4));
    assert_false(code_page_widen(CP_UTF8, "abcd", wide, 4));
}

static void sentences_are_cut_between_characters(void **state)
{
    static const size_t lengths[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 9, 9, 9, 9, 13, 13};
    wchar_t longest[1024];
    char bytes[4096];
    int32_t size;

    (void)state;
    for (size = 1; size <= 15; size++) {
        memset(bytes, '#', sizeof(bytes));
        assert_int_equal(code_page_text(CP_UTF8, WORD, bytes, size), lengths[size - 1]);
        assert_int_equal(strlen(bytes), lengths[size - 1]);
        assert_memory_equal(bytes, rows[2].bytes, lengths[size - 1]);
        assert_int_equal(bytes[size], '#');
    }
    for (size = 0; size < 1023; size++)
        longest[size] = 0x20AC;
    longest[1023] = 0;
    assert_int_equal(code_page_text(CP_UTF8, longest, bytes, sizeof(bytes)), 3 * 1023);
    assert_int_equal(code_page_text(CP_UTF8, longest, bytes, 100), 99);
    assert_int_equal(code_page_text(1252, L"x\x4E00y", bytes, 4), 3);
    assert_string_equal(bytes, "x?y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_through_both_ways),
        cmocka_unit_test(what_cannot_be_converted_is_refused),
        cmocka_unit_test(sentences_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
