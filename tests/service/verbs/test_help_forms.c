/* Each way to ask for help or the version, in both programs: the same text, to the standard output.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#define SAID_MAX 16384

static const struct program {
    const char *name; /* without .exe */
    const char *const *verbs;
    const char *part; /* a part of its general help only */
} programs[] = {
    {"shmb", (const char *const[]){"list",      "info",    "holders", "doctor",     "scan",
                                   "read",      "dump",    "watch",   "wait",       "top",
                                   "write",     "lock",    "repair",  "mutex",      "event",
                                   "semaphore", "request", "release", "completion", NULL},
     "shows and uses the shared memory"},
    {"shmbroker",
     (const char *const[]){"run", "check", "plan", "apply", "install", "uninstall", "start", "stop",
                           "reload", "status", "metrics", "audit", NULL},
     "creates the named objects"},
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const char *path_of(const struct program *program)
{
    static char path[1024];
    char file[32];

    snprintf(file, sizeof(file), "%s.exe", program->name);
    snprintf(path, sizeof(path), "%s", support_sibling(file));
    return path;
}

/* Runs it; `said` is what it wrote to the stream that is not `dropped` (1 or 2; 0: to both). */
static DWORD run(const struct program *program, const char *arguments, int dropped, char *said)
{
    struct child *child;

    if (dropped == 0)
        child = child_start(NULL, "\"%s\" %s", path_of(program), arguments);
    else
        child = child_start(NULL, "cmd /s /c \"\"%s\" %s %d>nul\"", path_of(program), arguments,
                            dropped);
    return child_said(child, said, SAID_MAX);
}

/* The exit code is 0, and the text is `expected`. */
static void assert_same(const struct program *program, const char *arguments, int dropped,
                        const char *expected)
{
    static char said[SAID_MAX];
    DWORD code = run(program, arguments, dropped, said);

    if (code != 0 || strcmp(said, expected) != 0)
        fail_msg("%s %s: code %lu, and says:\n%s", program->name, arguments, code, said);
}

static void general_help(void **state)
{
    static const char *const forms[] = {"-h", "/?", "help"};
    static char expected[SAID_MAX];
    size_t i, k;

    (void)state;
    for (i = 0; i < PROGRAMS; i++) {
        assert_int_equal(run(&programs[i], "--help", 0, expected), 0);
        assert_non_null(strstr(expected, programs[i].part));
        for (k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
            assert_same(&programs[i], forms[k], 2, expected);
        assert_same(&programs[i], "--help", 1, "");
    }
}

static void version(void **state)
{
    static const char *const forms[] = {"--version", "-V", "version"};
    static char expected[SAID_MAX];
    unsigned major, minor, patch;
    size_t i, k;

    (void)state;
    for (i = 0; i < PROGRAMS; i++) {
        size_t length = strlen(programs[i].name);

        assert_int_equal(run(&programs[i], "--version", 0, expected), 0);
        assert_int_equal(strncmp(expected, programs[i].name, length), 0);
        assert_int_equal(sscanf(expected + length, " %u.%u.%u", &major, &minor, &patch), 3);
        for (k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
            assert_same(&programs[i], forms[k], 2, expected);
    }
}

static void help_of_each_verb(void **state)
{
    static const char *const forms[] = {"help %s", "--help %s", "%s -h", "%s /?"};
    static char expected[SAID_MAX];
    char arguments[64], start[64];
    size_t i, k, v;

    (void)state;
    for (i = 0; i < PROGRAMS; i++)
        for (v = 0; programs[i].verbs[v] != NULL; v++) {
            const char *verb = programs[i].verbs[v];

            snprintf(arguments, sizeof(arguments), "%s --help", verb);
            assert_int_equal(run(&programs[i], arguments, 0, expected), 0);
            snprintf(start, sizeof(start), "%s %s", programs[i].name, verb);
            assert_int_equal(strncmp(expected, start, strlen(start)), 0);
            for (k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
                snprintf(arguments, sizeof(arguments), forms[k], verb);
                assert_same(&programs[i], arguments, 0, expected);
            }
        }
}

/* Where else help is: among options, even before a wrong one; but not where it is a value. */
static void help_among_options(void **state)
{
    static const struct {
        size_t program;
        const char *arguments, *start;
    } rows[] = {
        {0, "event wait -h", "shmb event"},
        {0, "event /?", "shmb event"},
        {0, "help event wait", "shmb event"},
        {0, "semaphore take A -h", "shmb semaphore"},
        {0, "read A -h --no-such-option", "shmb read"},
        {1, "check --json /? --no-such-option", "shmbroker check"},
        {1, "run --config a.yaml -h", "shmbroker run"},
        {1, "--config a.yaml --help", "ShmBroker creates"},
    };
    static char said[SAID_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(run(&programs[rows[i].program], rows[i].arguments, 0, said), 0);
        if (strncmp(said, rows[i].start, strlen(rows[i].start)) != 0)
            fail_msg("%s says:\n%s", rows[i].arguments, said);
    }
}

static void no_arguments_are_a_short_usage(void **state)
{
    static char said[SAID_MAX], start[64];
    size_t i, v;

    (void)state;
    for (i = 0; i < PROGRAMS; i++) {
        assert_int_equal(run(&programs[i], "", 1, said), 2); /* to the standard error output */
        snprintf(start, sizeof(start), "usage: %s VERB ", programs[i].name);
        assert_int_equal(strncmp(said, start, strlen(start)), 0);
        for (v = 0; programs[i].verbs[v] != NULL; v++)
            assert_non_null(strstr(said, programs[i].verbs[v]));
        assert_int_equal(run(&programs[i], "", 2, said), 2);
        assert_string_equal(said, "");
    }
}

static void wrong_words_are_one_line_that_helps(void **state)
{
    static const struct {
        size_t program;
        const char *arguments, *part;
    } rows[] = {
        {0, "lsit", "\"lsit\"; did you mean list?"},
        {0, "--hlep", "\"--hlep\"; did you mean --help?"},
        {1, "verison", "\"verison\"; did you mean version?"},
        {0, "help wacth", "\"wacth\"; did you mean watch?"},
        {0, "event resett A", "only set, reset, wait; did you mean reset?"},
        {0, "event", "an action: set, reset, wait"},
        {0, "list --jsn", "which takes --json"},
        {0, "list --jsn", "did you mean --json?"},
        {0, "uninstall", "unknown verb"},
        {0, "version 2", "nothing is expected after version"},
        {0, "help read A B", "only a verb is expected"},
        {0, "read A --output", "needs a value: the path of a file"},
        {0, "doctor A --as", "needs a value: read, write or full"},
        {0, "read A --count -1", "from 0 to 18446744073709551614"},
        {0, "info A -- --json", "\"--json\" is not expected"},
        {1, "instal", "\"instal\"; did you mean install?"},
        {1, "help stauts", "did you mean status?"},
        {1, "status --jsno", "takes --json"},
        {1, "status --jsno", "did you mean --json?"},
        {1, "version 2", "nothing is expected after version"},
        {1, "help run check", "only a verb is expected"},
        {1, "run --config", "needs a value: the path of a file"},
        {1, "run --config --release", "needs a value: the path of a file"},
        {1, "status --verify --verify", "--verify is given twice"},
        {1, "install --account", "needs a value: the name of an account"},
        {1, "plan -- a b", "plan takes one file"},
        {1, "stop -- --release", "\"--release\" is not expected"},
    };
    static char said[SAID_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        DWORD code = run(&programs[rows[i].program], rows[i].arguments, 0, said);

        if (code != 2 || strstr(said, rows[i].part) == NULL ||
            strchr(said, '\n') != said + strlen(said) - 1)
            fail_msg("%s: code %lu, and says:\n%s", rows[i].arguments, code, said);
    }
}

/* A file whose name looks like an option is one after `--`. */
static void two_hyphens_end_the_options(void **state)
{
    static char said[SAID_MAX];

    (void)state;
    assert_int_equal(run(&programs[1], "check --allow-unsafe-config -- --json", 0, said), 1);
    assert_non_null(strstr(said, "--json: error: "));
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(general_help),
        TEST(version),
        TEST(help_of_each_verb),
        TEST(help_among_options),
        TEST(no_arguments_are_a_short_usage),
        TEST(wrong_words_are_one_line_that_helps),
        TEST(two_hyphens_end_the_options),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
