/* The verb apply: a configuration is rolled out on a service, or nothing is changed. */
#include "installing.h"

#include <aclapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"

#define HEAD  "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\nsegments:\n"
#define DATA  "  ShmbTest.Data: { size: 64, lock: none }\n"
#define LARGE "  ShmbTest.Data: { size: 8192, lock: none }\n"
#define NEW   "  ShmbTest.New: { size: 64, lock: none }\n"
#define LIMIT 65536

static const struct launch user = {.standard_user = true};
static char target[MAX_PATH * 3]; /* the configuration of the service */

/* Another file beside the configuration. */
static const wchar_t *beside(const char *tail)
{
    static char path[MAX_PATH * 3 + 32];

    snprintf(path, sizeof(path), "%s%s", target, tail);
    return support_wide(path);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(target, sizeof(target), "%s", scm_file(HEAD DATA));
    return 0;
}

static int tear_down(void **state)
{
    static const char *const tails[] = {".former", ".former.shmbroker-new", ".shmbroker-new",
                                        ".shmbroker-lock"};
    size_t i;

    for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        DeleteFileW(beside(tails[i]));
    return scm_teardown(state);
}

/* The content of a file; NULL: there is none. */
static const char *content_of(const wchar_t *path)
{
    static char bytes[2][LIMIT];
    static size_t turn;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    turn ^= 1;
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    assert_true(ReadFile(file, bytes[turn], LIMIT - 1, &got, NULL));
    CloseHandle(file);
    bytes[turn][got] = '\0';
    return bytes[turn];
}

static void expect_content(const char *tail, const char *text)
{
    const char *content = content_of(beside(tail));

    if (text == NULL && content != NULL)
        fail_msg("%s%s is there", target, tail);
    if (text == NULL)
        return;
    assert_non_null(content);
    assert_string_equal(content, text);
}

/* Nothing but the configuration, and perhaps the former one. */
static void expect_nothing_left(void)
{
    expect_content(".shmbroker-new", NULL);
    expect_content(".former.shmbroker-new", NULL);
    expect_content(".shmbroker-lock", NULL);
}

/* Writes this text to a file and applies that. */
static struct child *start_apply(const char *text, const char *options)
{
    static const char *path;
    HANDLE file;
    DWORD done = 0;

