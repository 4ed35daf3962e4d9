/* What ends the broker's wait: stop, reload, and files that have changed. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"

#define SOON_MS   SUPPORT_DEADLINE_MS
#define SHORT_MS  300u
#define NEIGHBOUR "beside.yaml"

static HANDLE stop, reload;
static struct system port_system;
static struct sys_failure why;
static struct port port;
static char folder[1024];

static const char *path_of(const char *name)
{
    static char path[8][1200];
    static size_t turn;

    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof(path[turn]), "%s\\%s", folder, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    HANDLE file = CreateFileW(support_wide(path_of(name)), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
}

static void remove_files(void)
{
    WIN32_FIND_DATAW entry;
    HANDLE search = FindFirstFileW(support_wide(path_of("*")), &entry);

    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        DeleteFileW(support_wide(path_of(support_narrow(entry.cFileName))));
    } while (FindNextFileW(search, &entry));
    FindClose(search);
}

static int begin(void **state)
{
    wchar_t temporary[MAX_PATH];
    struct port_host host = {.any_file = true};

    (void)state;
    if (GetTempPathW(MAX_PATH, temporary) == 0)
        return -1;
    snprintf(folder, sizeof(folder), "%sshmb-watch-%lu", support_narrow(temporary),
             GetCurrentProcessId());
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    reload = CreateEventW(NULL, FALSE, FALSE, NULL);
    host.stop = stop;
    host.reload = reload;
    port_open(&port, &host, NULL, &port_system);
    return CreateDirectoryW(support_wide(folder), NULL) && stop != NULL && reload != NULL ? 0 : -1;
}

static int end(void **state)
{
    port_close(&port);
    CloseHandle(stop);
    CloseHandle(reload);
    remove_files();
    RemoveDirectoryW(support_wide(folder));
    return support_teardown(state);
}

static enum sys_wake wait_for(uint32_t ms)
{
    return port_system.wait(port_system.self, ms);
}

static enum sys_status watch_one(const char *name)
{
    const char *const path = path_of(name);

    return port_system.watch(port_system.self, &path, 1, &why);
}

static void expect_told_once(void)
{
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    assert_int_equal(wait_for(0), SYS_WAKE_TIMEOUT);
}

/* Of which nothing has been heard before: the wait hears of it. */
static void expect_change(void)
{
    ULONGLONG start = GetTickCount64();

    expect_told_once();
    /* Left alone for a second; the clock goes in steps, longer ones where all is busy. */
    assert_true(GetTickCount64() - start >= WATCH_QUIET_MS / 2);
}

/* Until the watch has heard of something. */
static void hear(void)
{
    ULONGLONG start = GetTickCount64();

    while (watch_delay(port.watch) == UINT32_MAX) {
        assert_true(GetTickCount64() - start < SOON_MS);
        SleepEx(10, TRUE);
    }
}

/* ---- tests ---- */

static void a_wait_ends_with_its_time(void **state)
{
    ULONGLONG start = GetTickCount64();

    (void)state;
    assert_int_equal(wait_for(SHORT_MS), SYS_WAKE_TIMEOUT);
    assert_true(GetTickCount64() - start >= SHORT_MS / 2);
}

static void without_anything_to_wait_for_it_sleeps(void **state)
{
    const struct port_host host = {.any_file = true};
    ULONGLONG start = GetTickCount64();
    struct system alone;
    struct port other;

    (void)state;
    port_open(&other, &host, NULL, &alone);
    assert_int_equal(alone.wait(alone.self, SHORT_MS), SYS_WAKE_TIMEOUT);
    assert_true(GetTickCount64() - start >= SHORT_MS / 2);
    port_close(&other);
}

static void reload_is_told_once_and_stop_comes_first(void **state)
{
    (void)state;
    SetEvent(reload);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_RELOAD);
    assert_int_equal(wait_for(0), SYS_WAKE_TIMEOUT);
    SetEvent(reload);
    SetEvent(stop);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_STOP);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_STOP);
    assert_true(port_system.stopping(port_system.self));
}

static void writing_a_file_is_a_change(void **state)
{
    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("MAIN.yaml"), SYS_OK);
    assert_int_equal(wait_for(0), SYS_WAKE_TIMEOUT);
    put("main.yaml", "new");
    expect_change();
}

/* As editors do it: the name stays, the file is another one. */
static void replacing_a_file_is_a_change(void **state)
{
    (void)state;
    put("main.yaml", "old");
    put("x.tmp", "new");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    assert_true(MoveFileExW(support_wide(path_of("x.tmp")), support_wide(path_of("main.yaml")),
                            MOVEFILE_REPLACE_EXISTING));
    expect_change();
}

static void deleting_and_making_a_file_are_changes(void **state)
{
    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    assert_true(DeleteFileW(support_wide(path_of("main.yaml"))));
    expect_change();
    put("main.yaml", "new");
    expect_change();
}

static void a_file_that_a_pattern_means_is_a_change(void **state)
{
    (void)state;
    assert_int_equal(watch_one("*.yaml"), SYS_OK);
    put("b.yaml", "new");
    expect_change();
}

static void a_neighbour_is_none(void **state)
{
    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    put(NEIGHBOUR, "x");
    put(NEIGHBOUR, "y");
    DeleteFileW(support_wide(path_of(NEIGHBOUR)));
    assert_int_equal(wait_for(WATCH_QUIET_MS + SHORT_MS), SYS_WAKE_TIMEOUT);
    assert_int_equal(watch_delay(port.watch), UINT32_MAX);
    put("main.yaml", "new"); /* but it does listen */
    expect_change();
}

