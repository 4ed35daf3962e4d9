/* Files that are too much of something: each is refused with one error, in time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"

#define DEFAULTS "version: 1\ndefaults: { access: { read: Users } }\n"

static struct loaded loaded;

/* A text that grows. */
struct growing {
    char *text;
    size_t length, capacity;
};

static void put(struct growing *to, const char *text)
{
    size_t length = strlen(text);

    if (to->capacity - to->length < length) {
        to->capacity = (to->capacity + length) * 2;
        to->text = realloc(to->text, to->capacity);
        assert_non_null(to->text);
    }
    memcpy(to->text + to->length, text, length);
    to->length += length;
}

/* `start`, then `format` with the numbers from 0 on, then `end`. */
static struct growing repeat(const char *start, const char *format, size_t count, const char *end)
{
    struct growing out = {0};
    char text[128], number[24];
    size_t i;

    put(&out, start);
    for (i = 0; i < count; i++) {
        const char *hash = strchr(format, '#');

        snprintf(number, sizeof number, "%zu", i);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(hash - format), format, number, hash + 1);
        put(&out, text);
    }
    put(&out, end);
    return out;
}

static void check(struct growing text, const char *lines)
{
    load(&loaded, text.text, text.length);
    free(text.text);
    assert_string_equal(loaded.lines, lines);
    assert_int_equal(loaded.result, lines[0] == '\0' ? CFG_OK : CFG_INVALID);
}

static void objects(void **state)
{
    (void)state;
    check(repeat(DEFAULTS "mutexes:\n", "  M#:\n", CFG_OBJECTS_MAX, ""), "");
    assert_int_equal(loaded.configuration->count, CFG_OBJECTS_MAX);
    unload(&loaded);
    check(
        repeat(DEFAULTS "segments: { A: { size: 1 } }\nmutexes:\n", "  M#:\n", CFG_OBJECTS_MAX, ""),
        "f:1:1: error: 50001 objects are more than the 50000 of one file\n");
    unload(&loaded);
}

/* Objects are read some at a time: none is forgotten at the end, and a mistake has its place. */
static void any_number_of_objects(void **state)
{
    const char start[] = DEFAULTS "segments:\n", each[] = "  S#: { size: 8 }\n";
    char lines[96], name[24];
    size_t count;

    (void)state;
    for (count = 1; count <= 200; count++) {
        check(repeat(start, each, count, ""), "");
        assert_int_equal(loaded.configuration->count, count);
        snprintf(name, sizeof name, "S%zu", count - 1);
        assert_string_equal(loaded.configuration->objects[count - 1].name, name);
        unload(&loaded);
        snprintf(lines, sizeof lines,
                 "f:%zu:5: error: segments.T: a segment needs a size, such as "
                 "size: 64 KiB\n",
                 count + 4);
        check(repeat(start, each, count, "  ? T\n"), lines);
        unload(&loaded);
    }
}

static void trustees(void **state)
{
    const char start[] = "version: 1\nmutexes: { M: { access: { full: X, read: [";

    (void)state;
    check(repeat(start, "U#, ", CFG_TRUSTEES_MAX - 1, "] } } }"), "");
    assert_int_equal(loaded.configuration->objects[0].access->count, CFG_TRUSTEES_MAX);
    unload(&loaded);
    check(repeat(start, "U#, ", CFG_TRUSTEES_MAX, "] } } }"),
          "f:2:25: error: mutexes.M.access: 257 trustees are more than the 256 of one access list; "
          "use a group\n");
    unload(&loaded);
}

#define RULE "who: U, kinds: mutex"

static void rules(void **state)
{
    const char start[] = DEFAULTS "requests:\n", each[] = "  R#: { names: N, " RULE " }\n";

    (void)state;
    check(repeat(start, each, CFG_RULES_MAX, ""), "");
    assert_int_equal(loaded.configuration->rule_count, CFG_RULES_MAX);
    unload(&loaded);
    check(repeat(start, each, CFG_RULES_MAX + 1, ""),
          "f:4:3: error: requests: 1001 rules are more than the 1000 of one file\n");
    unload(&loaded);
}

static void patterns(void **state)
{
    const char start[] = DEFAULTS "requests: { R: { " RULE ", names: [";

    (void)state;
    check(repeat(start, "'App#*', ", CFG_PATTERNS_MAX, "] } }"), "");
    assert_int_equal(loaded.configuration->rules[0].pattern_count, CFG_PATTERNS_MAX);
    unload(&loaded);
    check(repeat(start, "'App#*', ", CFG_PATTERNS_MAX + 1, "] } }"),
          "f:3:47: error: requests.R.names: expected a pattern or a list of 1 to 100 patterns\n");
    unload(&loaded);
}