    if (path == NULL)
        path = support_file("");
    file = CreateFileW(support_wide(path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
    return child_start(NULL, "\"%s\" apply \"%s\" %s", support_sibling("shmbroker.exe"), path,
                       options);
}

/* Applies this text: the exit code must be this one, and `part` among what it says. */
static const char *apply(const char *text, const char *options, DWORD code, const char *part)
{
    static char said[LIMIT];
    DWORD got = child_said(start_apply(text, options), said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("code %lu instead of %lu, or no \"%s\" in:\n%s", got, code, part, said);
    return said;
}

static void said_too(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("no \"%s\" in:\n%s", part, said);
}

static void expect_open(const char *name, const char *code)
{
    assert_string_equal(client_line(&user, "open section Global\\%s 2", name), code);
}

/* ---- what is asked for ---- */

static void wrong_command_lines_are_code_2(void **state)
{
    (void)state;
    broker_says("apply", 2, "apply takes one file");
    broker_says("apply one.yaml two.yaml", 2, "apply takes one file");
    broker_says("apply one.yaml --quiet --json", 2, "do not go together");
    broker_says("apply one.yaml --config", 2, "--config needs a value");
    broker_says("apply one.yaml --timeout 1s", 2, "a whole number of milliseconds");
    broker_says("apply one.yaml --timeout 86400001", 2, "a whole number of milliseconds");
    broker_says("apply one.yaml --timeout 99999999999999999999999", 2, "at most 86400000");
    broker_says("apply one.yaml --merged", 2, "--dry-run");
}

static void it_needs_an_elevated_prompt(void **state)
{
    static char said[4096];
    DWORD code;

    (void)state;
    code = child_said(
        child_start(&user, "\"%s\" apply nothing.yaml", support_sibling("shmbroker.exe")), said,
        sizeof(said));
    assert_int_equal(code, 3);
    said_too(said, "apply needs administrator rights");
}

static void a_file_with_errors_changes_nothing(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    broker_says("apply gone.yaml", 1, "gone.yaml: error: cannot be read");
    apply("version: 1\nsegments: { A: { sise: 1 } }\n", "", 1, "not usable");
    said =
        apply("version: 1\nsegments: { A: { sise: 1 } }\n", "--json", 1, "\"result\": \"invalid\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"line\": 2");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    expect_open("ShmbTest.Data", "0");
}

static void a_place_that_others_can_change_is_refused(void **state)
{
    char options[MAX_PATH * 3 + 32];

    (void)state;
    snprintf(options, sizeof(options), "--config \"%s\"", target);
    apply(HEAD NEW, options, 3, "cannot be the place of a configuration");
    expect_content("", HEAD DATA);
    snprintf(options, sizeof(options), "--allow-unsafe-config --config \"%s.none\\x.yaml\"",
             target);
    apply(HEAD NEW, options, 1, "make its folder");
}

/* ---- it is served ---- */

static void what_is_applied_is_served(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA NEW, "", 0, "has applied its configuration");
    said_too(said, "create");
    said_too(said, "the former one is");
    expect_content("", HEAD DATA NEW);
    expect_content(".former", HEAD DATA);
    expect_nothing_left();
    expect_open("ShmbTest.New", "0");
    /* The former of before is replaced. */
    said = apply(HEAD NEW, "--json", 0, "\"result\": \"applied\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"restored\": false");
    said_too(said, "\"running\": true");
    said_too(said, "\"action\": \"retire\"");
    said_too(said, "\"outcome\": \"done\"");
    said_too(said, ".former\"");
    expect_content(".former", HEAD DATA NEW);
    expect_open("ShmbTest.Data", "2");
}

static void the_same_again_does_nothing(void **state)
{
    WIN32_FILE_ATTRIBUTE_DATA before, after;
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    apply(HEAD DATA NEW, "", 0, "has applied");
    assert_true(GetFileAttributesExW(support_wide(target), GetFileExInfoStandard, &before));
    said = apply(HEAD DATA NEW, "--json", 0, "\"result\": \"unchanged\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"reload\": null");
    apply(HEAD DATA NEW, "", 0, "unchanged: ShmBroker serves this configuration already");
    assert_true(GetFileAttributesExW(support_wide(target), GetFileExInfoStandard, &after));
    assert_memory_equal(&before.ftLastWriteTime, &after.ftLastWriteTime, sizeof(FILETIME));
    expect_content(".former", HEAD DATA);
}

/* The file in place is right, but the service has not read it. */
static void a_file_that_is_in_place_is_loaded(void **state)
{
    char arguments[MAX_PATH * 3 + 32];

    (void)state;
    install_and_start(HEAD DATA);
    scm_file(HEAD DATA NEW);
    snprintf(arguments, sizeof(arguments), "apply \"%s\" --json", target);
    broker_says(arguments, 0, "\"result\": \"applied\"");
    expect_open("ShmbTest.New", "0");
    expect_content(".former", NULL);
    broker_says(arguments, 0, "\"result\": \"unchanged\"");
}

/* The check says it of FILE; the service says it again of the file in its place. */
static void a_warning_is_printed_once(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA "  \"ShmbTest.\xC3\x9C\": { size: 64, lock: none }\n", "", 0,
                 "warning: segments.ShmbTest.\xC3\x9C: ");
    if (strstr(strstr(said, "warning: ") + 1, "warning: ") != NULL)
        fail_msg("there is more than one warning in:\n%s", said);
}

/* It is checked with the files beside its place, and is as new as they are. */
static void relative_paths_start_from_its_place(void **state)
{
    static const char including[] = HEAD DATA "include: my.part.*\n";
    HANDLE part;
    DWORD done;
    char path[MAX_PATH * 3];
    const char *text = HEAD NEW;

    (void)state;
    install_and_start(HEAD DATA);
    snprintf(path, sizeof(path), "%s", target);
    strcpy(strrchr(path, '\\'), "\\my.part.yaml");
    part = CreateFileW(support_wide(path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(WriteFile(part, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(part);
    apply(including, "", 0, "has applied");
    expect_open("ShmbTest.New", "0");
    apply(including, "", 0, "unchanged");
    part = CreateFileW(support_wide(path), FILE_APPEND_DATA, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(WriteFile(part, "  ShmbTest.More: { size: 64 }\n", 30, &done, NULL));
    CloseHandle(part);
    apply(including, "", 0, "has applied");
    expect_open("ShmbTest.More", "0");
    part = CreateFileW(support_wide(path), FILE_APPEND_DATA, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(WriteFile(part, "  Wrong\n", 8, &done, NULL));
    CloseHandle(part);
    apply(including, "", 1, "my.part.yaml:");
    DeleteFileW(support_wide(path));
}

static void a_dry_run_changes_nothing(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA NEW, "--dry-run", 0, "nothing has been done");
    said_too(said, "create   Global\\ShmbTest.New");
    said = apply(HEAD LARGE, "--dry-run --json", 1, "\"result\": \"planned\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"action\": \"defer\"");
    apply(HEAD DATA, "--dry-run", 0, "unchanged");
    broker_says("stop", 0, "stopped");
    said = apply(HEAD NEW, "--dry-run", 0, "would be put into place");
    said_too(said, "is not running");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
}

static void without_a_running_service_it_counts_from_the_next_start(void **state)
{
    const char *said;

    (void)state;
    install(HEAD DATA);
    said = apply(HEAD NEW, "--json", 0, "\"result\": \"placed\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"running\": false");
    said_too(said, "\"plan\": null");
    expect_content("", HEAD NEW);
    expect_content(".former", HEAD DATA);
    apply(HEAD NEW, "", 0, "unchanged: the configuration is in place already");
    broker_says("start", 0, "runs");
    expect_open("ShmbTest.New", "0");
    apply(HEAD NEW, "", 0, "unchanged: ShmBroker serves");
}

/* For an installation to come, or a broker in a console. */
static void any_place_will_do_without_the_service(void **state)
{
    char options[MAX_PATH * 3 + 64];
    const char *said;

    (void)state;
    snprintf(options, sizeof(options), "--allow-unsafe-config --json --config \"%s.new2\"", target);
    said = apply(HEAD NEW, options, 0, "\"result\": \"placed\"");
    said_too(said, "\"former\": null");
    expect_content(".new2", HEAD NEW);
    expect_content("", HEAD DATA);
    snprintf(options, sizeof(options), "--allow-unsafe-config --config \"%s.new2\"", target);
    apply(HEAD DATA, options, 0, "the service is not installed");
    expect_content(".new2.former", HEAD NEW);
    DeleteFileW(beside(".new2"));
    DeleteFileW(beside(".new2.former"));
}

/* ---- a file that is included ---- */

#define PARTS HEAD DATA "include: parts\\*.yaml\n"

/* A path in the folder of the configuration. */
static const char *in_folder(const char *name)
{
    static char path[2][MAX_PATH * 3 + 64];
    static size_t turn;

    turn ^= 1;
    snprintf(path[turn], sizeof(path[turn]), "%s", target);
    strcpy(strrchr(path[turn], '\\') + 1, name);
    return path[turn];
}

static const char *to(const char *name, const char *options)
{
    static char text[MAX_PATH * 3 + 128];

    snprintf(text, sizeof(text), "--config \"%s\" %s", in_folder(name), options);
    return text;
}

static void write_part(const char *name, const char *text)
{
    HANDLE file = CreateFileW(support_wide(in_folder(name)), GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, 0, NULL);
    DWORD done = 0;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
}

static void expect_part(const char *name, const char *text)
{
    const char *content = content_of(support_wide(in_folder(name)));

    if (text == NULL ? content != NULL : content == NULL || strcmp(content, text) != 0)
        fail_msg("%s is:\n%s", name, content != NULL ? content : "not there");
}

static int set_up_parts(void **state)
{
    set_up(state);
    assert_true(CreateDirectoryW(support_wide(in_folder("parts")), NULL));
    return 0;
}

static int tear_down_parts(void **state)
{
    WIN32_FIND_DATAW entry;
    HANDLE search = FindFirstFileW(support_wide(in_folder("parts\\*")), &entry);
    char path[MAX_PATH + 8];

    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        snprintf(path, sizeof(path), "parts\\%s", support_narrow(entry.cFileName));
        SetFileAttributesW(support_wide(in_folder(path)), FILE_ATTRIBUTE_NORMAL);
        DeleteFileW(support_wide(in_folder(path)));
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    RemoveDirectoryW(support_wide(in_folder("parts")));
    return tear_down(state);
}

static void an_included_file_is_served(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD NEW, to("parts\\app.yaml", "--dry-run"), 0, "nothing has been done");
    said_too(said, "create   Global\\ShmbTest.New");
    expect_part("parts\\app.yaml", NULL);
    said = apply(HEAD NEW, to("parts\\app.yaml", "--json"), 0, "\"result\": \"applied\"");
    said_too(said, "\"former\": null");
    said_too(said, "\"running\": true");
    said_too(said, "parts\\\\app.yaml\",\n");
    said_too(said, "\"configuration\": ");
    said_too(said, "my config.yaml\",\n");
    expect_part("parts\\app.yaml", HEAD NEW);
    expect_open("ShmbTest.New", "0");
    expect_open("ShmbTest.Data", "0");
    apply(HEAD NEW, to("PARTS\\app.yaml", ""), 0,
          "unchanged: ShmBroker serves this configuration already");
    apply(HEAD "  ShmbTest.Next: { size: 64 }\n", to("parts\\app.yaml", ""), 0, "has applied");
    expect_part("parts\\app.yaml.former", HEAD NEW);
    expect_open("ShmbTest.Next", "0");
    expect_open("ShmbTest.New", "2");
    expect_content("", PARTS);
    /* Nothing is left that a wildcard or the next one finds. */
    apply(HEAD NEW, to("parts\\app.yaml.former", ""), 1, "is no file of the configuration");
}

/* It is checked together with all others. */
static void an_included_file_is_checked_with_the_others(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD DATA, to("parts\\app.yaml", "--json"), 1, "\"result\": \"invalid\"");
    said_too(said, "clashes with segments.ShmbTest.Data");
    said_too(said, "\"changed\": false");
    said = apply("watch: true\n" HEAD NEW, to("parts\\app.yaml", ""), 1, "error: ");
    if (strstr(said, "app.yaml:1") != NULL)
        fail_msg("the error is in the file that was named, not in its place:\n%s", said);
    expect_part("parts\\app.yaml", NULL);
    /* An error of another file, which the service would refuse as well; and the file mended. */
    write_part("parts\\b.yaml", "version: 1\nsegments: { B: { sise: 1 } }\n");
    said = apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "parts\\b.yaml:2");
    said_too(said, "my config.yaml: 2 errors");
    expect_part("parts\\app.yaml", NULL);
    apply(HEAD NEW, to("parts\\b.yaml", ""), 0, "has applied");
    expect_open("ShmbTest.New", "0");
}

static void a_file_that_is_not_included_is_refused(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD NEW, to("parts\\app.yml", ""), 1,
                 "it includes 'parts\\*.yaml'; nothing has been changed");
    said_too(said, "parts\\app.yml is no file of the configuration ");
    apply(HEAD NEW, to("parts\\app.yml", "--json"), 1, "\"error\"");
    apply(HEAD NEW, to("app.yaml", "--dry-run"), 1, "nothing has been changed");
    apply(HEAD NEW, to("none\\app.yaml", ""), 1, "mkdir");
    expect_part("parts\\app.yml", NULL);
    expect_part("app.yaml", NULL);
    apply(HEAD DATA, "", 0, "has applied");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "it has no include");
}

static void an_included_file_counts_from_the_next_start(void **state)
{
    (void)state;
    install(PARTS);
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "reads it at its next start");
    apply(HEAD DATA, to("parts\\bad.yaml", ""), 1, "clashes with");
    apply(HEAD DATA, to("parts\\bad.yml", ""), 1, "is no file of the configuration");
    broker_says("start", 0, "runs");
    expect_open("ShmbTest.New", "0");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "unchanged: ShmBroker serves");
}

