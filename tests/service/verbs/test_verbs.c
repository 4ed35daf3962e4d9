/* The command line of shmbroker.exe: exit codes, and what is said first. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "shmb.h"

static const struct launch user = {.standard_user = true};

/* Runs it, keeps all it says, returns its exit code. */
static DWORD run(const struct launch *how, const char *arguments, char *said, size_t size)
{
    return child_said(child_start(how, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments),
                      said, size);
}

/* The same on a file with this text; in what is said, FILE stands for its path. */
static DWORD run_on(const struct launch *how, const char *verb, const char *text, char *said,
                    size_t size)
{
    const char *path = support_file(text);
    char arguments[1024], *at;
    size_t length = strlen(path);
    DWORD code;

    snprintf(arguments, sizeof(arguments), "%s \"%s\" --allow-unsafe-config", verb, path);
    code = run(how, arguments, said, size);
    while ((at = strstr(said, path)) != NULL) {
        memcpy(at, "FILE", 4);
        memmove(at + 4, at + length, strlen(at + length) + 1);
    }
    return code;
}

static void assert_says(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("\"%s\" is not in what was said:\n%s", part, said);
}

static void wrong_command_lines_are_code_2(void **state)
{
    static const struct {
        const char *arguments, *part;
    } table[] = {
        {"no-such-verb", "no-such-verb"},
        {"--no-such-option", "--no-such-option"},
        {"RUN", "RUN"},
        {"run", "--config"},
        {"run --config", "--config"},
        {"run --config \"\"", "--config"},
        {"run --config a --config b", "twice"},
        {"run file.yaml", "file.yaml"},
        {"run --confi file.yaml", "--confi"},
        {"--config", "--config"},
        {"check", "file"},
        {"check --all", "--all"},
        {"install file.yaml", "file.yaml"},
        {"install --config", "--config"},
        {"uninstall now", "uninstall"},
        {"start now", "start"},
        {"stop now", "stop"},
        {"status --nothing", "status"},
        {"status --verify X", "status --verify"},
        {"--version 2", "--version"},
    };
    char said[4096];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        DWORD code = run(NULL, table[i].arguments, said, sizeof(said));

        if (code != 2)
            fail_msg("shmbroker %s: code %lu", table[i].arguments, code);
        assert_says(said, table[i].part);
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
    }
}

static void help_and_version_are_code_0(void **state)
{
    static const char *const verbs[] = {"run",   "check", "install", "uninstall",
                                        "start", "stop",  "status",  "--version"};
    char said[8192];
    size_t i;
    unsigned shared, copies, configuration, json;
    char version[41], end;

    (void)state;
    assert_int_equal(run(&user, "--help", said, sizeof(said)), 0);
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        assert_says(said, verbs[i]);
    assert_int_equal(run(&user, "--version", said, sizeof(said)), 0);
    assert_int_equal(
        sscanf(said, "shmbroker %40s\nshared memory %u, copies %u, configuration %u, JSON %u%c",
               version, &shared, &copies, &configuration, &json, &end),
        6);
    assert_string_equal(version, SHMB_VERSION);
    assert_int_equal(shared, SHMB_ABI_VERSION);
    assert_int_equal(end, '\n');
}

static void check_says_what_a_good_file_would_create(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check",
                            "version: 1\n"
                            "defaults: { access: { read: [Users], write: [Interactive] } }\n"
                            "segments:\n"
                            "  ShmbTest.Prices: { size: 64 KiB }\n"
                            "semaphores:\n"
                            "  ShmbTest.Five: { initial: 3, maximum: 5 }\n",
                            said, sizeof(said)),
                     0);
    assert_says(said, "section Global\\ShmbTest.Prices, 65536 bytes: ");
    assert_says(said, "Users read; Interactive read and write");
    assert_says(said, "mutex Global\\ShmbTest.Prices.lock, lock of ShmbTest.Prices: ");
    assert_says(said, "semaphore Global\\ShmbTest.Five, 3 of 5: ");
    assert_null(strstr(said, "error:"));
    assert_null(strstr(said, "warning:"));
    /* And it creates nothing: the names are free while it prints, and after. */
    assert_string_equal(client_line(NULL, "open section Global\\ShmbTest.Prices 4"), "2");
}

