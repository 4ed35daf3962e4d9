/* Several files as one configuration. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"
#include "merge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FILES_MAX    4
#define DEFAULTS     "version: 1\ndefaults: { access: { read: Users } }\n"

struct merged {
    struct cfg *parts[FILES_MAX];
    size_t count;
    bool left_out[FILES_MAX];
    struct cfg_messages messages;
    enum cfg_result result;
    struct cfg *whole;
    char lines[4096];
};

/* The files are called 0, 1 and so on; an empty text stands for one that could not be used. */
static void merge(struct merged *m, const char *const *texts, bool forgiving)
{
    memset(m, 0, sizeof *m);
    cfg_messages_init(&m->messages);
    for (m->count = 0; m->count < FILES_MAX && texts[m->count] != NULL; m->count++) {
        const char name[2] = {(char)('0' + m->count), '\0'};
        const char *text = texts[m->count];

        if (text[0] != '\0')
            assert_int_equal(cfg_load(name, text, strlen(text), &m->messages, &m->parts[m->count]),
                             CFG_OK);
    }
    m->result =
        cfg_merge(m->parts, m->count, forgiving ? m->left_out : NULL, &m->messages, &m->whole);
    assert_int_equal(m->whole != NULL, m->result == CFG_OK);
    join_lines(&m->messages, m->lines, sizeof m->lines);
}

static void unmerge(struct merged *m)
{
    size_t i;

    cfg_free(m->whole);
    for (i = 0; i < m->count; i++)
        cfg_free(m->parts[i]);
    cfg_messages_free(&m->messages);
}

static struct merged m;

static void objects_in_the_order_of_the_files(void **state)
{
    static const char *const texts[] = {
        "version: 1\ninclude: x\ndirectory: { access: { read: A } }\nlimits: { objects: 9 }\n"
        "watch: true\nhold_for: 3 h\ndefaults: { access: { read: One } }\nmutexes: { B: , A: }\n",
        "", "version: 1\ndefaults: { access: { read: Two } }\nsegments: { C: { size: 1 } }\n",
        DEFAULTS "mutexes: { D: }\n", NULL};
    static const char *const names[] = {"B", "A", "C", "D"};
    size_t i;

    (void)state;
    merge(&m, texts, false);
    assert_string_equal(m.lines, "");
    assert_int_equal(m.result, CFG_OK);
    assert_int_equal(m.whole->count, 4);
    for (i = 0; i < 4; i++)
        assert_string_equal(m.whole->objects[i].name, names[i]);
    assert_string_equal(m.whole->objects[2].place.file, "2");
    assert_string_equal(m.whole->objects[0].access->trustees[0].name, "One");
    assert_string_equal(m.whole->objects[2].access->trustees[0].name, "Two");
    assert_string_equal(m.whole->file, "0");
    assert_true(m.whole->watch);
    assert_int_equal(m.whole->hold_ms, 3 * 3600 * 1000);
    assert_int_equal(m.whole->limits.objects.most, 9);
    assert_string_equal(m.whole->directory->trustees[0].name, "A");
    assert_string_equal(m.whole->directory->path, "directory.access");
    unmerge(&m);
}

static void one_file_is_its_own_whole(void **state)
{
    static const char *const texts[] = {DEFAULTS "mutexes: { M: }\n", NULL};

    (void)state;
    merge(&m, texts, false);
    assert_int_equal(m.result, CFG_OK);
    assert_int_equal(m.whole->count, 1);
    unmerge(&m);
}

struct row {
    const char *texts[FILES_MAX];
    const char *lines;
    const char *left_out; /* with FORGIVING: 'x' for each that is; "": not even so */
};

#define FIRST DEFAULTS "segments: { Prices: { size: 1 KiB } }\n"
#define SAME                                                                                       \
    " clashes with segments.Prices at 0:3:13; names are compared without case, and all kinds "     \
    "share them\n"

#define RULE "names: 'App.*', who: U, kinds: mutex"