/* A wildcard that matches every file does not match what `apply` leaves beside it. */
static void a_pattern_for_all_files(void **state)
{
    static const char all[] = HEAD DATA "include: parts\\*\n";

    (void)state;
    install_and_start(all);
    apply(HEAD NEW, to("parts\\app", ""), 0, "has applied");
    apply(HEAD NEW "# 2\n", to("parts\\app", ""), 0, "has applied");
    expect_part("parts\\app.former", HEAD NEW);
    apply(HEAD NEW "# 2\n", to("parts\\app", ""), 0, "unchanged");
    write_part("parts\\app.shmbroker-new", "of an apply that was killed");
    broker_says("reload", 0, "applied");
}

static void what_is_deferred_is_code_1_each_time(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD LARGE, "--json", 1, "\"result\": \"incomplete\"");
    said_too(said, "\"degraded\": true");
    said_too(said, "\"restored\": false");
    said_too(said, "\"changed\": true");
    expect_content("", HEAD LARGE);
    said = apply(HEAD LARGE, "--json", 1, "\"result\": \"unchanged\"");
    said_too(said, "\"degraded\": true");
    said_too(said, "\"changed\": false");
}

static void a_watched_file_has_one_result(void **state)
{
    static const char watched[] = "watch: true\n" HEAD DATA;
    const char *said;
    unsigned i;

    (void)state;
    install_and_start(watched);
    for (i = 0; i < 4; i++) {
        said = apply(i % 2 == 0 ? "watch: true\n" HEAD DATA NEW : watched, "--json", 0,
                     "\"result\": \"applied\"");
        said_too(said, "\"result\": \"applied\",\n"); /* and that of the reload */
        said_too(said, "\"warnings\": []");
        expect_open("ShmbTest.New", i % 2 == 0 ? "0" : "2");
    }
    broker_says("status --json", 0, "\"complete\": true");
}