static void check_warns_of_what_an_administrator_would_regret(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check",
                            "version: 1\n"
                            "defaults: { access: { write: [Users, Everyone] } }\n"
                            "segments:\n"
                            "  ShmbTest.A: { size: 1, lock: { readers_may_wait: true } }\n"
                            "  ShmbTest.B: { size: 1, access: { full: [Interactive, System] } }\n",
                            said, sizeof(said)),
                     0);
    assert_says(said, "FILE:2:38: warning: defaults.access: 'Everyone' may write");
    assert_says(said, "FILE:4:32: warning: segments.ShmbTest.A.lock: readers can hold");
    assert_says(said, "FILE:5:43: warning: segments.ShmbTest.B.access: 'Interactive' may also");
    assert_says(said, "no errors, 3 warnings, 4 objects");
}

static void quiet_leaves_the_errors(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check --quiet",
                            "version: 1\n"
                            "mutexes: { ShmbTest.M: { access: { write: [Everyone] } } }\n",
                            said, sizeof(said)),
                     0);
    assert_string_equal(said, "");
    assert_int_equal(run_on(&user, "check --quiet",
                            "version: 1\n"
                            "mutexes:\n"
                            "  ShmbTest.A: { access: { write: [Everyone] } }\n"
                            "  ShmbTest.M: { access: 1 }\n",
                            said, sizeof(said)),
                     1);
    assert_says(said, "FILE:4:25: error: ");
    assert_says(said, "not usable");
    assert_null(strstr(said, "warning:"));
    assert_int_equal(run(NULL, "check --quiet --json a.yaml", said, sizeof(said)), 2);
    assert_says(said, "do not go together");
}

static void check_says_what_may_be_requested(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check",
                            "version: 1\n"
                            "requests:\n"
                            "  App: { names: 'ShmbTest.*', who: [Users, Everyone], size: 4 KiB,\n"
                            "         access: { read: [Users], write: [Requester] } }\n",
                            said, sizeof(said)),
                     0);
    assert_says(said, "rule App: Users, Everyone may request segments (at most 4096 bytes, lock); "
                      "names: ShmbTest.*");
    assert_says(said, "rule App: held while open; each account 20 objects");
    assert_says(said, "rule App: access: Users read; Requester write");
    assert_says(said, "FILE:3:44: warning: requests.App.who: 'Everyone' may ask for objects");
    assert_says(said, "no errors, 1 warning, 0 objects, 1 rule");
}

static void check_says_every_error_with_its_place(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check",
                            "version: 1\n"
                            "segments:\n"
                            "  ShmbTest.A: { siez: 64, size: 1, access: { read: [Users] } }\n"
                            "  ShmbTest.B: { size: 64 KB, access: { read: [Users] } }\n"
                            "  Local\\C: { size: 1, access: { read: [Users] } }\n"
                            "  ShmbTest.D: { size: 1 }\n",
                            said, sizeof(said)),
                     1);
    assert_says(said, "FILE:3:17: error: ");
    assert_says(said, "size");
    assert_says(said, "FILE:4:23: error: ");
    assert_says(said, "KiB");
    assert_says(said, "FILE:5:3: error: ");
    assert_says(said, "FILE:6:3: error: ");
}

static void an_unknown_account_is_an_error_with_its_place(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(
        run_on(&user, "check",
               "version: 1\n"
               "segments:\n"
               "  ShmbTest.A:\n"
               "    size: 1\n"
               "    access:\n"
               "      read: [Users, 'No such\\account here', Interactive, Neither this one]\n",
               said, sizeof(said)),
        1);
    assert_says(said, "FILE:6:21: error: ");
    assert_says(said, "No such\\account here");
    assert_says(said, "FILE:6:58: error: ");
    assert_says(said, "Neither this one");
}