static void accounts_that_may_ask(void **state)
{
    const char start[] = DEFAULTS "requests: { R: { names: N, kinds: mutex, who: [";

    (void)state;
    check(repeat(start, "U#, ", CFG_TRUSTEES_MAX, "] } }"), "");
    assert_int_equal(loaded.configuration->rules[0].who->count, CFG_TRUSTEES_MAX);
    unload(&loaded);
    check(repeat(start, "U#, ", CFG_TRUSTEES_MAX + 1, "] } }"),
          "f:3:47: error: requests.R.who: 257 trustees are more than the 256 of one access list; "
          "use a group\n");
    unload(&loaded);
}

static void length_of_the_file(void **state)
{
    struct growing text = {0};

    (void)state;
    text.length = CFG_FILE_MAX + 1;
    text.text = malloc(text.length);
    assert_non_null(text.text);
    memset(text.text, '#', text.length);
    check(text, "f: error: the file has 16777217 bytes, more than the 16777216 a configuration may "
                "have\n");
    unload(&loaded);
}

/* Each list stands for ten of the one before: in full, 10^9 texts. */
static void aliases_of_aliases(void **state)
{
    (void)state;
    load(&loaded, TEXT("a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                       "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                       "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                       "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                       "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
                       "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
                       "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"));
    assert_string_equal(loaded.lines,
                        "f:7:8: error: the file is too large with all aliases expanded\n");
    unload(&loaded);
}

/* One long text in many places: its length counts, not only that it is one node. */
static void aliases_of_a_long_text(void **state)
{
    struct growing start = {0}, text;
    size_t i;

    (void)state;
    put(&start, "version: 1\nx: &x '");
    for (i = 0; i < 20000; i++)
        put(&start, "0123456789");
    put(&start, "'\nsegments:\n");
    start.text[start.length - 1] = '\0';
    text = repeat(start.text, "\n  S#: { size: 1 GiB, initial: { text: *x } }", 10000, "\n");
    free(start.text);
    load(&loaded, text.text, text.length);
    free(text.text);
    assert_int_equal(loaded.result, CFG_INVALID);
    assert_int_equal(loaded.messages.errors, 1);
    assert_non_null(strstr(loaded.lines, "error: the file is too large"));
    unload(&loaded);
}

static void anchors(void **state)
{
    (void)state;
    check(repeat("[", "&a# x, ", 257, "]"),
          "f:1:2196: error: too many anchors; a file may have 256 different ones\n");
    unload(&loaded);
}

static void entries(void **state)
{
    (void)state;
    check(repeat("[", "#,", 100001, "]"),
          "f:1:588892: error: too many entries in one list or mapping\n");
    unload(&loaded);
}

/* More errors than are kept: all are counted. */
static void errors(void **state)
{
    struct growing text = repeat(DEFAULTS "segments:\n", "  S#: { size: x }\n", 1000, "");

    (void)state;
    load(&loaded, text.text, text.length);
    free(text.text);
    assert_int_equal(loaded.messages.errors, 1000);
    assert_int_equal(loaded.messages.count, CFG_MESSAGES_MAX);
    unload(&loaded);
}

/* Long names and values are cut in messages, between characters. */
static void long_things_in_messages(void **state)
{
    struct growing text = repeat(DEFAULTS "segments: { A: { size: ", "\xC3\xA9#", 1000, " } }");

    (void)state;
    load(&loaded, text.text, text.length);
    free(text.text);
    assert_int_equal(loaded.messages.errors, 1);
    assert_null(strchr(loaded.lines, '?'));
    assert_non_null(strstr(loaded.lines, "...'"));
    assert_true(strlen(loaded.lines) < 200);
    unload(&loaded);
    text = repeat(DEFAULTS "mutexes: { \"", "x#", 250, "\" : { size: 1 } }");
    load(&loaded, text.text, text.length);
    free(text.text);
    assert_int_equal(loaded.messages.errors, 2);
    assert_true(strlen(loaded.lines) < 2000);
    unload(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(any_number_of_objects),
        cmocka_unit_test(trustees),
        cmocka_unit_test(rules),
        cmocka_unit_test(patterns),
        cmocka_unit_test(accounts_that_may_ask),
        cmocka_unit_test(length_of_the_file),
        cmocka_unit_test(aliases_of_aliases),
        cmocka_unit_test(aliases_of_a_long_text),
        cmocka_unit_test(anchors),
        cmocka_unit_test(entries),
        cmocka_unit_test(errors),
        cmocka_unit_test(long_things_in_messages),
    };

    return cmocka_run_group_tests_name("test_load_limits", tests, NULL, NULL);
}
