/* shmb scan: what a first configuration says, and that it is one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_text.h"
#include "first_configuration.h"
#include "system_names.h"

static char text[65536];

static void take(void *context, const char *piece)
{
    (void)context;
    assert_true(strlen(text) + strlen(piece) < sizeof(text));
    strcat(text, piece);
}

/* Writes it, and loads it as the broker does. */
static void write_and_load(const struct starter_object *objects, size_t count)
{
    struct loaded loaded;

    text[0] = '\0';
    assert_true(starter_write(objects, count, take, NULL));
    load(&loaded, text, strlen(text));
    if (loaded.result != CFG_OK)
        fail_msg("%s%s", loaded.lines, text);
    unload(&loaded);
}

static void expect(const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is missing:\n%s", part, text);
}

static void locks_are_known_by_their_names(void **state)
{
    static const struct {
        const char *section, *mutex;
        bool locks;
    } table[] = {
        {"Prices", "Prices.lock", true},   {"Prices", "sync_Prices", true},
        {"Prices", "PricesMutex", true},   {"Prices", "pricesmutex", true},
        {"Prices", "Mutex_Prices", true},  {"Prices", "Prices_mutex", true},
        {"Prices", "Prices", false},       {"Prices", "Prices2", false},
        {"Prices", "xPricesMutex", false}, {"Prices", "PricesMutex2", false},
        {"Prices", "lockPrices", true},    {"Prices", "Price.lock", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_int_equal(starter_locks(table[i].section, table[i].mutex), table[i].locks);
}

static void patterns_fit_as_people_expect(void **state)
{
    (void)state;
    assert_true(starter_fits("*", ""));
    assert_true(starter_fits("My*", "myThing"));
    assert_true(starter_fits("*Mutex", "AMutexMutex"));
    assert_true(starter_fits("a?c", "a\xc3\xb6"
                                    "c"));
    assert_true(starter_fits("a*b*c", "aXbYbZc"));
    assert_false(starter_fits("My", "MyThing"));
    assert_false(starter_fits("a?c", "ac"));
    assert_false(starter_fits("", "a"));
    assert_false(starter_fits("?", ""));
}

/* Names seen on Windows 10 and 11, and some that only look like them. */
static void names_of_windows_are_known(void **state)
{
    static const struct {
        const char *name;
        bool windows;
    } rows[] = {
        {"__ComCatalogCache__", true},
        {"RotHintTable", true},
        {"{A64C7F33-DA35-459b-96CA-63B51FB0CDB9}", true},
        {"{A64C7F33-DA35-459b-96CA-63B51FB0CDB8}", false},
        {"SENS Information Cache", true},
        {"Sensors", false},
        {"windows_shell_global_counters", true},
        {"WindowsOfMine", false},
        {"C:*ProgramData*Microsoft*Windows*Caches*cversions.2.ro", true},
        {"C:*Users*user*AppData*Local*Microsoft*Windows*Caches*cversions.3.ro", true},
        {"C:*ProgramData*Vendor*Cache", false},
        {"SM0:5960:304:WilStaging_02_p0h", true},
        {"SM0", false},
        {"1078HWNDInterface:10178", true},
        {"Cor_Private_IPCBlock_v4_3680", true},
        {"NLS_CodePage_1252_3_2_0_0", true},
        {".NET CLR Networking_Perf_Library_Lock_PID_a0", true},
        {"RdpCommandChannel-Session1-0", true},
        {"Wmi Provider Sub System Counters", true},
        {"dbwin_buffer", true},
        {"MSCTF.Asm.MutexDefault1", true},
        {"CTF.Asm.MutexDefaultS-1-5-21-1", true},
        {"CTF.Prices", false},
        {"ZonesCacheCounterMutex", true},
        {"Prices", false},
        {"sync_MyFileMappingObject", false},
        {"QSharedMemory_App", false},
        {"", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (system_name(rows[i].name) != rows[i].windows)
            fail_msg("%s", rows[i].name);
}

static void every_kind_finds_its_place(void **state)
{
    static const struct starter_object objects[] = {
        {.name = "Five", .kind = SHMB_SEMAPHORE, .seen = true, .count = 3, .maximum = 5},
        {.name = "sync_Prices", .kind = SHMB_MUTEX},
        {.name = "Alone", .kind = SHMB_MUTEX, .in_session = true},
        {.name = "Prices", .kind = SHMB_SECTION, .seen = true, .bytes = 4096},
        {.name = "Bare", .kind = SHMB_SECTION, .seen = true, .bytes = 100, .exact = true},
        {.name = "Stop", .kind = SHMB_EVENT, .seen = true, .manual_reset = true},
        {.name = "Tick", .kind = SHMB_EVENT, .seen = true},
        {.name = "Ready", .kind = SHMB_EVENT, .seen = true, .manual_reset = true, .set = true},
    };

    (void)state;
    write_and_load(objects, sizeof(objects) / sizeof(objects[0]));
    expect("segments:\n"
           "  \"Prices\":\n"
           "    size: 4096  # rounded up to pages: the programs know the exact size\n"
           "    lock: { name: \"sync_Prices\" }\n"
           "  \"Bare\":\n"
           "    size: 100\n"
           "    lock: none\n"
           "\n"
           "mutexes:\n"
           "  \"Alone\": {}  # without Global\\ so far: see sessions: alias\n"
           "\n"
           "events:\n"
           "  \"Stop\": { reset: manual }\n"
           "  \"Tick\": { reset: auto }\n"
           "  \"Ready\": { reset: manual, set: true }\n"
           "\n"
           "semaphores:\n"
           "  \"Five\": { initial: 3, maximum: 5 }\n");
}

static void what_cannot_be_had_is_a_comment(void **state)
{
    static const struct starter_object objects[] = {
        {.name = "Shown", .kind = SHMB_SECTION, .seen = true, .bytes = 4096},
        {.name = "File", .kind = SHMB_SECTION, .seen = true, .bytes = 4096, .backed = true},
        {.name = "Dark", .kind = SHMB_SECTION},
        {.name = "Global", .kind = SHMB_MUTEX},
        {.name = "a\nb\xe2\x80\xae#c", .kind = SHMB_MUTEX},
        {.name = "SHOWN", .kind = SHMB_EVENT, .seen = true},
        {.name = "Held", .kind = SHMB_MUTEX, .held = true},
        {.name = "Vast", .kind = SHMB_SECTION, .seen = true, .bytes = ((uint64_t)1 << 40) + 1},
        {.name = "Dim", .kind = SHMB_SEMAPHORE},
    };

    (void)state;
    write_and_load(objects, sizeof(objects) / sizeof(objects[0]));
    expect("# left out: section File: it maps a file: leave it to its program\n");
    expect("# left out: section Dark: you have no right to query it\n");
    expect("# left out: mutex Global: not a valid name for an object of the broker\n");
    expect("# left out: mutex a?b?#c: not a valid name");
    expect("# left out: event SHOWN: another object has this name, except for case or session\n");
    expect("# left out: section Vast: it is larger");
    expect("# left out: semaphore Dim:");
    assert_null(strstr(text, "Held"));
    assert_null(strstr(text, "mutexes:"));
}

static void any_name_comes_back_as_it_was(void **state)
{
    static const struct starter_object objects[] = {
        {.name = "quote\" and 'apostrophe", .kind = SHMB_MUTEX},
        {.name = "# : {[ - ? | > %", .kind = SHMB_MUTEX},
        {.name = "\xe2\x80\xa8\xef\xbf\xbe\xef\xbb\xbf\xf0\x9f\x94\x92", .kind = SHMB_MUTEX},
        {.name = "\xe2\x80\xae\xe2\x81\xa9", .kind = SHMB_MUTEX},
        {.name = "a\xe2\x80\x8b\xc2\xa0\xe2\x80\xae\xf3\xa0\x80\x81z", .kind = SHMB_MUTEX},
        {.name = "{BC1D-7F}/x", .kind = SHMB_MUTEX},
        {.name = "a\xef\xbc\x9a\xe3\x80\x80z", .kind = SHMB_MUTEX},
        {.name = "true", .kind = SHMB_MUTEX},
        {.name = " ", .kind = SHMB_MUTEX},
    };
    struct loaded loaded;
    size_t i;

    (void)state;
    write_and_load(objects, sizeof(objects) / sizeof(objects[0]));
    load(&loaded, text, strlen(text));
    assert_int_equal(loaded.configuration->count, sizeof(objects) / sizeof(objects[0]));
    for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        assert_string_equal(loaded.configuration->objects[i].name, objects[i].name);
    unload(&loaded);
    expect("\"\\u202E\\u2069\""); /* a screen shows the text as it is */
    expect("\"a\\uFF1A\\u3000z\"");
}

static void nothing_is_said_to_be_nothing(void **state)
{
    (void)state;
    text[0] = '\0';
    assert_true(starter_write(NULL, 0, take, NULL));
    expect("no objects found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_are_known_by_their_names),
        cmocka_unit_test(patterns_fit_as_people_expect),
        cmocka_unit_test(names_of_windows_are_known),
        cmocka_unit_test(every_kind_finds_its_place),
        cmocka_unit_test(what_cannot_be_had_is_a_comment),
        cmocka_unit_test(any_name_comes_back_as_it_was),
        cmocka_unit_test(nothing_is_said_to_be_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
