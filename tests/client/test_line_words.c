/* The words of a command line: as Windows' own function has them. */
#include "support.h"

#include <shellapi.h>
#include <stdlib.h>
#include <wchar.h>

#include "line_words.h"

static const wchar_t *const lines[] = {
    L"program",
    L"program one two",
    L"\"C:\\Program Files\\x.exe\" --config \"C:\\Program Data\\x.yaml\" --audit",
    L"C:\\Program\\x.exe\tone \t two ",
    L"p \"a b\"c \"\" d\"e f\"",
    L"p \\ \\\\ a\\b \"a\\b\\\\\" c",
    L"p \\\"a \\\\\"b c\\\\\" d \"e\\\"f\"",
    L"p \"never ended",
    L"p Pr\u00FCfung \u4E2D",
};

static void the_words_are_those_of_windows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        wchar_t word[200];
        int count, all_count, at;
        wchar_t **all = line_words_all(lines[i], &all_count);
        wchar_t **words = CommandLineToArgvW(lines[i], &count);
        const wchar_t *rest = line_words_program(lines[i], word);

        assert_non_null(words);
        assert_non_null(all);
        assert_int_equal(all_count, count);
        for (at = 0; at < count; at++)
            assert_int_equal(wcscmp(all[at], words[at]), 0);
        free(all);
        assert_int_equal(wcscmp(word, words[0]), 0);
        assert_ptr_equal(line_words_program(lines[i], NULL), rest);
        for (at = 1; at < count; at++) {
            rest = line_words_next(rest, word);
            assert_non_null(rest);
            assert_int_equal(wcscmp(word, words[at]), 0);
        }
        assert_null(line_words_next(rest, word));
        LocalFree(words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_words_are_those_of_windows)};

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