/* ---- it is not served ---- */

/* The next reload fails: the names it is to recreate are no text. */
static void break_next_reload(void)
{
    static const wchar_t list[] = {0xD800, 0, 0};

    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE,
                                     L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters",
                                     L"Recreate", REG_MULTI_SZ, list, sizeof(list)),
                     ERROR_SUCCESS);
}

static void what_the_service_refuses_is_taken_back(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    break_next_reload();
    said = apply(HEAD DATA NEW, "", 1, "is refused");
    said_too(said, "the former configuration is in place again, and the service has reloaded it");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    expect_open("ShmbTest.New", "2");
    broker_says("status --json", 0, "\"result\": \"applied\"");
    break_next_reload();
    said = apply(HEAD DATA NEW, "--json", 1, "\"result\": \"refused\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"restored\": true");
    said_too(said, "\"former\": null");
    said_too(said, "\"degraded\": false");
    /* There was none: it is removed again. */
    assert_true(DeleteFileW(support_wide(target)));
    break_next_reload();
    apply(HEAD DATA NEW, "", 1, "is removed again");
    expect_content("", NULL);
    apply(HEAD DATA NEW, "", 0, "has applied");
    expect_open("ShmbTest.New", "0");
}

/*
 * Under Wine, the service of a process that was killed counts as running. On Windows it is not
 * running, or starts again.
 */
