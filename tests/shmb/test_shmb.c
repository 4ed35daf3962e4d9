/* shmb.exe: the command line, and what its exit codes say. */
#include "shmb_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "shmb.h"
#include "shmb_fast.h"

static void wrong_command_lines_are_one_line_and_code_2(void **state)
{
    static const struct {
        const char *arguments, *part;
        DWORD code;
    } table[] = {
        {"no-such-verb", "no-such-verb", 2},
        {"LIST", "LIST", 2},
        {"--version 2", "--version", 2},
        {"--help -- list", "--help", 2},
        {"list X", "\"X\"", 2},
        {"list --jsn", "--jsn", 2},
        {"list --names --names", "twice", 2},
        {"info", "name", 2},
        {"info A B", "\"B\"", 2},
        {"info A -- B", "\"B\"", 2},
        {"info A --offset 1", "--offset", 2},
        {"read A --offset", "value", 2},
        {"read A --offset x", "\"x\"", 2},
        {"read A --offset \"\"", "\"\"", 2},
        {"read A --offset 0x", "\"0x\"", 2},
        {"read A --offset -1", "\"-1\"", 2},
        {"read A --offset 1k", "\"1k\"", 2},
        {"read A --offset 0x1g", "\"0x1g\"", 2},
        {"read A --count 18446744073709551616", "18446744073709551616", 2},
        {"read A --count 0xFFFFFFFFFFFFFFFF", "0xFFFF", 2},
        {"read A --timeout 5", "--timeout", 2},
        {"write A --timeout 4294967295", "4294967294", 2},
        {"lock A", "--", 122},
        {"lock A --", "--", 122},
        {"lock A --  \t ", "--", 122},
        {"lock -- cmd", "name", 122},
        {"lock A --raw -- cmd", "--raw", 122},
        {"mutex", "action", 2},
        {"mutex A", "\"A\"", 2},
        {"mutex lock A", "--", 122},
        {"event", "action", 2},
        {"event pulse A", "\"pulse\"", 2},
        {"event set", "name", 2},
        {"event set A --timeout 0", "--timeout", 2},
        {"semaphore acquire A", "\"acquire\"", 2},
        {"semaphore take A", "--", 122},
        {"semaphore release A --count 0", "--count", 2},
        {"semaphore release A --count 2147483648", "2147483647", 2},
        {"doctor A --as all", "\"all\"", 2},
        {"info \"a\\b\"", "a\\b", 2},
        {"info \"\"", "name", 2},
        {"info \"a\tb\"", "a?b", 2},
        {"info Local\\A", "Local", 2},
        {"info -- --json", "holds no object", 1}, /* a name, behind -- */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        shmb_expect_line(table[i].code, table[i].part, table[i].arguments);
}

static void wrong_command_lines_in_json(void **state)
{
    static const struct {
        const char *arguments, *begins, *ends;
        DWORD code;
    } table[] = {
        {"--json", "\"verb\": null", "\"exit\": 2", 2},
        {"lits --json", "\"verb\": null", "\"code\": \"USAGE\"", 2},
        {"list --json --json", "\"verb\": \"list\"", "--json is given twice\"", 2},
        {"event --json", "\"verb\": \"event\"", "\"exit\": 2", 2},
        {"event set --json", "\"verb\": \"event set\"", "event set needs a name", 2},
        {"lock A --json -- cmd", "\"verb\": \"lock\"", "\"exit\": 122", 122},
        {"info --json a\\b", "\"verb\": \"info\"", "\"object\": \"a\\\\b\"", 2},
        {"info --json Global\\None", "\"verb\": \"info\"", "\"object\": \"None\"", 1},
        {"watch None --json", "{\"schema\": 1,\"verb\": \"watch\",", "\"code\": \"NOT_FOUND\"", 1},
        {"read A --text --json", "\"verb\": \"read\"", "\"code\": \"USAGE\"", 2},
        {"write A --text --json", "shmb: A: ", "\n", 1}, /* a text, not the option */
    };
    const char *said;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(shmb_run(&shmb_user, &said, table[i].arguments), table[i].code);
        if (strstr(said, table[i].begins) == NULL || strstr(said, table[i].ends) == NULL)
            fail_msg("shmb %s said:\n%s", table[i].arguments, said);
    }
    assert_null(strchr(said, '{'));
    assert_int_equal(shmb_run(&shmb_user, &said, "list --json --help"), 0);
    assert_null(strstr(said, "\"schema\""));
}

