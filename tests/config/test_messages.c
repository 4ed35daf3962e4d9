#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "messages.h"

static const char *line_of(const struct cfg_messages *list, size_t i)
{
    static char line[512];

    assert_true(i < list->count);
    assert_true(cfg_message_format(&list->items[i], line, sizeof line) < sizeof line);
    return line;
}

static void forms_of_a_line(void **state)
{
    struct cfg_messages list;
    struct cfg_place full = {"a.yaml", 7, 3}, line = {"a.yaml", 7, 0}, file = {"a.yaml", 0, 0};

    (void)state;
    cfg_messages_init(&list);
    cfg_message_add(&list, CFG_ERROR, &full, "segments.X", "no %s", "size");
    cfg_message_add(&list, CFG_WARNING, &line, NULL, "odd");
    cfg_message_add(&list, CFG_ERROR, &file, NULL, "empty");
    assert_string_equal(line_of(&list, 0), "a.yaml:7:3: error: segments.X: no size");
    assert_string_equal(line_of(&list, 1), "a.yaml:7: warning: odd");
    assert_string_equal(line_of(&list, 2), "a.yaml: error: empty");
    assert_int_equal(list.errors, 2);
    assert_int_equal(list.warnings, 1);
    cfg_messages_free(&list);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.errors, 0);
}

/* As snprintf: terminated in whatever room there is, and the length it needs. */
static void short_room(void **state)
{
    struct cfg_messages list;
    struct cfg_place place = {"f", 1, 1};
    char out[8] = "xxxxxxx";

    (void)state;
    cfg_messages_init(&list);
    cfg_message_add(&list, CFG_ERROR, &place, NULL, "text");
    assert_int_equal(cfg_message_format(&list.items[0], NULL, 0), strlen("f:1:1: error: text"));
    assert_int_equal(cfg_message_format(&list.items[0], out, 1), strlen("f:1:1: error: text"));
    assert_string_equal(out, "");
    cfg_message_format(&list.items[0], out, sizeof out);
    assert_string_equal(out, "f:1:1: ");
    cfg_messages_free(&list);
}

static void texts_are_one_plain_line(void **state)
{
    struct cfg_messages list;
    struct cfg_place place = {"a\nb", 1, 1};

    (void)state;
    cfg_messages_init(&list);
    cfg_message_add(&list, CFG_ERROR, &place, "p\tq", "%s",
                    "1\r\n2 \x1B[31m 3\x7F 4\xC2\x85 5\xE2\x80\xA8 \xC3\xA9 \xFF \xC3 \xE2\x80\xAE "
                    "\xE2\x80\x8B \xC2\xA0");
    assert_string_equal(line_of(&list, 0),
                        "a?b:1:1: error: p?q: 1??2 ?[31m 3? 4? 5? \xC3\xA9 ? ? ? ? \xC2\xA0");
    cfg_messages_free(&list);
}

static void order_is_stable(void **state)
{
    static const struct {
        const char *file;
        uint32_t line, column;
        const char *text;
    } rows[] = {{"b", 1, 1, "7"}, {"a", 2, 1, "4"}, {"a", 1, 5, "2"}, {"a", 2, 1, "5"},
                {"a", 0, 0, "1"}, {"a", 1, 9, "3"}, {"a", 9, 1, "6"}, {"b", 1, 1, "8"}};
    struct cfg_messages list;
    size_t i;

    (void)state;
    cfg_messages_init(&list);
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cfg_place place = {rows[i].file, rows[i].line, rows[i].column};

        cfg_message_add(&list, CFG_ERROR, &place, NULL, "%s", rows[i].text);
    }
    cfg_messages_sort(&list);
    for (i = 0; i < list.count; i++)
        assert_int_equal(list.items[i].text[0], '1' + (int)i);
    cfg_messages_free(&list);
    cfg_messages_sort(&list); /* an empty one too */
}

static void counts_go_on_beyond_the_cap(void **state)
{
    struct cfg_messages list;
    struct cfg_place place = {"f", 1, 1};
    size_t i;

    (void)state;
    cfg_messages_init(&list);
    for (i = 0; i < CFG_MESSAGES_MAX + 50; i++)
        cfg_message_add(&list, i % 2 == 0 ? CFG_ERROR : CFG_WARNING, &place, NULL, "%zu", i);
    assert_int_equal(list.count, CFG_MESSAGES_MAX);
    assert_string_equal(list.items[CFG_MESSAGES_MAX - 1].text, "199");
    assert_int_equal(list.errors, 125);
    assert_int_equal(list.warnings, 125);
    cfg_messages_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_a_line),
        cmocka_unit_test(short_room),
        cmocka_unit_test(texts_are_one_plain_line),
        cmocka_unit_test(order_is_stable),
        cmocka_unit_test(counts_go_on_beyond_the_cap),
    };

    return cmocka_run_group_tests_name("test_messages", tests, NULL, NULL);
}