static void check_takes_several_files_and_tells_of_each(void **state)
{
    static const char good[] =
        "version: 1\nmutexes:\n  ShmbTest.M: { access: { write: [Users] } }\n";
    char arguments[2048], said[8192], first[512];

    (void)state;
    snprintf(first, sizeof(first), "%s", support_file(good));
    snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\" \"%s\" \"%s\"",
             support_file("version: 2"), first, "C:\\no such folder\\no file.yaml");
    assert_int_equal(run(&user, arguments, said, sizeof(said)), 1);
    assert_says(said, ":1:10: error: ");
    assert_says(said, "mutex Global\\ShmbTest.M");
    assert_says(said, "C:\\no such folder\\no file.yaml: error: ");
    snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\" \"%s\"", first,
             first);
    assert_int_equal(run(&user, arguments, said, sizeof(said)), 0);
}

/* Nothing of the system failed: the answer is "not usable", and no call is named. */
static void check_says_what_is_no_configuration_file(void **state)
{
    static const struct {
        const char *path, *said;
    } rows[] = {
        {"C:\\windows", "this is a folder, not a file"},
        {"NUL", "this is a device, not a file"},
    };
    char arguments[1024], said[8192];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\"", rows[i].path);
        assert_int_equal(run(&user, arguments, said, sizeof(said)), 1);
        assert_says(said, rows[i].said);
        assert_null(strstr(said, "CreateFileW"));
        assert_null(strstr(said, "GetFileType"));
    }
}

static void check_says_that_a_file_is_too_large(void **state)
{
    char path[512], arguments[1024], said[8192];
    FILE *file;

    (void)state;
    snprintf(path, sizeof(path), "%s", support_file("version: 1"));
    file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 16 * 1024 * 1024, SEEK_SET), 0);
    assert_int_equal(fputc(' ', file), ' ');
    assert_int_equal(fclose(file), 0);
    snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\"", path);
    assert_int_equal(run(&user, arguments, said, sizeof(said)), 1);
    assert_says(said, "the file has 16777217 bytes, more than the limit of 16777216");
    assert_null(strstr(said, "GetFileSizeEx"));
}

/* Only the segment's size and 1 GiB for all files together limit it. */
static void an_initial_file_may_be_large(void **state)
{
    char path[512], text[1024], said[8192];
    FILE *file;

    (void)state;
    snprintf(path, sizeof(path), "%s", support_file("first"));
    file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 65 * 1024 * 1024 - 1, SEEK_SET), 0);
    assert_int_equal(fputc(' ', file), ' ');
    assert_int_equal(fclose(file), 0);
    snprintf(
        text, sizeof(text),
        "version: 1\n"
        "segments:\n"
        "  ShmbTest.Large: { size: 65 MiB, access: { read: [Users] }, initial: { file: '%s' } }\n",
        path);
    assert_int_equal(run_on(&user, "check", text, said, sizeof(said)), 0);
    assert_says(said, "section Global\\ShmbTest.Large, 68157440 bytes, with initial content");
}

/* One run tells both; a character of a double-quoted name has its code point. */
static void errors_do_not_hide_unknown_accounts(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(
        run_on(&user, "check",
               "version: 1\n"
               "mutexes:\n"
               "  ShmbTest.A: { acces: 1, access: { read: ['No such\\account here'] } }\n"
               "  \"Global\\Prices\": { access: { read: [Users] } }\n",
               said, sizeof(said)),
        1);
    assert_says(said, "FILE:3:17: error: mutexes.ShmbTest.A: unknown key 'acces'");
    assert_says(said, "FILE:3:44: error: mutexes.ShmbTest.A.access: 'No such\\account here'");
    assert_says(said, "FILE:4:3: error: mutexes.Global?rices: the name contains U+2029");
}

