/*
 * The verb apply beside other programs: they hold or change the files, apply at the same time, or
 * kill it.
 */
#include "applying.h"

#include <stdio.h>
#include <string.h>

static void a_file_that_is_still_written_is_code_4(void **state)
{
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    write_part("copied.yaml", HEAD);
    file = CreateFileW(support_wide(in_folder("copied.yaml")), GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    apply_file(in_folder("copied.yaml"), "", 4, "copied.yaml: error: cannot be read");
    CloseHandle(file);
    DeleteFileW(support_wide(in_folder("copied.yaml")));
    expect_content("", HEAD DATA);
}

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
    file = hold(beside(""), FILE_SHARE_READ);
    apply(HEAD NEW, "", 4, "the configuration is as before");
    CloseHandle(file);
    expect_content("", HEAD DATA);
    expect_nothing_left();
    file = hold(beside(""), 0);
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
            fail_msg("there is no %s%s", target(), tail);
        Sleep(1);
    }
}

/*
 * Starts to apply `text`; returns after its check and before its reload: the configuration cannot
 * be replaced yet. Close `*file` within 2 s.
 */
static struct child *apply_until_put(const char *text, const char *options, HANDLE *file)
{
    struct child *child;

    *file = hold(beside(""), FILE_SHARE_READ);
    child = start_apply(text, options);
    await_file(".shmbroker-new");
    return child;
}

static void a_file_that_becomes_free_is_replaced(void **state)
{
    struct child *child;
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    child = apply_until_put(HEAD NEW, "", &file);
    CloseHandle(file);
    apply_ends(child, 0, "has applied");
    expect_content("", HEAD NEW);
}

static void await_held(void)
{
    ULONGLONG begun = GetTickCount64();
    static char said[CONTENT_MAX];

    do {
        if (GetTickCount64() - begun > SUPPORT_DEADLINE_MS)
            fail_msg("the last reload is not held:\n%s", said);
        (void)child_said(
            child_start(NULL, "\"%s\" status --json", support_sibling("shmbroker.exe")), said,
            sizeof(said));
    } while (strstr(said, "\"result\": \"held\"") == NULL);
}

/*
 * Serves PARTS with a part, and applies PARTS "# 2\n". Returns when that is in its place, or about
 * to be, and the service cannot read the part. Close `*part`.
 */
static struct child *apply_with_part_held(const char *options, HANDLE *part)
{
    struct child *child;
    HANDLE file;

    install_and_start(PARTS);
    write_part("parts\\b.yaml", HEAD "  ShmbTest.B: { size: 64 }\n");
    child = apply_until_put(PARTS "# 2\n", options, &file);
    *part = hold(support_wide(in_folder("parts\\b.yaml")), 0);
    CloseHandle(file);
    return child;
}

/* The service retries, and what it serves then counts. */
static void a_file_that_is_held_after_the_check_is_waited_for(void **state)
{
    struct child *child;
    const char *said;
    HANDLE part;

    (void)state;
    child = apply_with_part_held("--json", &part);
    await_held();
    CloseHandle(part);
    said = apply_ends(child, 0, "\"result\": \"applied\"");
    said_too(said, "\"changed\": true");
    expect_open("ShmbTest.B", "0");
}

/* The service has not read all of the configuration yet. */
static void a_reload_that_takes_longer_is_code_4(void **state)
{
    struct child *child;
    const char *said;
    HANDLE part;

    (void)state;
    child = apply_with_part_held("--json --timeout 1", &part);
    said = apply_ends(child, 4, "\"result\": \"unknown\"");
    CloseHandle(part);
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
    struct child *child;
    HANDLE file;

    (void)state;
    install_and_start(PARTS);
    child = apply_until_put(PARTS "# 2\n", "--json", &file);
    write_part("parts\\b.yaml", HEAD NEW);
    CloseHandle(file);
    apply_ends(child, 0, "\"result\": \"applied\"");
    expect_open("ShmbTest.New", "0");
    apply(PARTS "# 2\n", "", 0, "unchanged");
}

/* The file itself is replaced by somebody else before the service reads it. */
static void a_file_that_another_program_replaces_is_code_1(void **state)
{
    struct child *child;
    const char *said;
    HANDLE part;

    (void)state;
    child = apply_with_part_held("--json", &part);
    await_held();
    scm_file(PARTS "# 3\n");
    CloseHandle(part);
    said = apply_ends(child, 1, "\"result\": \"unknown\"");
    said_too(said, "another program has changed");
    said_too(said, "\"restored\": false");
    expect_content("", PARTS "# 3\n");
}

/* What the service refuses is not the file that was applied: it is not replaced by the former. */
static void a_file_of_another_program_is_not_taken_back(void **state)
{
    static const char faulty[] = PARTS "wrong: 1\n";
    struct child *child;
    const char *said;
    HANDLE part;

    (void)state;
    child = apply_with_part_held("--json", &part);
    await_held();
    scm_file(faulty);
    CloseHandle(part);
    said = apply_ends(child, 1, "\"result\": \"refused\"");
    said_too(said, "nothing is put back");
    said_too(said, "\"restored\": false");
    expect_content("", faulty);
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
    content = content_of(beside(""));
    return content == NULL || strcmp(content, before) != 0;
}

/* Killed as soon as a step is reached: the configuration is one or the other, whole. */
static void killed_at_any_step_it_leaves_a_whole_file(void **state)
{
    static const char *const steps[] = {".shmbroker-lock", ".former.shmbroker-new", ".former",
                                        ".shmbroker-new", ""};
    static char before[CONTENT_MAX];
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
        strcpy(before, content_of(beside("")));
        child = start_apply(i % 2 == 0 ? long_one : HEAD DATA NEW, "");
        while (!reached(step, before) && GetTickCount64() - begun < 2000)
            SwitchToThread();
        child_kill(child);
        content = content_of(beside(""));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        APPLY_TEST(a_file_that_is_still_written_is_code_4),
        APPLY_TEST(a_file_that_is_held_is_code_4),
        APPLY_TEST(a_file_that_becomes_free_is_replaced),
        PARTS_TEST(a_file_that_is_held_after_the_check_is_waited_for),
        PARTS_TEST(a_reload_that_takes_longer_is_code_4),
        PARTS_TEST(another_file_that_changes_meanwhile_is_served_too),
        PARTS_TEST(a_file_that_another_program_replaces_is_code_1),
        PARTS_TEST(a_file_of_another_program_is_not_taken_back),
        APPLY_TEST(one_at_a_time),
        APPLY_TEST(killed_at_any_step_it_leaves_a_whole_file),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_apply_held", tests, scm_setup, NULL);
}
