/* A main file and all it includes, from files that exist only here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "account_check.h"
#include "config_digest.h"
#include "config_files.h"
#include "fake_system.h"

#define MAIN     "C:\\cfg\\main.yaml"
#define A        "C:\\cfg\\conf.d\\a.yaml"
#define B        "C:\\cfg\\conf.d\\b.yaml"
#define DEFAULTS "version: 1\ndefaults: { access: { read: Users } }\n"
#define INCLUDE  "include: conf.d\\*.yaml\n"

static struct fake *fake;
static struct cfg_messages messages;
static struct config_files c;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    cfg_messages_init(&messages);
    memset(&c, 0, sizeof(c));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    config_files_free(&c);
    cfg_messages_free(&messages);
    fake_free(fake);
    return 0;
}

static enum config_files_result read_paths(enum config_files_policy policy,
                                           const char *const *paths, size_t count)
{
    enum config_files_result result =
        config_files_read(fake_system(fake), paths, count, policy, 5000, &messages, &c);

    assert_int_equal(c.whole != NULL, result == CONFIG_FILES_OK);
    return result;
}

static enum config_files_result read_main(enum config_files_policy policy)
{
    const char *const paths[] = {MAIN};

    return read_paths(policy, paths, 1);
}

static void check_lines(const char *wanted)
{
    char lines[4096];
    size_t i, used = 0;

    lines[0] = '\0';
    for (i = 0; i < messages.count; i++) {
        used += cfg_message_format(&messages.items[i], lines + used, sizeof(lines) - used - 1);
        assert_true(used < sizeof(lines) - 1);
        lines[used++] = '\n';
        lines[used] = '\0';
    }
    assert_string_equal(lines, wanted);
}

static void two_included_files(void)
{
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    fake_file(fake, B, DEFAULTS "mutexes: { OfB: }\n");
    fake_file(fake, A, DEFAULTS "mutexes: { OfA: }\n");
    fake_file(fake, "C:\\cfg\\conf.d\\a.yaml.bak", "no YAML: [");
    fake_file(fake, "C:\\cfg\\conf.d\\deep\\c.yaml", "no YAML: [");
    fake_file(fake, "C:\\other\\c.yaml", "no YAML: [");
}

static void includes_in_the_order_of_their_names(void **state)
{
    (void)state;
    two_included_files();
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    check_lines("");
    assert_int_equal(c.count, 3);
    assert_string_equal(c.files[0].path, MAIN);
    assert_string_equal(c.files[1].path, A);
    assert_string_equal(c.files[2].path, B);
    assert_int_equal(c.whole->count, 3);
    assert_string_equal(c.whole->objects[0].name, "M");
    assert_string_equal(c.whole->objects[1].name, "OfA");
    assert_string_equal(c.whole->objects[2].place.file, B);
    assert_false(c.files[0].left_out || c.files[1].left_out || c.files[2].left_out);
    /* The bytes are kept: the last good configuration is made of them. */
    assert_int_equal(c.files[1].length, strlen(DEFAULTS "mutexes: { OfA: }\n"));
    assert_memory_equal(c.files[1].bytes, DEFAULTS, strlen(DEFAULTS));
}

static void a_file_is_read_once(void **state)
{
    (void)state;
    fake_file(fake, MAIN,
              DEFAULTS "include: ['*.yaml', conf.d\\a.yaml, conf.d\\*.yaml, CONF.D\\A.YAML]\n"
                       "mutexes: { M: }\n");
    fake_file(fake, A, DEFAULTS "mutexes: { OfA: }\n");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    check_lines("");
    assert_int_equal(c.count, 2);
    assert_int_equal(fake_calls(fake, FAKE_READ_FILE), 2);
}

static void a_pattern_without_files_is_a_warning(void **state)
{
    (void)state;
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    check_lines(MAIN ":3:10: warning: include: no file matches 'conf.d\\*.yaml' now\n");
    assert_int_equal(c.count, 1);
}

static void a_main_file_of_includes_only(void **state)
{
    (void)state;
    two_included_files();
    fake_file(fake, MAIN, "version: 1\n" INCLUDE);
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    assert_int_equal(c.whole->count, 2);
    config_files_free(&c);
    fake_file_gone(fake, A);
    fake_file_gone(fake, B);
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_INVALID);
    check_lines(MAIN ": error: neither this file nor the files it includes name an object or have "
                     "requests, so there is nothing to hold\n" MAIN
                     ":2:10: warning: include: no file matches 'conf.d\\*.yaml' now\n");
}

