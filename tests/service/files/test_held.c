/*
 * A second process holds a file of the configuration: by its share mode, by locked bytes, or by a
 * deletion that waits for it. It has nothing to do with the broker, and knows Win32 only.
 */
#include "service_manager.h"

#include <stdio.h>
#include <string.h>

#include "clients.h"

#define HEAD "version: 1\ndefaults: { access: { write: [Interactive] } }\nsegments:\n"
#define OLD  "  ShmbTest.Old: { size: 64, lock: none }\n"
#define NEW  "  ShmbTest.New: { size: 64, lock: none }\n"
#define ALL  (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static const struct launch user = {.standard_user = true};

/* ---- the second process ---- */

/* The broker may be reading the file at the moment, and then Windows refuses the holder. */
static HANDLE open_alone(const char *path)
{
    HANDLE file;

    do
        file = CreateFileW(support_wide(path), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                           0, NULL);
    while (file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION);
    return file;
}

/* hold FILE: opens it without sharing. */
static int hold(int argc, char **argv)
{
    HANDLE file = open_alone(argv[0]);

    (void)argc;
    client_say(file != INVALID_HANDLE_VALUE ? "held" : "refused");
    client_wait_for_end();
    return 0;
}

/* rewrite FILE FROM: the same, and gives it the content of another file. */
static int rewrite(int argc, char **argv)
{
    HANDLE file = open_alone(argv[0]), from;
    char bytes[4096];
    DWORD length = 0, done = 0;

    (void)argc;
    from = CreateFileW(support_wide(argv[1]), GENERIC_READ, ALL, NULL, OPEN_EXISTING, 0, NULL);
    if (ReadFile(from, bytes, sizeof(bytes), &length, NULL) &&
        WriteFile(file, bytes, length, &done, NULL) && SetEndOfFile(file))
        client_say("held");
    else
        client_say("error %lu", GetLastError());
    client_wait_for_end();
    return 0;
}

/* lock FILE: shares it, but not its bytes. */
static int lock(int argc, char **argv)
{
    HANDLE file = CreateFileW(support_wide(argv[0]), GENERIC_READ | GENERIC_WRITE, ALL, NULL,
                              OPEN_EXISTING, 0, NULL);

    (void)argc;
    client_say(LockFile(file, 0, 0, 1, 0) ? "held" : "refused");
    client_wait_for_end();
    return 0;
}

/* remove FILE: it is deleted when this process closes it, and nobody else can open it until then.
 */
static int remove_it(int argc, char **argv)
{
    FILE_DISPOSITION_INFO removed = {TRUE};
    HANDLE file = CreateFileW(support_wide(argv[0]), DELETE, ALL, NULL, OPEN_EXISTING, 0, NULL);

    (void)argc;
    client_say(SetFileInformationByHandle(file, FileDispositionInfo, &removed, sizeof(removed))
                   ? "held"
                   : "refused");
    client_wait_for_end();
    return 0;
}

/* ---- the tests ---- */

static struct child *holder(const char *verb, const char *file)
{
    struct child *child = client_start(NULL, "%s \"%s\"", verb, file);

    child_expect(child, "held");
    return child;
}

static void check_says(const char *file, DWORD code, const char *part)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\"", file);
    broker_says(arguments, code, part);
}

static void check_tells_a_held_file_from_a_bad_one(void **state)
{
    const char *file = scm_file(HEAD OLD);
    struct child *child = holder("hold", file);

    (void)state;
    check_says(file, 4, "held by another program");
    check_says(file, 4, "try again later");
    assert_int_equal(child_end(child), 0);
    check_says(file, 0, "no errors");
}

static void a_held_included_file_too(void **state)
{
    char text[1024], included[512];
    struct child *child;
    const char *file;

    (void)state;
    strcpy(included, support_file(HEAD NEW));
    snprintf(text, sizeof(text), "include: '%s'\n" HEAD OLD, included);
    file = scm_file(text);
    child = holder("hold", included);
    check_says(file, 4, "held by another program");
    assert_int_equal(child_end(child), 0);
    check_says(file, 0, "no errors");
}

static void locked_bytes_count(void **state)
{
    const char *file = scm_file(HEAD OLD);
    struct child *child;

    (void)state;
    if (support_wine())
        skip(); /* it reads locked bytes */
    child = holder("lock", file);
    check_says(file, 4, "held by another program");
    assert_int_equal(child_end(child), 0);
    check_says(file, 0, "no errors");
}

static void so_does_a_deletion_that_waits(void **state)
{
    const char *file = scm_file(HEAD OLD);
    struct child *child;

    (void)state;
    if (support_wine())
        skip(); /* it opens a file whose deletion waits */
    child = holder("remove", file);
    check_says(file, 4, "being deleted or replaced");
    assert_int_equal(child_end(child), 0);
    check_says(file, 1, "cannot be read");
}