static void output_that_is_redirected_is_utf8(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(&user, "check",
                            "version: 1\n"
                            "segments:\n"
                            "  ShmbTest.Gr\xc3\xb6\xc3\x9f\x65.\xe2\x82\xac.\xf0\x9f\x94\x92:\n"
                            "    size: 1\n"
                            "    access: { read: [Users] }\n",
                            said, sizeof(said)),
                     0);
    assert_says(
        said,
        "section Global\\ShmbTest.Gr\xc3\xb6\xc3\x9f\x65.\xe2\x82\xac.\xf0\x9f\x94\x92, 1 byte");
    assert_says(said, "FILE:3:3: warning: ");
}

static void an_object_name_may_be_any_unicode(void **state)
{
    struct child *broker =
        broker_run(NULL, "version: 1\n"
                         "mutexes:\n"
                         "  ShmbTest.\xd0\x96\xe2\x82\xac: { access: { write: [Users] } }\n");

    (void)state;
    assert_string_equal(
        client_line(&user, "open mutex Global\\ShmbTest.\xd0\x96\xe2\x82\xac 0x100000"), "0");
    child_kill(broker);
}

static void run_refuses_what_check_refuses(void **state)
{
    char said[8192];

    (void)state;
    assert_int_equal(run_on(NULL, "run --config",
                            "version: 1\n"
                            "segments:\n"
                            "  ShmbTest.A: { size: 1, access: { read: [No such account] } }\n"
                            "mutexes:\n"
                            "  ShmbTest.M: { access: { write: [Users] } }\n",
                            said, sizeof(said)),
                     1);
    assert_int_equal(strncmp(said, "error 200: ", 11), 0);
    assert_says(said, "FILE:3:43: error: ");
    assert_string_equal(client_line(NULL, "open mutex Global\\ShmbTest.M 0x20000"), "2");
    assert_int_equal(
        run(NULL, "run --config \"C:\\no such folder\\no file.yaml\"", said, sizeof(said)), 1);
    assert_int_equal(strncmp(said, "error 201: ", 11), 0);
    assert_says(said, "C:\\no such folder\\no file.yaml");
}

static void a_broker_that_can_own_nothing_does_not_start(void **state)
{
    char said[4096];

    (void)state;
    assert_int_equal(run_on(&user, "run --config",
                            "version: 1\nmutexes:\n  ShmbTest.M: { access: { write: [Users] } }\n",
                            said, sizeof(said)),
                     3);
    assert_int_equal(strncmp(said, "error 110: ", 11), 0);
    assert_string_equal(client_line(NULL, "open mutex Global\\ShmbTest.M 0x20000"), "2");
}

static void a_session_of_users_needs_the_privilege_for_global_names(void **state)
{
    const struct launch without = {.no_privileges = true};
    struct child *broker;
    DWORD session = 0;

    (void)state;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    if (support_wine() || session == 0)
        skip(); /* never asked for: by Wine, and in the session of services */
    broker = child_start(&without, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"),
                         support_file("version: 1\nsegments:\n"
                                      "  ShmbTest.A: { size: 1, access: { write: [Users] } }\n"));
    assert_non_null(
        strstr(child_find(broker, "error 301:", SUPPORT_DEADLINE_MS), "SeCreateGlobalPrivilege"));
    /* A mutex needs no privilege. */
    child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.A.lock 0x100000"), "0");
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines_are_code_2),
        TEST(help_and_version_are_code_0),
        TEST(check_says_what_a_good_file_would_create),
        TEST(check_warns_of_what_an_administrator_would_regret),
        TEST(quiet_leaves_the_errors),
        TEST(check_says_what_may_be_requested),
        TEST(check_says_every_error_with_its_place),
        TEST(an_unknown_account_is_an_error_with_its_place),
        TEST(check_takes_several_files_and_tells_of_each),
        TEST(check_says_what_is_no_configuration_file),
        TEST(check_says_that_a_file_is_too_large),
        TEST(an_initial_file_may_be_large),
        TEST(errors_do_not_hide_unknown_accounts),
        TEST(output_that_is_redirected_is_utf8),
        TEST(an_object_name_may_be_any_unicode),
        TEST(run_refuses_what_check_refuses),
        TEST(a_broker_that_can_own_nothing_does_not_start),
        TEST(a_session_of_users_needs_the_privilege_for_global_names),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