struct row {
    const char *main, *a, *b; /* texts; NULL: no such file */
    const char *lines;
    enum {
        REFUSED,
        LEFT_OUT, /* a.yaml, and the rest works */
        FORGIVEN  /* it is a warning, and nothing is left out */
    } forgiving;
};

#define GOOD_MAIN DEFAULTS INCLUDE "mutexes: { M: }\n"
#define GOOD_B    DEFAULTS "mutexes: { OfB: }\n"

/* clang-format off */
static const struct row rows[] = {
    {GOOD_MAIN, DEFAULTS "mutexes: { OfA: { sise: 1 } }\n", GOOD_B,
     A ":3:19: error: mutexes.OfA: unknown key 'sise'; known here: access, integrity, sddl, audit and sessions\n", LEFT_OUT},
    {GOOD_MAIN, "mutexes: [", GOOD_B,
     A ":2:1: error: this is not YAML: did not find expected node content while parsing a flow node\n", LEFT_OUT},
    /* its own defaults, not those of the main file */
    {GOOD_MAIN, "version: 1\nmutexes: { OfA: }\n", GOOD_B,
     A ":2:12: error: mutexes.OfA: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users] }\n", LEFT_OUT},
    {GOOD_MAIN, "defaults: { access: { read: Users } }\nmutexes: { OfA: }\n", GOOD_B,
     A ":1:1: error: the file does not say which version it is; add version: 1\n", LEFT_OUT},
    {GOOD_MAIN, DEFAULTS "include: b.yaml\nmutexes: { OfA: }\n", GOOD_B,
     A ":3:10: error: include is not allowed in an included file; write it in the main file\n", LEFT_OUT},
    {GOOD_MAIN, DEFAULTS "watch: true\nmutexes: { OfA: }\n", GOOD_B,
     A ":3:8: error: watch is not allowed in an included file; write it in the main file\n", LEFT_OUT},
    {GOOD_MAIN, "", GOOD_B,
     A ": error: the file is empty; it needs version: 1 and objects to hold\n", LEFT_OUT},
    {GOOD_MAIN, DEFAULTS "mutexes: { m: }\n", GOOD_B,
     A ":3:12: error: mutexes.m: the name 'm' clashes with mutexes.M at " MAIN ":4:12; names are compared without case, and all kinds share them\n", LEFT_OUT},
    {GOOD_MAIN, DEFAULTS "segments: { S: { size: 9, initial: { file: gone.bin } } }\n", GOOD_B,
     A ":3:44: error: segments.S: 'C:\\cfg\\conf.d\\gone.bin' cannot be read: CreateFileW: made to fail (error 1455)\n", FORGIVEN},
    {GOOD_MAIN, DEFAULTS "segments: { S: { size: 4, initial: { file: ..\\five.bin } } }\n", GOOD_B,
     A ":3:44: error: segments.S: 'C:\\cfg\\conf.d\\..\\five.bin' has 5 bytes, the segment only 4; make the size larger\n", FORGIVEN},
    {DEFAULTS "include: [conf.d\\a.yaml, conf.d\\b.yaml]\nmutexes: { M: }\n", NULL, GOOD_B,
     MAIN ":3:11: error: include[0]: '" A "' cannot be read: CreateFileW: made to fail (error 1455)\n", LEFT_OUT},
    {DEFAULTS "include: main.yaml\nmutexes: { M: }\n", NULL, NULL,
     MAIN ":3:10: error: include: the file includes itself; remove this entry\n", LEFT_OUT},
    {"version: 1\nlimits: { objects: 1 }\n" INCLUDE "mutexes: { M: { access: { read: U } } }\n", GOOD_B, NULL,
     MAIN ":2:20: error: limits.objects: 2 objects, locks, slots and events included, exceed the limit of 1; remove some, or raise the limit\n", LEFT_OUT},
    /* errors of the main file */
    {DEFAULTS INCLUDE "mutexes: { M: { sise: 1 } }\n", GOOD_B, NULL,
     MAIN ":4:17: error: mutexes.M: unknown key 'sise'; known here: access, integrity, sddl, audit and sessions\n", REFUSED},
    {DEFAULTS "segments: { S: { size: 9, initial: { file: gone.bin } } }\n", NULL, NULL,
     MAIN ":3:44: error: segments.S: 'C:\\cfg\\gone.bin' cannot be read: CreateFileW: made to fail (error 1455)\n", FORGIVEN},
};
/* clang-format on */