static void its_holder_is_named(void **state)
{
    const char *file = scm_file(HEAD OLD);
    struct child *child;
    char who[64];

    (void)state;
    if (support_wine())
        skip(); /* its ntdll does not tell who has a file open */
    child = holder("hold", file);
    snprintf(who, sizeof(who), "(test_held.exe, process %lu)", child_id(child));
    check_says(file, 4, who);
    assert_int_equal(child_end(child), 0);
}

static struct child *start(const char *file)
{
    static const struct launch console = {.console = true};

    return child_start(
        &console, "\"%s\" run --release --allow-unsafe-config --config \"%s\" --state \"%s.state\"",
        support_sibling("shmbroker.exe"), file, file);
}

static void end(struct child *broker)
{
    child_interrupt(broker);
    child_find(broker, "info 102", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(broker), 0);
}

/* Takes away the folder that `start` names. */
static int remove_state(void **state)
{
    char folder[1024], path[2048];
    WIN32_FIND_DATAW entry;
    HANDLE search;
    int result = scm_teardown(state);

    snprintf(folder, sizeof(folder), "%s.state", scm_file(HEAD OLD));
    snprintf(path, sizeof(path), "%s\\*", folder);
    search = FindFirstFileW(support_wide(path), &entry);
    while (search != INVALID_HANDLE_VALUE) {
        snprintf(path, sizeof(path), "%s\\%s", folder, support_narrow(entry.cFileName));
        DeleteFileW(support_wide(path));
        if (!FindNextFileW(search, &entry))
            break;
    }
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    RemoveDirectoryW(support_wide(folder));
    return result;
}

static void expect_open(const char *name, const char *code)
{
    assert_string_equal(client_line(&user, "open section Global\\%s 0x4", name), code);
}

static void a_watched_change_is_applied_when_the_file_is_free(void **state)
{
    char file[1024];
    struct child *broker, *child;

    (void)state;
    strcpy(file, scm_file("watch: true\n" HEAD OLD));
    broker = start(file);
    child_find(broker, "info 100", SUPPORT_DEADLINE_MS);
    child =
        client_start(NULL, "rewrite \"%s\" \"%s\"", file, support_file("watch: true\n" HEAD NEW));
    child_expect(child, "held");
    child_find(broker, "warning 220", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.New", "2");
    assert_int_equal(child_end(child), 0);
    child_find(broker, "info 221", SUPPORT_DEADLINE_MS);
    child_find(broker, "info 210", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.New", "0");
    expect_open("ShmbTest.Old", "2");
    end(broker);
}

static void a_start_without_a_last_good_file_waits(void **state)
{
    char file[1024];
    struct child *broker, *child;

    (void)state;
    strcpy(file, scm_file(HEAD OLD));
    child = holder("hold", file);
    broker = start(file);
    child_find(broker, "warning 220", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 0);
    child_find(broker, "info 100", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.Old", "0");
    end(broker);
}

static void a_start_with_one_serves_it(void **state)
{
    char file[1024];
    struct child *broker, *child;

    (void)state;
    strcpy(file, scm_file(HEAD OLD));
    broker = start(file);
    child_find(broker, "info 100", SUPPORT_DEADLINE_MS);
    end(broker);
    child = client_start(NULL, "rewrite \"%s\" \"%s\"", file, support_file(HEAD OLD NEW));
    child_expect(child, "held");
    broker = start(file);
    child_find(broker, "warning 220", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 103", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.Old", "0");
    expect_open("ShmbTest.New", "2");
    assert_int_equal(child_end(child), 0);
    child_find(broker, "info 210", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.Old", "0");
    expect_open("ShmbTest.New", "0");
    end(broker);
}

static void reload_says_so(void **state)
{
    char file[1024], arguments[2048];
    struct child *child;

    (void)state;
    strcpy(file, scm_file(HEAD OLD));
    snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --config \"%s\"", file);
    broker_says(arguments, 0, "installed");
    broker_says("start", 0, "runs");
    child = client_start(NULL, "rewrite \"%s\" \"%s\"", file, support_file(HEAD OLD NEW));
    child_expect(child, "held");
    broker_says("reload", 4, "another program holds a file of the configuration");
    broker_says("status", 1, "held");
    expect_open("ShmbTest.New", "2");
    assert_int_equal(child_end(child), 0);
    broker_says("reload", 0, "has applied");
    expect_open("ShmbTest.New", "0");
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_state)

static const struct verb verbs[] = {
    {"hold", 1, hold}, {"rewrite", 2, rewrite}, {"lock", 1, lock}, {"remove", 1, remove_it}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(check_tells_a_held_file_from_a_bad_one),
        TEST(a_held_included_file_too),
        TEST(locked_bytes_count),
        TEST(so_does_a_deletion_that_waits),
        TEST(its_holder_is_named),
        TEST(a_watched_change_is_applied_when_the_file_is_free),
        TEST(a_start_without_a_last_good_file_waits),
        TEST(a_start_with_one_serves_it),
        TEST(reload_says_so),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