/* clang-format off */
static const struct row rows[] = {
    {{FIRST, DEFAULTS "mutexes: { PRICES: }\n"},
     "1:3:12: error: mutexes.PRICES: the name 'PRICES'" SAME, "-x"},
    {{FIRST, DEFAULTS "segments: { prices: { size: 1 } }\n"},
     "1:3:13: error: segments.prices: the name 'prices'" SAME, "-x"},
    {{FIRST, DEFAULTS "mutexes: { prices.LOCK: }\n"},
     "1:3:12: error: mutexes.prices.LOCK: the name 'prices.LOCK' clashes with the lock of segments.Prices at 0:3:13; names are compared without case, and all kinds share them\n", "-x"},
    {{FIRST, DEFAULTS "segments: { A: { size: 1, lock: { name: Global\\prices } } }\n"},
     "1:3:41: error: segments.A.lock: the name 'prices' of the lock" SAME, "-x"},
    /* both places, of all files */
    {{FIRST, DEFAULTS "mutexes: { A: }\n", DEFAULTS "events: { a: { reset: manual }, Prices: { reset: manual } }\n"},
     "2:3:11: error: events.a: the name 'a' clashes with mutexes.A at 1:3:12; names are compared without case, and all kinds share them\n"
     "2:3:33: error: events.Prices: the name 'Prices'" SAME, "--x"},
    /* limits of the main file count for all */
    {{"version: 1\nlimits: { objects: 3 }\n" "mutexes: { A: { access: { read: U } } }\n", DEFAULTS "mutexes: { B: , C: , D: }\n"},
     "0:2:20: error: limits.objects: 4 objects, locks, slots and events included, exceed the limit of 3; remove some, or raise the limit\n", "-x"},
    {{"version: 1\nlimits: { memory: 1 KiB }\n" "mutexes: { A: { access: { read: U } } }\n", DEFAULTS "segments: { B: { size: 1025 } }\n"},
     "0:2:19: error: limits.memory: 1025 bytes of segments, queues and slots exceed the limit of 1024; remove some, or raise the limit\n", "-x"},
    /* rules */
    {{FIRST "requests: { R: { " RULE " }, S: { " RULE " } }\n", DEFAULTS "mutexes: { A: }\nrequests: { T: { " RULE " }, r: { " RULE " } }\n"},
     "1:4:58: error: requests.r: a rule 'R' is at 0:4:13, too; each rule needs a name of its own, and names are compared without case\n", "-x"},
    /* nothing at all */
    {{"version: 1\ninclude: nothing.yaml\n"},
     "0: error: neither this file nor the files it includes name an object or have requests, so there is nothing to hold\n", ""},
    {{"version: 1\ninclude: nothing.yaml\n", ""},
     "0: error: neither this file nor the files it includes name an object or have requests, so there is nothing to hold\n", ""},
};
/* clang-format on */

static void what_cannot_stand_together(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        merge(&m, rows[i].texts, false);
        assert_string_equal(m.lines, rows[i].lines);
        assert_int_equal(m.result, CFG_INVALID);
        unmerge(&m);
    }
}

/* The later one is left out as a whole, and the rest is as if it were not there. */
static void what_is_left_out(void **state)
{
    size_t i, k;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        size_t objects = 0;

        merge(&m, rows[i].texts, true);
        assert_true(m.messages.errors > 0);
        assert_int_equal(m.result, rows[i].left_out[0] != '\0' ? CFG_OK : CFG_INVALID);
        for (k = 0; k < strlen(rows[i].left_out); k++) {
            assert_int_equal(m.left_out[k], rows[i].left_out[k] == 'x');
            objects += m.left_out[k] || m.parts[k] == NULL ? 0 : m.parts[k]->count;
        }
        if (m.whole != NULL)
            assert_int_equal(m.whole->count, objects);
        unmerge(&m);
    }
}

/* What is left out takes no name from those behind it. */
static void a_name_of_what_is_left_out_is_free(void **state)
{
    static const char *const texts[] = {FIRST, DEFAULTS "mutexes: { Prices: , Other: }\n",
                                        DEFAULTS "mutexes: { other: }\n", NULL};

    (void)state;
    merge(&m, texts, true);
    assert_int_equal(m.result, CFG_OK);
    assert_true(m.left_out[1]);
    assert_false(m.left_out[2]);
    assert_int_equal(m.whole->count, 2);
    assert_string_equal(m.whole->objects[1].name, "other");
    unmerge(&m);
}

/* Rules of files without objects, and their number. */
static void rules_of_all_files(void **state)
{
    static const char *const texts[] = {
        "version: 1\ninclude: x\n", DEFAULTS "requests: { A: { " RULE " } }\n",
        DEFAULTS "requests: { a: { " RULE " }, B: { " RULE " } }\n",
        DEFAULTS "requests: { b: { " RULE " } }\nmutexes: { M: }\n", NULL};

    (void)state;
    merge(&m, texts, true);
    assert_int_equal(m.result, CFG_OK);
    assert_false(m.left_out[1]);
    assert_true(m.left_out[2]);
    assert_false(m.left_out[3]); /* a name of what is left out is free */
    assert_int_equal(m.whole->count, 1);
    assert_int_equal(m.whole->rule_count, 2);
    assert_string_equal(m.whole->rules[0].name, "A");
    assert_string_equal(m.whole->rules[1].name, "b");
    assert_string_equal(m.whole->rules[1].place.file, "3");
    unmerge(&m);
}