static void what_cannot_be_told_to_the_service_is_taken_back(void **state)
{
    HANDLE process;
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    process =
        OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, scm_wait(SERVICE_RUNNING).dwProcessId);
    assert_non_null(process);
    assert_true(TerminateProcess(process, 1));
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
    if (!support_wine()) {
        apply(HEAD NEW, "", 0, "configuration");
        return;
    }
    said = apply(HEAD NEW, "--json", 7, "\"result\": \"refused\"");
    said_too(said, "\"restored\": true");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
}

/* A new file is removed again, and one that was there is back; the service has the rest. */
static void an_included_file_that_is_refused_is_taken_back(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    break_next_reload();
    said = apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "is removed again");
    said_too(said, "the service has reloaded it");
    expect_part("parts\\app.yaml", NULL);
    broker_says("status --json", 0, "\"result\": \"applied\"");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "has applied");
    break_next_reload();
    said = apply(HEAD NEW "# 2\n", to("parts\\app.yaml", "--json"), 1, "\"restored\": true");
    said_too(said, "\"result\": \"refused\"");
    expect_part("parts\\app.yaml", HEAD NEW);
    expect_part("parts\\app.yaml.former", NULL);
    expect_open("ShmbTest.New", "0");
}

/* ---- other programs ---- */

static HANDLE hold(const wchar_t *path, DWORD share)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, share, NULL, OPEN_ALWAYS, 0, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

static void a_file_that_is_held_is_code_4(void **state)
{
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    file = hold(support_wide(target), FILE_SHARE_READ);
    apply(HEAD NEW, "", 4, "the configuration is as before");
    CloseHandle(file);
    expect_content("", HEAD DATA);
    expect_nothing_left();
    file = hold(support_wide(target), 0);
    apply(HEAD NEW, "--json", 4, "\"TIMEOUT\"");
    CloseHandle(file);
    apply(HEAD NEW, "", 0, "has applied");
}

/* Waits until there is such a file. */
static void await_file(const char *tail)
{
    ULONGLONG begun = GetTickCount64();

    while (!exists(beside(tail))) {
        if (GetTickCount64() - begun > SUPPORT_DEADLINE_MS)
            fail_msg("there is no %s%s", target, tail);
        Sleep(1);
    }
}

static void a_file_that_becomes_free_is_replaced(void **state)
{
    static char said[LIMIT];
    struct child *child;
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    file = hold(support_wide(target), FILE_SHARE_READ);
    child = start_apply(HEAD NEW, "");
    await_file(".shmbroker-new"); /* all that is left is its name */
    CloseHandle(file);
    assert_int_equal(child_said(child, said, sizeof(said)), 0);
    expect_content("", HEAD NEW);
}

/*
 * Starts to apply `text`; returns after its check and before its reload: the configuration cannot
 * be replaced yet. Close `*file` within 2 s.
 */
static struct child *apply_until_put(const char *text, const char *options, HANDLE *file)
{
    struct child *child;

    *file = hold(support_wide(target), FILE_SHARE_READ);
    child = start_apply(text, options);
    await_file(".shmbroker-new");
    return child;
}

static void await_held(void)
{
    ULONGLONG begun = GetTickCount64();
    static char said[LIMIT];

    do {
        if (GetTickCount64() - begun > SUPPORT_DEADLINE_MS)
            fail_msg("the last reload is not held:\n%s", said);
        (void)child_said(
            child_start(NULL, "\"%s\" status --json", support_sibling("shmbroker.exe")), said,
            sizeof(said));
    } while (strstr(said, "\"result\": \"held\"") == NULL);
}