static void another_change_begins_the_second_anew(void **state)
{
    ULONGLONG start = GetTickCount64();
    uint32_t before;

    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    put("main.yaml", "new");
    hear();
    SleepEx(SHORT_MS, FALSE);
    before = watch_delay(port.watch);
    assert_true(before <= WATCH_QUIET_MS - SHORT_MS / 2);
    do { /* again, for it may take us long to look */
        assert_true(GetTickCount64() - start < SOON_MS);
        put("main.yaml", "newer");
        SleepEx(10, TRUE);
    } while (watch_delay(port.watch) <= before);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    assert_int_equal(wait_for(0), SYS_WAKE_TIMEOUT);
}

static void a_reload_makes_a_change_no_news(void **state)
{
    (void)state;
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    put("main.yaml", "new");
    hear();
    while (SleepEx(SHORT_MS, TRUE) != 0) /* all that is told of it */
        ;
    SetEvent(reload);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_RELOAD);
    assert_int_equal(watch_delay(port.watch), UINT32_MAX);
}

/* Between reading files and watching the next ones nothing gets lost. */
static void watching_anew_keeps_what_was_heard(void **state)
{
    (void)state;
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    put("main.yaml", "new");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    expect_told_once(); /* the second may have passed in part */
}

static void watching_nothing_is_quiet(void **state)
{
    (void)state;
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    assert_int_equal(port_system.watch(port_system.self, NULL, 0, &why), SYS_OK);
    assert_null(port.watch);
    put("main.yaml", "new");
    assert_int_equal(wait_for(SHORT_MS), SYS_WAKE_TIMEOUT);
}

static void more_changes_than_can_be_told_are_one(void **state)
{
    char name[100];
    int i;

    (void)state;
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    for (i = 0; i < 600; i++) {
        snprintf(name, sizeof(name), "a neighbour with a rather long name, number %d.txt", i);
        put(name, "x");
    }
    /* Wine has no room for more either, and gives up in another way: nobody is told names. */
    put("main.yaml", "new");
    expect_change();
}

static void a_folder_that_comes_later_is_a_change(void **state)
{
    (void)state;
    assert_true(RemoveDirectoryW(support_wide(folder)));
    assert_int_equal(watch_one("main.yaml"), SYS_NOT_FOUND);
    assert_non_null(port.watch);
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    expect_change();
    put("main.yaml", "new");
    expect_change();
}

/* Whatever is still told of what was done before is over. */
static void calm_down(void)
{
    while (wait_for(WATCH_QUIET_MS + SHORT_MS) == SYS_WAKE_CHANGED)
        ;
}

static void expect_that_it_listens(void)
{
    calm_down();
    put("main.yaml", "newer");
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
}

static void rename_folder(const char *from, const char *to)
{
    assert_true(MoveFileExW(support_wide(from), support_wide(to), 0));
}

/* The old one lives on under another name; nobody tells so but the folder above. */
static void another_folder_under_the_name_is_a_change(void **state)
{
    char away[1100], old[1100];

    (void)state;
    snprintf(away, sizeof(away), "%s-away", folder);
    snprintf(old, sizeof(old), "%s-old", folder);
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    rename_folder(folder, away);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    put("main.yaml", "new");
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    expect_that_it_listens();
    /* And when the first one comes back. */
    remove_files();
    calm_down();
    rename_folder(folder, old);
    rename_folder(away, folder);
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    expect_that_it_listens();
    assert_true(RemoveDirectoryW(support_wide(old)));
}

/* As long as somebody has it open, a folder that was removed may keep its name. */
static void make_folder(void)
{
    ULONGLONG start = GetTickCount64();

    while (!CreateDirectoryW(support_wide(folder), NULL)) {
        assert_true(GetTickCount64() - start < SOON_MS);
        SleepEx(10, TRUE);
    }
}

static void a_folder_made_anew_is_a_change(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* a folder is not removed before nobody watches it */
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    remove_files();
    assert_true(RemoveDirectoryW(support_wide(folder)));
    make_folder();
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
    expect_that_it_listens();
}

static void a_folder_beside_is_none(void **state)
{
    char beside[1100];

    (void)state;
    snprintf(beside, sizeof(beside), "%s-beside", folder);
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    assert_true(CreateDirectoryW(support_wide(beside), NULL));
    assert_true(RemoveDirectoryW(support_wide(beside)));
    assert_int_equal(wait_for(WATCH_QUIET_MS + SHORT_MS), SYS_WAKE_TIMEOUT);
    assert_int_equal(watch_delay(port.watch), UINT32_MAX);
}

static void a_watch_holds_up_no_end(void **state)
{
    const char *const paths[] = {path_of("a.yaml"), path_of("b.yaml"), "C:\\windows\\*.yaml",
                                 "C:\\*.yaml"};
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        assert_int_equal(port_system.watch(port_system.self, paths, 4, &why), SYS_OK);
        put("a.yaml", "new");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wait_ends_with_its_time),
        TEST(without_anything_to_wait_for_it_sleeps),
        TEST(reload_is_told_once_and_stop_comes_first),
        TEST(writing_a_file_is_a_change),
        TEST(replacing_a_file_is_a_change),
        TEST(deleting_and_making_a_file_are_changes),
        TEST(a_file_that_a_pattern_means_is_a_change),
        TEST(a_neighbour_is_none),
        TEST(another_change_begins_the_second_anew),
        TEST(a_reload_makes_a_change_no_news),
        TEST(watching_anew_keeps_what_was_heard),
        TEST(watching_nothing_is_quiet),
        TEST(more_changes_than_can_be_told_are_one),
        TEST(a_folder_that_comes_later_is_a_change),
        TEST(another_folder_under_the_name_is_a_change),
        TEST(a_folder_made_anew_is_a_change),
        TEST(a_folder_beside_is_none),
        TEST(a_watch_holds_up_no_end),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
