/* A text that grows: nothing lost at any length. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "text.h"

static void every_length_is_whole(void **state)
{
    char piece[1100];
    size_t length;

    (void)state;
    memset(piece, 'x', sizeof(piece));
    for (length = 0; length < sizeof(piece); length++) {
        struct text text = {0};

        text_add(&text, "%.*s", (int)length, piece);
        text_add(&text, "%s", "end");
        assert_false(text.failed);
        assert_int_equal(text.length, length + 3);
        assert_int_equal(strlen(text.at), length + 3);
        assert_string_equal(text.at + length, "end");
        text_free(&text);
        assert_null(text.at);
    }
}

static void small_pieces_add_up(void **state)
{
    struct text text = {0};
    size_t i;

    (void)state;
    for (i = 0; i < 1000; i++)
        text_add(&text, "%c", 'a' + (int)(i % 26));
    assert_int_equal(text.length, 1000);
    for (i = 0; i < 1000; i++)
        assert_int_equal(text.at[i], 'a' + (int)(i % 26));
    text_reset(&text);
    assert_string_equal(text.at, "");
    text_add(&text, "%d and %s", 7, "eight");
    assert_string_equal(text.at, "7 and eight");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_whole),
        cmocka_unit_test(small_pieces_add_up),
    };

    return cmocka_run_group_tests_name("test_text", tests, NULL, NULL);
}