/* The service retries, and what it serves then counts. */
static void a_file_that_is_held_after_the_check_is_waited_for(void **state)
{
    static char said[LIMIT];
    struct child *child;
    HANDLE file, part;

    (void)state;
    install_and_start(PARTS);
    write_part("parts\\b.yaml", HEAD "  ShmbTest.B: { size: 64 }\n");
    child = apply_until_put(PARTS "# 2\n", "--json", &file);
    part = hold(support_wide(in_folder("parts\\b.yaml")), 0);
    CloseHandle(file);
    await_held();
    CloseHandle(part);
    assert_int_equal(child_said(child, said, sizeof(said)), 0);
    said_too(said, "\"result\": \"applied\"");
    said_too(said, "\"changed\": true");
    expect_open("ShmbTest.B", "0");
}

/* The service has not read all of the configuration yet. */
static void a_reload_that_takes_longer_is_code_4(void **state)
{
    static char said[LIMIT];
    struct child *child;
    HANDLE file, part;

    (void)state;
    install_and_start(PARTS);
    write_part("parts\\b.yaml", HEAD "  ShmbTest.B: { size: 64 }\n");
    child = apply_until_put(PARTS "# 2\n", "--json --timeout 1", &file);
    part = hold(support_wide(in_folder("parts\\b.yaml")), 0);
    CloseHandle(file);
    assert_int_equal(child_said(child, said, sizeof(said)), 4);
    CloseHandle(part);
    said_too(said, "\"result\": \"unknown\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"restored\": false");
    said_too(said, "\"reload\": null");
    said_too(said, "timed out after 0.001 seconds");
    expect_content("", PARTS "# 2\n");
    /* Another one waits for it. */
    apply(PARTS "# 2\n", "--timeout 60000", 0, "ShmBroker");
    expect_open("ShmbTest.B", "0");
}

/* Another file of the configuration is changed after the check: both changes are served. */
static void another_file_that_changes_meanwhile_is_served_too(void **state)
{
    static char said[LIMIT];
    struct child *child;
    HANDLE file;

    (void)state;
    install_and_start(PARTS);
    child = apply_until_put(PARTS "# 2\n", "--json", &file);
    write_part("parts\\b.yaml", HEAD NEW);
    CloseHandle(file);
    assert_int_equal(child_said(child, said, sizeof(said)), 0);
    said_too(said, "\"result\": \"applied\"");
    expect_open("ShmbTest.New", "0");
    apply(PARTS "# 2\n", "", 0, "unchanged");
}

/* The file itself is replaced by somebody else before the service reads it. */
static void a_file_that_another_program_replaces_is_code_1(void **state)
{
    static char said[LIMIT];
    struct child *child;
    HANDLE file, part;

    (void)state;
    install_and_start(PARTS);
    write_part("parts\\b.yaml", HEAD "  ShmbTest.B: { size: 64 }\n");
    child = apply_until_put(PARTS "# 2\n", "--json", &file);
    part = hold(support_wide(in_folder("parts\\b.yaml")), 0);
    CloseHandle(file);
    await_held();
    scm_file(PARTS "# 3\n");
    CloseHandle(part);
    assert_int_equal(child_said(child, said, sizeof(said)), 1);
    said_too(said, "\"result\": \"unknown\"");
    said_too(said, "another program has changed");
    said_too(said, "\"restored\": false");
    expect_content("", PARTS "# 3\n");
}

/* What the service refuses is not the file that was applied: it is not replaced by the former. */
static void a_file_of_another_program_is_not_taken_back(void **state)
{
    static const char faulty[] = PARTS "wrong: 1\n";
    static char said[LIMIT];
    struct child *child;
    HANDLE file, part;

    (void)state;
    install_and_start(PARTS);
    write_part("parts\\b.yaml", HEAD "  ShmbTest.B: { size: 64 }\n");
    child = apply_until_put(PARTS "# 2\n", "--json", &file);
    part = hold(support_wide(in_folder("parts\\b.yaml")), 0);
    CloseHandle(file);
    await_held();
    scm_file(faulty);
    CloseHandle(part);
    assert_int_equal(child_said(child, said, sizeof(said)), 1);
    said_too(said, "\"result\": \"refused\"");
    said_too(said, "nothing is put back");
    said_too(said, "\"restored\": false");
    expect_content("", faulty);
}

/* ---- a new file, and a place, of every kind ---- */