static void set_files(const struct row *row)
{
    fake_file(fake, MAIN, row->main);
    if (row->a != NULL)
        fake_file(fake, A, row->a);
    if (row->b != NULL)
        fake_file(fake, B, row->b);
    fake_file(fake, "C:\\cfg\\conf.d\\..\\five.bin", "12345");
}

static void an_error_anywhere_refuses_all(void **state)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_files(&rows[i]);
        assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_INVALID);
        check_lines(rows[i].lines);
        tear_down(state);
        set_up(state);
    }
}

static void an_unusable_include_is_left_out(void **state)
{
    size_t i, k;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool forgiven = rows[i].forgiving == FORGIVEN;

        set_files(&rows[i]);
        assert_int_equal(read_main(CONFIG_FILES_FORGIVING),
                         rows[i].forgiving != REFUSED ? CONFIG_FILES_OK : CONFIG_FILES_INVALID);
        assert_int_equal(messages.errors, !forgiven);
        assert_int_equal(messages.warnings, forgiven);
        for (k = 0; c.whole != NULL && k < c.count; k++)
            assert_int_equal(c.files[k].left_out, !forgiven && strcmp(c.files[k].path, A) == 0);
        if (c.whole != NULL && !forgiven)
            assert_int_equal(c.whole->count, rows[i].b != NULL ? 2 : 1);
        tear_down(state);
        set_up(state);
    }
}

static void the_content_of_a_segment_comes_from_a_file(void **state)
{
    const struct cfg_initial *initial;

    (void)state;
    fake_file(fake, MAIN,
              DEFAULTS INCLUDE "segments: { S: { size: 9, initial: { file: data\\five.bin } } }\n");
    fake_file(fake, A,
              DEFAULTS
              "segments: { T: { size: 5, initial: { file: 'C:\\cfg\\data\\five.bin' } } }\n");
    fake_file(fake, "C:\\cfg\\data\\five.bin", "12345");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    check_lines("");
    assert_int_equal(c.whole->count, 2);
    initial = c.whole->objects[0].u.segment.initial;
    assert_int_equal(initial->length, 5);
    assert_memory_equal(initial->bytes, "12345", 5);
    assert_int_equal(c.whole->objects[1].u.segment.initial->length, 5);
    assert_int_equal(c.initial, 10);
}

static void several_files_as_one(void **state)
{
    const char *const paths[] = {MAIN, A, "b.yaml", A};

    (void)state;
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    fake_file(fake, A, DEFAULTS "mutexes: { OfA: }\n");
    fake_file(fake, "C:\\here\\b.yaml", DEFAULTS "mutexes: { OfB: }\n");
    assert_int_equal(read_paths(CONFIG_FILES_STRICT, paths, 4), CONFIG_FILES_OK);
    assert_int_equal(c.count, 3);
    assert_string_equal(c.files[2].path, "C:\\here\\b.yaml");
    assert_int_equal(c.whole->count, 3);
}

static void an_unreadable_main_file(void **state)
{
    (void)state;
    assert_int_equal(read_main(CONFIG_FILES_FORGIVING), CONFIG_FILES_UNREADABLE);
    assert_int_equal(c.files[0].status, SYS_NOT_FOUND);
    assert_string_equal(c.files[0].why.text, "made to fail");
    check_lines("");
}

static void too_many_files(void **state)
{
    char path[64], text[128];
    size_t i;

    (void)state;
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    for (i = 1; i <= CONFIG_FILES_MAX; i++) {
        (void)snprintf(path, sizeof(path), "C:\\cfg\\conf.d\\%04u.yaml", (unsigned)i);
        (void)snprintf(text, sizeof(text), DEFAULTS "mutexes: { M%u: }\n", (unsigned)i);
        fake_file(fake, path, text);
    }
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_INVALID);
    check_lines(MAIN ":3:10: error: include: more than 1000 files in all; merge some of them\n");
    assert_int_equal(c.count, CONFIG_FILES_MAX);
}