static void help_and_version_are_code_0(void **state)
{
    static const char *const verbs[] = {"list",      "info",    "holders", "doctor",    "scan",
                                        "read",      "dump",    "watch",   "wait",      "top",
                                        "write",     "lock",    "repair",  "mutex",     "event",
                                        "semaphore", "request", "release", "completion"};
    static const char *const asking[] = {"event wait --help", "semaphore take A --help",
                                         "read A --help --no-such-option", "list --json --help"};
    const char *said;
    char usage[64], version[96];
    size_t i;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "--help"), 0);
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        snprintf(usage, sizeof(usage), "  shmb %s ", verbs[i]);
        if (strcmp(verbs[i], "list") != 0 && strcmp(verbs[i], "top") != 0)
            assert_non_null(strstr(said, usage));
    }
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        snprintf(usage, sizeof(usage), "shmb %s ", verbs[i]);
        assert_int_equal(shmb_run(&shmb_user, &said, "%s --help", verbs[i]), 0);
        assert_int_equal(strncmp(said, usage, strlen(usage)), 0);
        assert_non_null(strstr(said, "\n  shmb ")); /* an example */
    }
    for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
        assert_int_equal(shmb_run(&shmb_user, &said, asking[i]), 0);
        assert_int_equal(strncmp(said, "shmb ", 5), 0);
    }
    snprintf(version, sizeof(version), "shmb %s\nshared memory %u, fast locks %u, JSON 1\n",
             SHMB_VERSION, SHMB_ABI_VERSION, SHMB_FAST_VERSION);
    shmb_expect(0, version, "--version");
    /* a value is no option */
    shmb_expect(0, "", "write ShmbTest.Data --text --help");
    shmb_expect(0, "--help\n", "read ShmbTest.Data --count 6");
}

/* The exit code says what is left out. */
static void quiet_writes_errors_only(void **state)
{
    (void)state;
    shmb_expect(0, "", "list --quiet");
    shmb_expect(0, "", "info ShmbTest.Data --quiet");
    shmb_expect(0, "", "repair --quiet ShmbTest.Data");
    shmb_expect(1, "", "doctor ShmbTest.Read --as write --quiet");
    shmb_expect_line(1, "holds no object", "info ShmbTest.None --quiet");
    shmb_expect_line(1, "cut at the end", "write ShmbTest.Data --offset 99 --text ab --quiet");
    shmb_expect_line(2, "--quiet does not go together", "list --quiet --names");
    shmb_expect_line(2, "--quiet", "read ShmbTest.Data --quiet");
}

static void words_are_cut_as_everywhere(void **state)
{
    static const struct {
        const char *typed, *text;
    } table[] = {
        {"plain", "plain"},
        {"\"two words\"", "two words"},
        {"two\" wor\"ds", "two words"},
        {"a\\b", "a\\b"},
        {"a\\\\b", "a\\\\b"},
        {"a\\\"b", "a\"b"},
        {"a\\\\\\\"b", "a\\\"b"},
        {"\"a\\\\\"", "a\\"},
        {"\"a\\\\\\\\\"", "a\\\\"},
        {"\"a\"\"b c\"", "a\"b c"},
        {"\"\xc3\xb6\xe2\x82\xac\xf0\x9f\x94\x92\"", "\xc3\xb6\xe2\x82\xac\xf0\x9f\x94\x92"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char expected[64];

        snprintf(expected, sizeof(expected), "%s\n", table[i].text);
        shmb_expect(0, "", "write --text %s\t ShmbTest.Data", table[i].typed);
        shmb_expect(0, expected, "read ShmbTest.Data --count %lu",
                    (unsigned long)strlen(table[i].text));
    }
}

static void without_a_broker_is_code_5(void **state)
{
    (void)state;
    stage_root_close();
    stage_broker_dies();
    shmb_expect_line(5, "no broker runs", "list");
    shmb_expect_line(5, "no broker runs", "info ShmbTest.None");
    shmb_expect_line(5, "no broker runs", "read ShmbTest.None");
    shmb_expect_line(125, "no broker runs", "lock ShmbTest.None -- cmd");
}

/* Nobody reads any more: not a success, and no end without a word. */
static void output_that_nobody_takes_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(shmb_unread("read ShmbTest.Data"), 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines_are_one_line_and_code_2),
        TEST(wrong_command_lines_in_json),
        TEST(help_and_version_are_code_0),
        TEST(quiet_writes_errors_only),
        TEST(words_are_cut_as_everywhere),
        TEST(without_a_broker_is_code_5),
        TEST(output_that_nobody_takes_is_a_failure),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_shmb", tests, NULL, NULL);
}