static void a_file_that_is_still_written_is_code_4(void **state)
{
    static char arguments[MAX_PATH * 3 + 64];
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    write_part("copied.yaml", HEAD);
    file = CreateFileW(support_wide(in_folder("copied.yaml")), GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    snprintf(arguments, sizeof(arguments), "apply \"%s\"", in_folder("copied.yaml"));
    broker_says(arguments, 4, "copied.yaml: error: cannot be read");
    CloseHandle(file);
    DeleteFileW(support_wide(in_folder("copied.yaml")));
    expect_content("", HEAD DATA);
}

static void what_is_no_configuration_changes_nothing(void **state)
{
    static const wchar_t wide[] = L"\xFEFFversion: 1\nsegments: { A: { size: 1 } }\n";
    static char arguments[MAX_PATH * 3 + 64];
    LARGE_INTEGER end = {.QuadPart = 1 << 30};
    HANDLE file;
    DWORD done = 0;

    (void)state;
    install_and_start(HEAD DATA);
    apply("", "", 1, "the file is empty");
    broker_says("apply NUL", 1, "a device, not a file");
    broker_says("apply C:\\windows", 1, "a folder, not a file");
    write_part("large.yaml", HEAD);
    file = CreateFileW(support_wide(in_folder("large.yaml")), GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       0, NULL);
    assert_true(WriteFile(file, wide, sizeof(wide) - 2, &done, NULL));
    CloseHandle(file);
    snprintf(arguments, sizeof(arguments), "apply \"%s\"", in_folder("large.yaml"));
    broker_says(arguments, 1, "UTF-16");
    file = CreateFileW(support_wide(in_folder("large.yaml")), GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       0, NULL);
    assert_true(SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file));
    CloseHandle(file);
    broker_says(arguments, 1, "more than the limit");
    DeleteFileW(support_wide(in_folder("large.yaml")));
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    /* What editors on Windows write is one. */
    apply("\xEF\xBB\xBFversion: 1\r\ndefaults: { access: { write: [Users] } }\r\n"
          "segments:\r\n  ShmbTest.New: { size: 64 }\r\n",
          "", 0, "has applied");
}

static void a_place_that_is_read_only_stays(void **state)
{
    (void)state;
    install_and_start(HEAD DATA);
    assert_true(SetFileAttributesW(support_wide(target), FILE_ATTRIBUTE_READONLY));
    apply(HEAD NEW, "", 3, "it is read-only; attrib -r");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    assert_true(SetFileAttributesW(support_wide(target), FILE_ATTRIBUTE_HIDDEN));
    apply(HEAD NEW, "", 0, "has applied");
    apply(HEAD NEW, to("my config.yaml:stream", "--allow-unsafe-config"), 1, "a stream of a file");
}

static void the_former_can_be_applied(void **state)
{
    static char arguments[MAX_PATH * 3 + 64];

    (void)state;
    install_and_start(HEAD DATA);
    apply(HEAD NEW, "", 0, "has applied");
    snprintf(arguments, sizeof(arguments), "apply \"%s.former\"", target);
    broker_says(arguments, 0, "has applied");
    expect_content("", HEAD DATA);
    expect_content(".former", HEAD NEW);
    broker_says(arguments, 0, "has applied");
    expect_content("", HEAD NEW);
}

static void one_at_a_time(void **state)
{
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    file = hold(beside(".shmbroker-lock"), 0);
    apply(HEAD NEW, "", 6, "another shmbroker apply");
    apply(HEAD NEW, "--dry-run", 0, "nothing has been done");
    CloseHandle(file);
    expect_content("", HEAD DATA);
    apply(HEAD NEW, "", 0, "has applied"); /* a lock that was left is none */
    expect_nothing_left();
}

/* True: the file of this step is there; of "": the configuration is another, or gone. */
static bool reached(const char *step, const char *before)
{
    const char *content;

    if (step[0] != '\0')
        return exists(beside(step));
    content = content_of(support_wide(target));
    return content == NULL || strcmp(content, before) != 0;
}