static void too_many_rules_of_all_files(void **state)
{
    static char half[64 * CFG_RULES_MAX];
    const char *texts[] = {"version: 1\ninclude: x\n", half,
                           DEFAULTS "requests: { S: { " RULE " } }\n", NULL};
    size_t i, used = (size_t)snprintf(half, sizeof half, DEFAULTS "requests:\n");

    (void)state;
    for (i = 0; i < CFG_RULES_MAX; i++)
        used += (size_t)snprintf(half + used, sizeof half - used, "  R%zu: { " RULE " }\n", i);
    merge(&m, texts, false);
    assert_int_equal(m.result, CFG_INVALID);
    assert_string_equal(m.lines, "0: error: 1001 rules in all files are more than the 1000 of one "
                                 "configuration\n");
    unmerge(&m);
}

static void limits_of_what_is_left_out(void **state)
{
    static const char *const texts[] = {
        "version: 1\nlimits: { objects: 2 }\nmutexes: { A: { access: { read: U } } }\n",
        DEFAULTS "mutexes: { B: , C: }\n", DEFAULTS "mutexes: { D: }\n", NULL};

    (void)state;
    merge(&m, texts, true);
    assert_string_equal(
        m.lines,
        "1: error: limits.objects: 3 objects, locks, slots and events included, exceed the limit "
        "of 2; remove some, or raise the limit\n");
    assert_int_equal(m.result, CFG_OK);
    assert_int_equal(m.whole->count, 2);
    assert_string_equal(m.whole->objects[1].name, "D");
    unmerge(&m);
}

static void what_only_the_main_file_may_say(void **state)
{
    static const char text[] =
        DEFAULTS "include: [a, b]\ndirectory: { access: { read: A } }\n"
                 "limits: { objects: 1 }\nwatch: false\nhold_for: 0\n"
                 "metrics: { file: 'C:\\m.prom' }\nlog: { file: 'C:\\l.log' }\n"
                 "mutexes: { M: }\n";
    static struct loaded loaded;

    (void)state;
    load(&loaded, TEXT(text));
    assert_int_equal(loaded.result, CFG_OK);
    assert_false(cfg_may_include(loaded.configuration, &loaded.messages));
    join_lines(&loaded.messages, loaded.lines, sizeof loaded.lines);
    assert_string_equal(
        loaded.lines,
        "f:3:11: error: include is not allowed in an included file; write it in the main file\n"
        "f:3:14: error: include is not allowed in an included file; write it in the main file\n"
        "f:4:22: error: directory is not allowed in an included file; write it in the main file\n"
        "f:5:9: error: limits is not allowed in an included file; write it in the main file\n"
        "f:6:8: error: watch is not allowed in an included file; write it in the main file\n"
        "f:7:11: error: hold_for is not allowed in an included file; write it in the main file\n"
        "f:8:10: error: metrics is not allowed in an included file; write it in the main file\n"
        "f:9:6: error: log is not allowed in an included file; write it in the main file\n");
    assert_int_equal(loaded.configuration->hold_ms, 0);
    unload(&loaded);
    load(&loaded, TEXT(DEFAULTS "mutexes: { M: }\n"));
    assert_true(cfg_may_include(loaded.configuration, &loaded.messages));
    assert_int_equal(loaded.messages.errors, 0);
    assert_int_equal(loaded.configuration->hold_ms, CFG_HOLD_MS);
    unload(&loaded);
}

/* 25 000 names in each: a table, not each with each; and too many in all. */
static void many(void **state)
{
    static char text[FILES_MAX - 1][25000 * 16 + 200];
    const char *texts[FILES_MAX] = {text[0], text[1], text[2], NULL};
    size_t i, k;

    (void)state;
    for (i = 0; i < 3; i++) {
        size_t used = (size_t)snprintf(text[i], sizeof text[i], "%s", DEFAULTS "mutexes:\n");

        for (k = 0; k < 25000; k++)
            used +=
                (size_t)snprintf(text[i] + used, sizeof text[i] - used, "  M%zu:\n", i * 25000 + k);
    }
    merge(&m, texts, true);
    assert_int_equal(m.result, CFG_OK);
    assert_int_equal(m.whole->count, 50000);
    assert_true(m.left_out[2] && !m.left_out[1]);
    assert_string_equal(m.lines, "2: error: 75000 objects in all files are more than the 50000 of "
                                 "one configuration\n");
    unmerge(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_in_the_order_of_the_files),
        cmocka_unit_test(one_file_is_its_own_whole),
        cmocka_unit_test(what_cannot_stand_together),
        cmocka_unit_test(what_is_left_out),
        cmocka_unit_test(a_name_of_what_is_left_out_is_free),
        cmocka_unit_test(rules_of_all_files),
        cmocka_unit_test(too_many_rules_of_all_files),
        cmocka_unit_test(limits_of_what_is_left_out),
        cmocka_unit_test(what_only_the_main_file_may_say),
        cmocka_unit_test(many),
    };

    return cmocka_run_group_tests_name("test_merge", tests, NULL, NULL);
}
