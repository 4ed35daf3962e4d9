/* Which rule counts for a name, and what a request takes of its quotas. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"
#include "merge.h"
#include "rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEFAULTS     "version: 1\ndefaults: { access: { read: Users } }\n"
#define REST         ", who: Users, size: 4 KiB"

static struct loaded loaded;

static const struct cfg *good(const char *text, size_t length)
{
    load(&loaded, text, length);
    assert_string_equal(loaded.lines, "");
    assert_int_equal(loaded.result, CFG_OK);
    return loaded.configuration;
}

static void the_first_rule_with_a_matching_pattern(void **state)
{
    static const struct {
        const char *name, *rule; /* NULL: none */
    } rows[] = {
        {"MyApp.", "App"},
        {"MyApp.1234", "App"},
        {"myapp.1234", "App"},
        {"MYAPP.\xC3\xA9", "App"},
        {"MyApp", NULL},
        {"XMyApp.1", NULL},
        {"", NULL},
        /* the second pattern of a rule */
        {"Telemetry_7", "App"},
        {"Telemetry_77", NULL},
        {"Telemetry_", NULL},
        /* a later rule is not asked, although its pattern is closer */
        {"MyApp.special", "App"},
        {"Fixed", "Fixed"},
        {"fixed", "Fixed"},
        {"Fixed2", NULL},
        {"\xC3\x84pfel-1", "Umlaut"},
        {"\xC3\xA4PFEL-1", "Umlaut"},
        {"Deep.a.b.c", "Deep"},
        {"Deep.a.b.c.d", NULL},
        {"Deep.a.c", NULL},
    };
    const struct cfg *cfg =
        good(TEXT(DEFAULTS "requests:\n"
                           "  App: { names: ['MyApp.*', 'Telemetry_?']" REST " }\n"
                           "  Special: { names: 'MyApp.special'" REST " }\n"
                           "  Fixed: { names: Fixed" REST " }\n"
                           "  Umlaut: { names: \xC3\x84pfel-*" REST " }\n"
                           "  Deep: { names: 'Deep.*.b.*c'" REST " }\n"));
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        const struct cfg_rule *rule = cfg_rule_find(cfg, rows[i].name);

        if ((rule != NULL) != (rows[i].rule != NULL) ||
            (rule != NULL && strcmp(rule->name, rows[i].rule) != 0))
            fail_msg("'%s': %s", rows[i].name, rule != NULL ? rule->name : "no rule");
    }
    assert_true(cfg_rule_matches(&cfg->rules[1], "MyApp.special"));
    assert_false(cfg_rule_matches(&cfg->rules[1], "MyApp.other"));
    unload(&loaded);
    cfg = good(TEXT(DEFAULTS "mutexes: { M: }\n"));
    assert_null(cfg_rule_find(cfg, "M"));
    unload(&loaded);
}

static void rules_in_the_order_of_the_files(void **state)
{
    static const char *const texts[] = {
        DEFAULTS "requests: { Main: { names: 'App.1*'" REST " } }\n",
        DEFAULTS "requests: { More: { names: 'App.*'" REST " } }\n",
        DEFAULTS "requests: { Last: { names: ['App.2*', 'Own.*']" REST " } }\n"};
    struct cfg *parts[COUNT(texts)], *whole;
    struct cfg_messages messages;
    size_t i;

    (void)state;
    cfg_messages_init(&messages);
    for (i = 0; i < COUNT(texts); i++)
        assert_int_equal(cfg_load("f", texts[i], strlen(texts[i]), &messages, &parts[i]), CFG_OK);
    assert_int_equal(cfg_merge(parts, COUNT(texts), NULL, &messages, &whole), CFG_OK);
    assert_int_equal(messages.count, 0);
    assert_int_equal(whole->count, 0);
    assert_int_equal(whole->rule_count, 3);
    assert_string_equal(cfg_rule_find(whole, "App.1")->name, "Main");
    assert_string_equal(cfg_rule_find(whole, "App.2")->name, "More");
    assert_string_equal(cfg_rule_find(whole, "Own.2")->name, "Last");
    cfg_free(whole);
    for (i = 0; i < COUNT(texts); i++)
        cfg_free(parts[i]);
    cfg_messages_free(&messages);
}

static void memory_in_whole_pages(void **state)
{
    static const struct {
        uint64_t size, alone, pair;
    } rows[] = {
        {1, 4096, 8192},
        {4096, 4096, 4096 + 12288},
        {4097, 8192, 8192 + 12288},
        {1984, 4096, 8192},  /* two halves of 1984 and 64 bytes: just a page */
        {1985, 4096, 12288}, /* and a half more */
        {1048576, 1048576, 1048576 + 2097152 + 4096},
    };
    struct cfg_rule rule = {0};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        rule.pair = false;
        assert_int_equal(cfg_rule_memory(&rule, rows[i].size), rows[i].alone);
        rule.pair = true;
        assert_int_equal(cfg_rule_memory(&rule, rows[i].size), rows[i].pair);
    }
    rule.pair = false;
    assert_true(cfg_rule_memory(&rule, CFG_SIZE_MAX) == CFG_SIZE_MAX);
    assert_true(cfg_rule_memory(&rule, CFG_SIZE_MAX + 1) == UINT64_MAX);
    assert_true(cfg_rule_memory(&rule, UINT64_MAX) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_with_a_matching_pattern),
        cmocka_unit_test(rules_in_the_order_of_the_files),
        cmocka_unit_test(memory_in_whole_pages),
    };

    return cmocka_run_group_tests_name("test_rules", tests, NULL, NULL);
}
