/*
 * The file with figures of a real broker, read by another process at any time, and the verb that
 * prints the same.
 */
#include "shmb.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct launch alone = {.console = true};
static char path[1024];
static char content[256 * 1024], said[256 * 1024];

/* A broker with two segments whose figures are in `path`, written each second. */
static struct child *start(const char *folder)
{
    char text[4096];

    snprintf(path, sizeof(path), "%s\\shmb%lu.prom", folder, (unsigned long)GetCurrentProcessId());
    snprintf(text, sizeof(text),
             "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\n"
             "metrics: { file: '%s', every: 1 s }\nsegments:\n"
             "  ShmbTest.Pri\xC3\xB6"
             "es: { size: 100 }\n"
             "  ShmbTest.Fast: { size: 1000, lock: fast }\n"
             "events: { ShmbTest.Go: { reset: auto } }\n",
             path);
    return broker_run(&alone, text);
}

static const char *temporary(void)
{
    static wchar_t folder[MAX_PATH + 1];
    size_t length;

    assert_true(GetTempPathW(MAX_PATH, folder) != 0);
    length = wcslen(folder);
    if (folder[length - 1] == L'\\')
        folder[length - 1] = L'\0';
    return support_narrow(folder);
}

/* What the file has now; false: there is none. */
static bool read_file(DWORD share)
{
    HANDLE file =
        CreateFileW(support_wide(path), GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    if (file == INVALID_HANDLE_VALUE)
        return false;
    assert_true(ReadFile(file, content, sizeof(content) - 1, &got, NULL));
    content[got] = '\0';
    CloseHandle(file);
    return true;
}

static bool shows(const char *line)
{
    const char *at = strstr(content, line);

    return at != NULL && (at == content || at[-1] == '\n') &&
           (at[strlen(line)] == '\n' || at[strlen(line)] == ' ');
}

static bool ends_with(const char *end)
{
    size_t length = strlen(content);

    return length >= strlen(end) && strcmp(content + length - strlen(end), end) == 0;
}

static void check_whole(void)
{
    if (strncmp(content, "# HELP shmbroker_up ", 20) != 0 ||
        !ends_with("\nshmbroker_segments_left_out 0\n"))
        fail_msg("not a whole file:\n%s", content);
}

/* The value of a figure without labels, as text. */
static const char *value_of(const char *name)
{
    static char value[64];
    char before[128];
    const char *at;

    snprintf(before, sizeof(before), "\n%s ", name);
    at = strstr(content, before);
    if (at == NULL || sscanf(at + strlen(before), "%63s", value) != 1)
        fail_msg("no %s", name);
    return value;
}

/* Reads until the figures are others; each time the file is there, and whole. */
static void wait_for_next(void)
{
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    char before[64];

    assert_true(read_file(share));
    snprintf(before, sizeof(before), "%s", value_of("shmbroker_metrics_time_seconds"));
    do {
        assert_true(GetTickCount64() < until);
        if (!read_file(share)) {
            /* It may be held for a moment, but never gone. */
            assert_int_not_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
            continue;
        }
        check_whole();
    } while (strcmp(value_of("shmbroker_metrics_time_seconds"), before) == 0);
}

static DWORD run(const char *program, const char *arguments)
{
    return child_said(child_start(NULL, "\"%s\" %s", support_sibling(program), arguments), said,
                      sizeof(said));
}

static void the_file_is_whole_at_any_time(void **state)
{
    struct child *broker = start(temporary());
    int i;

    (void)state;
    assert_true(read_file(FILE_SHARE_READ));
    assert_true(shows("shmbroker_up 1"));
    assert_true(shows("shmbroker_segment_bytes{segment=\"ShmbTest.Pri\xC3\xB6"
                      "es\"} 100"));
    assert_true(shows("shmbroker_segment_lock_info{segment=\"ShmbTest.Fast\",lock=\"fast\"} 1"));
    assert_true(shows("shmbroker_objects{kind=\"event\",state=\"held\"} 2"));
    for (i = 0; i < 6; i++)
        wait_for_next();
    /* A write by the library is counted. */
    assert_int_equal(run("shmb.exe", "write ShmbTest.Fast --text x"), 0);
    wait_for_next();
    wait_for_next();
    assert_true(shows("shmbroker_segment_writes_total{segment=\"ShmbTest.Fast\"} 1"));
    assert_true(shows("shmbroker_segment_change_number{segment=\"ShmbTest.Fast\"} 1"));
    assert_true(shows("shmbroker_segment_abandoned{segment=\"ShmbTest.Fast\"} 0"));
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_true(read_file(FILE_SHARE_READ));
    assert_true(shows("shmbroker_up 0"));
    assert_null(strstr(content, "shmbroker_objects"));
    assert_true(DeleteFileW(support_wide(path)));
}

/* Figures that pass, or that the verb does not have because it writes no file. */
static bool passes(const char *line)
{
    static const char *const names[] = {"shmbroker_metrics_", "shmbroker_open_handles",
                                        "# HELP shmbroker_metrics_interval",
                                        "# TYPE shmbroker_metrics_interval"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return strstr(line, "shmbroker_open_handles") != NULL; /* Wine does not know it */
}

/* Each line of `text` is in `other`. */
static void check_lines(char *text, const char *other)
{
    char *line;

    for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *end = strchr(line, '\r');

        if (end != NULL)
            *end = '\0';
        if (!passes(line) && strstr(other, line) == NULL)
            fail_msg("not in the other: %s", line);
    }
}

static void the_verb_prints_the_same(void **state)
{
    struct child *broker = start(temporary());
    static char other[sizeof(said)];

    (void)state;
    assert_int_equal(run("shmb.exe", "write ShmbTest.Fast --text x"), 0);
    wait_for_next();
    wait_for_next();
    assert_int_equal(run("shmbroker.exe", "metrics"), 0);
    snprintf(other, sizeof(other), "%s", said);
    assert_non_null(strstr(other, "shmbroker_events_total{event=\"100\"} 1"));
    check_lines(said, content);
    check_lines(content, other);
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_true(DeleteFileW(support_wide(path)));
}

static void standard_users_read_the_directory_only(void **state)
{
    static const struct launch user = {.standard_user = true};
    struct child *broker = start(temporary());
    struct child *child = child_start(&user, "\"%s\" metrics", support_sibling("shmbroker.exe"));

    (void)state;
    assert_int_equal(child_said(child, said, sizeof(said)), 1);
    assert_non_null(strstr(said, "shmbroker_objects{kind=\"event\",state=\"held\"} 2"));
    assert_non_null(strstr(said, "shmbroker_build_info{version=\"" SHMB_VERSION "\"} 1"));
    assert_null(strstr(said, "shmbroker_degraded"));
    assert_non_null(strstr(said, "elevated prompt"));
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_true(DeleteFileW(support_wide(path)));
}

/* Without the folder; then with it. */
static void a_file_that_cannot_be_written_is_told(void **state)
{
    char folder[1024], line[2048];
    struct child *broker;

    (void)state;
    snprintf(folder, sizeof(folder), "%s\\shmb%lu", temporary(),
             (unsigned long)GetCurrentProcessId());
    broker = start(folder);
    assert_int_equal(run("shmbroker.exe", "status"), 1);
    assert_non_null(strstr(said, "file with figures not written"));
    assert_non_null(strstr(said, path));
    assert_int_equal(run("shmbroker.exe", "metrics"), 0);
    assert_non_null(strstr(said, "shmbroker_degraded_reasons{reason=\"metrics_not_written\"} 1"));
    assert_non_null(strstr(said, "shmbroker_events_total{event=\"360\"} 1"));
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    snprintf(line, sizeof(line), "info 361: ShmBroker writes its figures to %s again.", path);
    child_find(broker, line, SUPPORT_DEADLINE_MS);
    assert_int_equal(run("shmbroker.exe", "status"), 0);
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_true(DeleteFileW(support_wide(path)));
    assert_true(RemoveDirectoryW(support_wide(folder)));
}

/* A reader that lets nobody replace the file, as programs in Go do, for longer than a moment. */
static void a_reader_that_holds_the_file(void **state)
{
    struct child *broker = start(temporary());
    HANDLE file = CreateFileW(support_wide(path), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              NULL, OPEN_EXISTING, 0, NULL);

    (void)state;
    assert_true(file != INVALID_HANDLE_VALUE);
    child_find(broker, "warning 360: ", SUPPORT_DEADLINE_MS);
    CloseHandle(file);
    child_find(broker, "info 361: ", SUPPORT_DEADLINE_MS);
    assert_true(read_file(FILE_SHARE_READ | FILE_SHARE_DELETE));
    check_whole();
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_true(DeleteFileW(support_wide(path)));
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_file_is_whole_at_any_time),          TEST(the_verb_prints_the_same),
        TEST(standard_users_read_the_directory_only), TEST(a_file_that_cannot_be_written_is_told),
        TEST(a_reader_that_holds_the_file),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_metrics", tests, NULL, NULL);
}
