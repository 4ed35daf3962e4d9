/* What ends the broker's wait: stop, reload, and files that have changed. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "port.h"

#define SOON_MS   SUPPORT_DEADLINE_MS
#define SHORT_MS  300u
#define NEIGHBOUR "beside.yaml"

static HANDLE stop, reload;
static struct system port_system;
static struct sys_failure why;
static struct port port;
static char place[900], folder[1024]; /* nobody else makes anything in either */

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
    snprintf(place, sizeof(place), "%sshmb-watch-%lu", support_narrow(temporary),
             GetCurrentProcessId());
    snprintf(folder, sizeof(folder), "%s\\watched", place);
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    reload = CreateEventW(NULL, FALSE, FALSE, NULL);
    host.stop = stop;
    host.reload = reload;
    port_open(&port, &host, NULL, &port_system);
    if (!CreateDirectoryW(support_wide(place), NULL))
        return -1;
    return CreateDirectoryW(support_wide(folder), NULL) && stop != NULL && reload != NULL ? 0 : -1;
}

static int end(void **state)
{
    port_close(&port);
    CloseHandle(stop);
    CloseHandle(reload);
    remove_files();
    RemoveDirectoryW(support_wide(folder));
    RemoveDirectoryW(support_wide(place));
    return support_teardown(state);
}

static enum sys_wake wait_for(uint32_t ms)
{
    return port_system.wait(port_system.self, ms);
}

static enum sys_status watch_one(const char *name)
{
    const char *const path = path_of(name);

    return port_system.files.watch(port_system.self, &path, 1, &why);
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
    assert_int_equal(port_system.files.watch(port_system.self, NULL, 0, &why), SYS_OK);
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

/* What has been heard is dealt with, and nothing of it was a change. */
static void expect_no_change(void)
{
    ULONGLONG start = GetTickCount64();

    while (watch_delay(port.watch) != UINT32_MAX) {
        assert_true(GetTickCount64() - start < SOON_MS);
        assert_int_equal(wait_for(SHORT_MS), SYS_WAKE_TIMEOUT);
    }
}

static const char *beside(const char *name)
{
    static char path[1100];

    snprintf(path, sizeof(path), "%s\\%s", place, name);
    return path;
}

/* Where everybody may make folders; the second could be a short name of ours. */
static void a_folder_beside_is_none(void **state)
{
    static const char *const names[] = {"beside", "watche~1", "watched-"};
    size_t i;

    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        assert_true(CreateDirectoryW(support_wide(beside(names[i])), NULL));
        hear();
        expect_no_change();
        assert_true(RemoveDirectoryW(support_wide(beside(names[i]))));
        hear();
        expect_no_change();
    }
    put("main.yaml", "new");
    expect_change();
}

/* More than the system can tell, before anybody hears of the first. */
static void many_folders_beside_are_none(void **state)
{
    char name[100];
    int i;

    (void)state;
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    for (i = 0; i < 600; i++) {
        snprintf(name, sizeof(name), "a folder with a rather long name beside it, number~%d", i);
        assert_true(CreateDirectoryW(support_wide(beside(name)), NULL));
        assert_true(RemoveDirectoryW(support_wide(beside(name))));
    }
    hear();
    expect_no_change();
    put("main.yaml", "new");
    assert_int_equal(wait_for(SOON_MS), SYS_WAKE_CHANGED);
}

/* Somebody who does the same again and again until he is told to end. */
struct nuisance {
    HANDLE thread;
    HANDLE enough;
    DWORD every_ms;
    wchar_t path[1100];
    void (*act)(const wchar_t *path);
};

static DWORD WINAPI bother(void *argument)
{
    const struct nuisance *nuisance = argument;

    do {
        nuisance->act(nuisance->path);
    } while (WaitForSingleObject(nuisance->enough, nuisance->every_ms) == WAIT_TIMEOUT);
    return 0;
}

static void bother_begin(struct nuisance *nuisance, const char *path, DWORD every_ms,
                         void (*act)(const wchar_t *))
{
    swprintf(nuisance->path, 1100, L"%ls", support_wide(path));
    nuisance->act = act;
    nuisance->every_ms = every_ms;
    nuisance->enough = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_non_null(nuisance->enough);
    nuisance->thread = CreateThread(NULL, 0, bother, nuisance, 0, NULL);
    assert_non_null(nuisance->thread);
}

static void bother_end(struct nuisance *nuisance)
{
    SetEvent(nuisance->enough);
    assert_int_equal(WaitForSingleObject(nuisance->thread, SOON_MS), WAIT_OBJECT_0);
    CloseHandle(nuisance->thread);
    CloseHandle(nuisance->enough);
}

static void make_and_remove(const wchar_t *path)
{
    CreateDirectoryW(path, NULL);
    RemoveDirectoryW(path);
}

static void write_to_it(const wchar_t *path)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done;

    if (file == INVALID_HANDLE_VALUE)
        return;
    WriteFile(file, "more", 4, &done, NULL);
    CloseHandle(file);
}

static void folders_beside_hold_up_no_change(void **state)
{
    struct nuisance nuisance;
    enum sys_wake wake;

    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    bother_begin(&nuisance, beside("watche~1"), 20, make_and_remove);
    hear();
    put("main.yaml", "new");
    wake = wait_for(SOON_MS);
    bother_end(&nuisance);
    assert_int_equal(wake, SYS_WAKE_CHANGED);
}

static void a_change_that_goes_on_is_told(void **state)
{
    struct nuisance nuisance;
    enum sys_wake wake;

    (void)state;
    put("main.yaml", "old");
    assert_int_equal(watch_one("main.yaml"), SYS_OK);
    bother_begin(&nuisance, path_of("main.yaml"), 20, write_to_it);
    wake = wait_for(SOON_MS);
    bother_end(&nuisance);
    assert_int_equal(wake, SYS_WAKE_CHANGED);
}

static void a_watch_holds_up_no_end(void **state)
{
    const char *const paths[] = {path_of("a.yaml"), path_of("b.yaml"), "C:\\windows\\*.yaml",
                                 "C:\\*.yaml"};
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        assert_int_equal(port_system.files.watch(port_system.self, paths, 4, &why), SYS_OK);
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
        TEST(many_folders_beside_are_none),
        TEST(folders_beside_hold_up_no_change),
        TEST(a_change_that_goes_on_is_told),
        TEST(a_watch_holds_up_no_end),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