/* For what is found later, such as an account nobody knows. */
static void a_file_is_left_out_later(void **state)
{
    enum config_files_result result;

    (void)state;
    two_included_files();
    assert_int_equal(read_main(CONFIG_FILES_FORGIVING), CONFIG_FILES_OK);
    assert_false(config_files_leave_out(&c, MAIN, &messages, &result));
    assert_false(config_files_leave_out(&c, "C:\\cfg\\conf.d\\z.yaml", &messages, &result));
    assert_int_equal(c.whole->count, 3);
    assert_true(config_files_leave_out(&c, A, &messages, &result));
    assert_int_equal(result, CONFIG_FILES_OK);
    assert_int_equal(c.whole->count, 2);
    assert_string_equal(c.whole->objects[1].name, "OfB");
    assert_true(c.files[1].left_out);
    assert_false(config_files_leave_out(&c, A, &messages, &result));
}

/* Each call fails in its turn, in each way. */
static void each_call_fails(void **state)
{
    static const enum sys_status kinds[] = {SYS_DENIED, SYS_NOT_FOUND, SYS_NO_MEMORY, SYS_FAILED};
    size_t n, how, calls;

    two_included_files();
    fake_file(fake, B, DEFAULTS "segments: { S: { size: 9, initial: { file: five.bin } } }\n");
    fake_file(fake, "C:\\cfg\\conf.d\\five.bin", "12345");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_OK);
    calls = fake_can_fail_calls(fake);
    assert_int_equal(calls, 7);
    for (n = 1; n <= calls; n++) {
        for (how = 0; how < sizeof(kinds) / sizeof(kinds[0]); how++) {
            enum config_files_result strict, forgiving;

            config_files_free(&c);
            cfg_messages_free(&messages);
            fake_fail_nth(fake, fake_can_fail_calls(fake) + n, kinds[how]);
            strict = read_main(CONFIG_FILES_STRICT);
            assert_int_not_equal(strict, CONFIG_FILES_OK);
            assert_int_equal(strict == CONFIG_FILES_INVALID, messages.errors > 0);
            config_files_free(&c);
            cfg_messages_free(&messages);
            fake_fail_nth(fake, fake_can_fail_calls(fake) + n, kinds[how]);
            forgiving = read_main(CONFIG_FILES_FORGIVING);
            /* The first two are about the main file; one that is missing is waited for. */
            if (strict == CONFIG_FILES_INVALID || (n == 1 && kinds[how] == SYS_NOT_FOUND))
                assert_int_equal(forgiving, CONFIG_FILES_OK);
            else
                assert_int_equal(forgiving, strict);
            assert_int_equal(strict == CONFIG_FILES_UNREADABLE,
                             n == 1 || (n == 2 && kinds[how] != SYS_NO_MEMORY));
        }
    }
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* One run tells everything: errors of the main file hide neither includes nor accounts. */
static void errors_hide_no_others(void **state)
{
    struct trustees *known = trustees_new(fake_system(fake));

    (void)state;
    fake_file(fake, MAIN,
              DEFAULTS INCLUDE "mutexes: { M: { acess: 1 }, N: { access: { raed: 1, write: "
                               "Nobody } }, O: { access: { read: [''] } } }\n");
    fake_file(fake, A, "version: 1\nmutexes: { OfA: { access: { read: Nowhere } } }\n");
    fake_file(fake, B, DEFAULTS "mutexes: { OfB: 5 }\n");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_INVALID);
    assert_true(account_check(&c, known, &messages));
    check_lines(
        A ":2:35: error: mutexes.OfA.access: 'Nowhere' does not exist; check the spelling, write "
          "DOMAIN\\name, or use the SID (made to fail)\n" B
          ":3:17: error: mutexes.OfB: expected a mapping with access, integrity, sddl, audit or "
          "sessions, found '5'\n" MAIN
          ":4:17: error: mutexes.M: unknown key 'acess'; did you mean 'access'?\n" MAIN
          ":4:44: error: mutexes.N.access: unknown key 'raed'; did you mean 'read'?\n" MAIN
          ":4:60: error: mutexes.N.access: 'Nobody' does not exist; check the spelling, write "
          "DOMAIN\\name, or use the SID (made to fail)\n" MAIN
          ":4:94: error: mutexes.O.access.read[0]: no account is named here; write an account, "
          "group or SID\n");
    trustees_free(known);
}

