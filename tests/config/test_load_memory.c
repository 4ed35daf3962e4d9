/*
 * Every allocation of a load fails in its turn, those of libyaml included. The
 * linker sends all of them here (--wrap); AddressSanitizer looks for leaks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"
#include "merge.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *text);

static bool watching;
static size_t asked, fail_at; /* the fail_at-th allocation fails; 0: none */
static long held;             /* blocks allocated and not freed */

static bool fails(void)
{
    return watching && ++asked == fail_at;
}

void *__wrap_malloc(size_t size)
{
    void *memory = fails() ? NULL : __real_malloc(size);

    if (watching && memory != NULL)
        held++;
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *memory = fails() ? NULL : __real_calloc(count, size);

    if (watching && memory != NULL)
        held++;
    return memory;
}

void *__wrap_realloc(void *memory, size_t size)
{
    void *moved = fails() ? NULL : __real_realloc(memory, size);

    if (watching && memory == NULL && moved != NULL)
        held++;
    return moved;
}

void __wrap_free(void *memory)
{
    if (watching && memory != NULL)
        held--;
    __real_free(memory);
}

/* libyaml copies anchors and the like with it; in the C library it would escape. */
char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

static void watch(size_t fail)
{
    asked = 0;
    fail_at = fail;
    held = 0;
    watching = true;
}

static const char rich[] =
    "version: 1\n"
    "include: [a.yaml, conf.d/*.yaml]\n"
    "directory: { access: { read: Users } }\n"
    "limits: { objects: 100, memory: 1 GiB }\n"
    "watch: true\n"
    "defaults: { access: &d { read: [Users], write: ['CORP\\App', S-1-5-11], deny: Guests } }\n"
    "segments:\n"
    "  A: { size: 4 KiB, initial: { text: \"h\xC3\xA9llo\", encoding: utf-16le } }\n"
    "  B: { size: 4 KiB, initial: { hex: 00 11 22 33 }, lock: { name: sync_B } }\n"
    "  C: { size: 1, lock: none, initial: { fill: 7 }, access: *d }\n"
    "mutexes: { a1: , a2: , a3: , a4: , a5: , a6: , a7: , a8: , a9: , b1: , b2: , b3: , b4: }\n"
    "events:\n"
    "  E: { reset: manual }\n"
    "  F:\n"
    "    reset: auto\n"
    "    access:\n"
    "      write:\n"
    "      - One\n"
    "      - 'Two, whose name goes on for more than one of the small buffers in libyaml'\n"
    "requests:\n"
    "  R: { names: ['App.*', 'Own.?*'], who: { allow: [Users], deny: Guests }, size: 4 KiB,\n"
    "       each: { objects: 5 }, total: { memory: 1 GiB }, access: { write: Requester },\n"
    "       integrity: low, audit: true, lock: { kind: fast }, snapshots: double }\n";

static const char bad[] = "version: 1\n"
                          "segments: { A: { size: x }, A: { size: 1 }, a: { sise: 1 } }\n"
                          "mutexes: { M: { access: { read: [] } }, \xC3\xA9: }\n"
                          "requests: { R: { names: ['*', 'App'], who: [], size: 1 TiB }, r: 5 }\n";

static const char broken[] = "version: 1\nsegments: [{ a: b, c: [ d, \"e\"\n";

/* With all allocations granted `expected`, with one refused that or no memory. */
static void each_fails(const char *text, size_t length, enum cfg_result expected)
{
    size_t n, total;

    for (n = 0, total = 1; n <= total; n++) {
        struct cfg_messages messages;
        struct cfg *configuration = (struct cfg *)&messages;
        enum cfg_result result;

        cfg_messages_init(&messages);
        watch(n);
        result = cfg_load("f", text, length, &messages, &configuration);
        if (n == 0)
            total = asked;
        assert_true(result == CFG_NO_MEMORY || result == expected);
        assert_true(n != 0 || result == expected);
        assert_true((configuration != NULL) == (result == CFG_OK));
        assert_true(result != CFG_INVALID || messages.errors > 0);
        cfg_free(configuration);
        cfg_messages_free(&messages);
        watching = false;
        assert_int_equal(held, 0);
    }
    print_message("%zu allocations, each refused once\n", total);
    assert_true(total > 10);
}

static void of_a_good_file(void **state)
{
    (void)state;
    each_fails(TEXT(rich), CFG_OK);
}

static void of_a_bad_file(void **state)
{
    (void)state;
    each_fails(TEXT(bad), CFG_INVALID);
    each_fails(TEXT(broken), CFG_INVALID);
}

static struct cfg *loaded(const char *file, const char *text)
{
    struct cfg_messages messages;
    struct cfg *configuration;

    cfg_messages_init(&messages);
    assert_int_equal(cfg_load(file, text, strlen(text), &messages, &configuration), CFG_OK);
    cfg_messages_free(&messages);
    return configuration;
}

/* Two files that clash, and two that do not. */
static void of_a_merge(void **state)
{
    static const char *const seconds[] = {
        "version: 1\nmutexes: { Other: { access: { read: U } } }\n"
        "requests: { R: { names: App, who: U, size: 1, access: { write: U } } }\n",
        "version: 1\nmutexes: { prices: { access: { read: U } } }\n"};
    size_t i, n;

    (void)state;
    for (i = 0; i < 2; i++) {
        enum cfg_result wanted = i == 0 ? CFG_OK : CFG_INVALID, result = CFG_NO_MEMORY;
        struct cfg *parts[2] = {
            loaded("a", "version: 1\nsegments: { Prices: { size: 1, access: { read: U } } }\n"),
            loaded("b", seconds[i])};

        for (n = 1; result == CFG_NO_MEMORY; n++) {
            struct cfg_messages messages;
            struct cfg *whole;

            cfg_messages_init(&messages);
            watch(n);
            result = cfg_merge(parts, 2, NULL, &messages, &whole);
            assert_true(result == wanted || result == CFG_NO_MEMORY);
            assert_int_equal(whole != NULL, result == CFG_OK);
            assert_int_equal(messages.errors, result == CFG_INVALID);
            cfg_free(whole);
            cfg_messages_free(&messages);
            watching = false;
            assert_int_equal(held, 0);
        }
        assert_true(n > 4);
        cfg_free(parts[0]);
        cfg_free(parts[1]);
    }
}

/* What was wrong is never forgotten, even if there is no memory to say it. */
static void of_a_message(void **state)
{
    struct cfg_place place = {"f", 1, 1};
    size_t n;

    (void)state;
    for (n = 1; n <= 5; n++) {
        struct cfg_messages messages;
        size_t kept;

        cfg_messages_init(&messages);
        watch(n);
        cfg_message_add(&messages, CFG_ERROR, &place, "object", "%s", "text");
        kept = messages.count;
        cfg_messages_sort(&messages);
        assert_int_equal(messages.errors, 1);
        cfg_messages_free(&messages);
        watching = false;
        assert_int_equal(kept, n == 5 ? 1 : 0);
        assert_int_equal(held, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_good_file),
        cmocka_unit_test(of_a_bad_file),
        cmocka_unit_test(of_a_merge),
        cmocka_unit_test(of_a_message),
    };

    return cmocka_run_group_tests_name("test_load_memory", tests, NULL, NULL);
}