/* Killed as soon as a step is reached: the configuration is one or the other, whole. */
static void killed_at_any_step_it_leaves_a_whole_file(void **state)
{
    static const char *const steps[] = {".shmbroker-lock", ".former.shmbroker-new", ".former",
                                        ".shmbroker-new", ""};
    static char before[LIMIT];
    static char long_one[40000];
    const char *content;
    size_t i, used = 0;

    (void)state;
    install_and_start(HEAD DATA);
    used = (size_t)snprintf(long_one, sizeof(long_one), "%s", HEAD NEW);
    while (used < sizeof(long_one) - 100)
        used += (size_t)snprintf(long_one + used, sizeof(long_one) - used,
                                 "# a configuration that takes a moment to write\n");
    for (i = 0; i < 3 * sizeof(steps) / sizeof(steps[0]); i++) {
        struct child *child;
        const char *step = steps[i % (sizeof(steps) / sizeof(steps[0]))];
        ULONGLONG begun = GetTickCount64();

        DeleteFileW(beside(".former"));
        strcpy(before, content_of(support_wide(target)));
        child = start_apply(i % 2 == 0 ? long_one : HEAD DATA NEW, "");
        while (!reached(step, before) && GetTickCount64() - begun < 2000)
            SwitchToThread();
        child_kill(child);
        content = content_of(support_wide(target));
        assert_non_null(content);
        if (strcmp(content, HEAD DATA) != 0 && strcmp(content, HEAD DATA NEW) != 0 &&
            strcmp(content, long_one) != 0)
            fail_msg("killed at %s: neither the former nor the new one:\n%s", step, content);
    }
    /* The next one ends what was begun. */
    apply(HEAD DATA NEW "  ShmbTest.Last: { size: 64 }\n", "", 0, "has applied");
    expect_nothing_left();
    expect_open("ShmbTest.Last", "0");
}

/* ---- what it makes ---- */

static void its_owner_and_list_are_those_of_install(void **state)
{
    static const wchar_t *const files[] = {L"", L".former"};
    size_t i;

    (void)state;
    if (support_wine())
        skip();
    install_and_start(HEAD DATA);
    apply(HEAD NEW, "", 0, "has applied");
    for (i = 0; i < 2; i++) {
        PSECURITY_DESCRIPTOR descriptor;
        BYTE administrators[SECURITY_MAX_SID_SIZE];
        DWORD size = sizeof(administrators);
        ACL_SIZE_INFORMATION entries;
        SECURITY_DESCRIPTOR_CONTROL control;
        DWORD revision;
        PSID owner;
        PACL acl;
        wchar_t path[MAX_PATH * 2];

        swprintf(path, MAX_PATH * 2, L"%ls%ls", support_wide(target), files[i]);
        assert_int_equal(
            GetNamedSecurityInfoW(path, SE_FILE_OBJECT,
                                  OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                  NULL, &acl, NULL, &descriptor),
            ERROR_SUCCESS);
        assert_true(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &size));
        assert_true(EqualSid(owner, administrators));
        assert_true(GetSecurityDescriptorControl(descriptor, &control, &revision));
        assert_true((control & SE_DACL_PROTECTED) != 0);
        assert_true(GetAclInformation(acl, &entries, sizeof(entries), AclSizeInformation));
        assert_int_equal(entries.AceCount, 4);
        LocalFree(descriptor);
    }
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define PARTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_parts, tear_down_parts)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines_are_code_2),
        TEST(it_needs_an_elevated_prompt),
        TEST(a_file_with_errors_changes_nothing),
        TEST(a_place_that_others_can_change_is_refused),
        TEST(what_is_applied_is_served),
        TEST(the_same_again_does_nothing),
        TEST(a_file_that_is_in_place_is_loaded),
        TEST(a_warning_is_printed_once),
        TEST(relative_paths_start_from_its_place),
        TEST(a_dry_run_changes_nothing),
        TEST(without_a_running_service_it_counts_from_the_next_start),
        TEST(any_place_will_do_without_the_service),
        PARTS_TEST(an_included_file_is_served),
        PARTS_TEST(an_included_file_is_checked_with_the_others),
        PARTS_TEST(a_file_that_is_not_included_is_refused),
        PARTS_TEST(an_included_file_counts_from_the_next_start),
        PARTS_TEST(a_pattern_for_all_files),
        PARTS_TEST(an_included_file_that_is_refused_is_taken_back),
        PARTS_TEST(a_file_that_is_held_after_the_check_is_waited_for),
        PARTS_TEST(a_reload_that_takes_longer_is_code_4),
        PARTS_TEST(another_file_that_changes_meanwhile_is_served_too),
        PARTS_TEST(a_file_that_another_program_replaces_is_code_1),
        PARTS_TEST(a_file_of_another_program_is_not_taken_back),
        TEST(a_file_that_is_still_written_is_code_4),
        TEST(what_is_no_configuration_changes_nothing),
        TEST(a_place_that_is_read_only_stays),
        TEST(the_former_can_be_applied),
        TEST(what_is_deferred_is_code_1_each_time),
        TEST(a_watched_file_has_one_result),
        TEST(what_the_service_refuses_is_taken_back),
        TEST(what_cannot_be_told_to_the_service_is_taken_back),
        TEST(a_file_that_is_held_is_code_4),
        TEST(a_file_that_becomes_free_is_replaced),
        TEST(one_at_a_time),
        TEST(killed_at_any_step_it_leaves_a_whole_file),
        TEST(its_owner_and_list_are_those_of_install),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_apply", tests, scm_setup, NULL);
}