/* A message names a file exactly, or it could not be left out. */
static void a_path_with_an_invisible_character_is_left_out(void **state)
{
    static const char path[] = "C:\\cfg\\conf.d\\a\xC2\xAD"
                               "b.yaml";
    enum config_files_result result;

    (void)state;
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    fake_file(fake, path, DEFAULTS "mutexes: { \xC3\xA9: }\n");
    assert_int_equal(read_main(CONFIG_FILES_FORGIVING), CONFIG_FILES_OK);
    assert_int_equal(messages.count, 1);
    assert_true(config_files_leave_out(&c, messages.items[0].file, &messages, &result));
    assert_int_equal(result, CONFIG_FILES_OK);
    assert_true(c.files[1].left_out);
}

/* A pattern for all files of a folder also matches those that are none. */
static void a_pattern_that_matches_too_much(void **state)
{
    (void)state;
    fake_file(fake, MAIN, DEFAULTS "include: conf.d\\*\nmutexes: { M: }\n");
    fake_file(fake, A, DEFAULTS "mutexes: { OfA: }\n");
    fake_file(fake, "C:\\cfg\\conf.d\\more.txt", DEFAULTS "mutexes: { OfMore: }\n");
    fake_file(fake, "C:\\cfg\\conf.d\\readme.txt", "Put your files here.\n");
    assert_int_equal(read_main(CONFIG_FILES_STRICT), CONFIG_FILES_INVALID);
    check_lines(
        "C:\\cfg\\conf.d\\readme.txt:1:1: error: expected a mapping with version, include, "
        "directory, limits, watch, hold_for, metrics, log, defaults, segments, mutexes, events, "
        "semaphores, queues or requests, found 'Put your files here.'\n" MAIN
        ":3:10: warning: include: 'conf.d\\*' also matches 'C:\\cfg\\conf.d\\readme.txt', which "
        "is not usable; if it is no configuration, write a pattern that ends in *.yaml\n");
}

static void digest_of(enum config_files_policy policy, char out[SHA256_TEXT])
{
    config_files_free(&c);
    assert_int_equal(read_main(policy), CONFIG_FILES_OK);
    config_digest(&c, out);
}

/* As other programs count it: of one file, that of its bytes; of more, that of their digests. */
static void a_digest_of_the_files_that_are_used(void **state)
{
    char alone[SHA256_TEXT], all[SHA256_TEXT], other[SHA256_TEXT];

    (void)state;
    fake_file(fake, MAIN, DEFAULTS "mutexes: { M: }\n");
    digest_of(CONFIG_FILES_STRICT, alone);
    assert_string_equal(alone, "6EC7E2067DE6DAB969D2E7228ECDD20CB6280E1B3EB6E82D9C7D415D3EA93086");
    fake_file(fake, MAIN, DEFAULTS INCLUDE "mutexes: { M: }\n");
    fake_file(fake, A, DEFAULTS "mutexes: { OfA: }\n");
    digest_of(CONFIG_FILES_STRICT, all);
    assert_string_equal(all, "DBBB0180CF540AE309DEBEE3D6885383D65F0625EA7971B91E45BC871DD43689");
    fake_file(fake, B, DEFAULTS "mutexes: { OfB: }\n");
    digest_of(CONFIG_FILES_STRICT, other);
    assert_string_not_equal(other, all);
    fake_file(fake, B, "version: 1\nmutexes: 7\n");
    digest_of(CONFIG_FILES_FORGIVING, other);
    assert_string_equal(other, all); /* B is left out */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(includes_in_the_order_of_their_names),
        TEST(a_file_is_read_once),
        TEST(a_pattern_without_files_is_a_warning),
        TEST(a_main_file_of_includes_only),
        TEST(errors_hide_no_others),
        TEST(a_pattern_that_matches_too_much),
        TEST(a_path_with_an_invisible_character_is_left_out),
        TEST(an_error_anywhere_refuses_all),
        TEST(an_unusable_include_is_left_out),
        TEST(the_content_of_a_segment_comes_from_a_file),
        TEST(several_files_as_one),
        TEST(an_unreadable_main_file),
        TEST(too_many_files),
        TEST(a_file_is_left_out_later),
        TEST(each_call_fails),
        TEST(a_digest_of_the_files_that_are_used),
    };

    return cmocka_run_group_tests_name("test_config_files", tests, NULL, NULL);
}
