/* Which files an include means. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pattern.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void matching(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool match;
    } rows[] = {
        {"a.yaml", "a.yaml", true},
        {"a.yaml", "A.YAML", true},
        {"a.yaml", "b.yaml", false},
        {"a.yaml", "a.yam", false},
        {"a.yaml", "a.yaml~", false},
        {"*.yaml", "a.yaml", true},
        {"*.yaml", ".yaml", true},
        {"*.yaml", "a.yaml~", false},
        {"*.yaml", "a.yam", false},
        {"*.yaml", "a.yaml.yaml", true},
        {"*.yaml", "a.yml", false},
        {"*", "", true},
        {"*", "anything at all", true},
        {"?", "", false},
        {"?", "x", true},
        {"?", "xy", false},
        {"\?\?-*.yaml", "10-app.yaml", true},
        {"\?\?-*.yaml", "1-app.yaml", false},
        {"a*b*c", "abc", true},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-b-b-", false},
        {"*a", "aaab", false},
        {"**a**", "xay", true},
        {"?\xC3\xA4*", "\xF0\x9F\x94\x92\xC3\x84z", true},
        {"?", "\xC3\xA9", true},
        {"?", "\xFF", true},
        {"??", "\xFF", false},
        {"", "", true},
        {"", "a", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++)
        if (pattern_match(rows[i].pattern, rows[i].name) != rows[i].match)
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].name);
}

static void covering(void **state)
{
    static const struct {
        const char *pattern, *other;
        bool covers;
    } rows[] = {
        {"App.*", "App.*", true},       {"App.*", "app.x*", true},
        {"App.*", "App.x", true},       {"App.*", "App.?", true},
        {"App.*", "App*", false},       {"App.*", "Ap?.*", false},
        {"App.?", "App.*", false}, /* a ? takes one character, the other's * any run */
        {"App.?", "App.?", true},       {"App.?", "App.x", true},
        {"App.x", "App.?", false},      {"App.?*", "App.*", false},
        {"App.*", "App.?*", true},      {"App.*z", "App.*xyz", true},
        {"App.*z", "App.*xy*", false},  {"App.*b*", "App.a*b?", true},
        {"App.*b*", "App.a*c?", false}, {"App.*b", "App.*?b", true},
        {"App.*?b", "App.*b", false},   {"Name", "name", true},
        {"Name", "Names", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++)
        if (pattern_covers(rows[i].pattern, rows[i].other) != rows[i].covers)
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].other);
}

/* What makes others take for ever: time is pattern times name. */
static void many_stars(void **state)
{
    char pattern[401], name[2001];
    size_t i;

    (void)state;
    for (i = 0; i < 400; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[400] = '\0';
    memset(name, 'a', 2000);
    name[2000] = '\0';
    assert_true(pattern_match(pattern, name));
    name[1999] = 'b';
    assert_false(pattern_match(pattern, name));
}

static void order(void **state)
{
    static const char *const sorted[] = {
        "",   "10-a",  "A", "a",        "a-b",      "a.b",          "B",   "b",
        "ba", "b\xFF", "_", "\xC3\x89", "\xC3\xA9", "\xE2\x82\xAC", "\xFF"};
    size_t i, k;

    (void)state;
    for (i = 0; i < COUNT(sorted); i++)
        for (k = 0; k < COUNT(sorted); k++)
            if ((i < k) != (pattern_compare(sorted[i], sorted[k]) < 0) ||
                (i == k) != (pattern_compare(sorted[i], sorted[k]) == 0))
                fail_msg("'%s' and '%s'", sorted[i], sorted[k]);
}

static void parts(void **state)
{
    (void)state;
    assert_string_equal(pattern_last_part("a.yaml"), "a.yaml");
    assert_string_equal(pattern_last_part("C:\\x\\a.yaml"), "a.yaml");
    assert_string_equal(pattern_last_part("x/y\\z/*.yaml"), "*.yaml");
    assert_string_equal(pattern_last_part("x\\"), "");
    assert_true(pattern_has_wildcard("a?"));
    assert_true(pattern_has_wildcard("*"));
    assert_false(pattern_has_wildcard("a.yaml"));
}

static void faults(void **state)
{
    static const struct {
        const char *path;
        bool wild, plain; /* good as a pattern, as the path of one file */
    } rows[] = {
        {"a.yaml", true, true},      {"C:\\x y\\a.yaml", true, true},
        {"..\\a", true, true},       {"*.yaml", true, false},
        {"conf.d/*", true, false},   {"conf.d\\?.yaml", true, false},
        {"*\\a.yaml", false, false}, {"a?/b", false, false},
        {"a\\", false, false},       {"/", false, false},
        {"", false, false},          {"a\tb", false, false},
        {"a\x7F", false, false},
    };
    static char long_path[CFG_PATH_MAX + 2];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].path);

        if ((pattern_fault(rows[i].path, length, true) == NULL) != rows[i].wild ||
            (pattern_fault(rows[i].path, length, false) == NULL) != rows[i].plain)
            fail_msg("'%s'", rows[i].path);
    }
    memset(long_path, 'a', CFG_PATH_MAX + 1);
    assert_non_null(pattern_fault(long_path, CFG_PATH_MAX + 1, true));
    long_path[CFG_PATH_MAX] = '\0';
    assert_null(pattern_fault(long_path, CFG_PATH_MAX, true));
    /* A NUL in the middle is a control character, not an end. */
    assert_non_null(pattern_fault("a\0b", 3, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matching), cmocka_unit_test(covering), cmocka_unit_test(many_stars),
        cmocka_unit_test(order),    cmocka_unit_test(parts),    cmocka_unit_test(faults),
    };

    return cmocka_run_group_tests_name("test_pattern", tests, NULL, NULL);
}
