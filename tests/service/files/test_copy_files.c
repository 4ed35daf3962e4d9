/* Segments that outlive a reboot: a real broker, real files, and writers that know only Win32. */
#include "service_manager.h"

#include <stdio.h>
#include <string.h>

#define A "Global\\ShmbTest.Kept"
#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "defaults: { access: { write: [Interactive, Users] } }\n"                                      \
    "segments:\n"

static const char at_stop[] =
    HEAD "  ShmbTest.Kept: { size: 100, keep: reboot, initial: { text: first } }\n";
static const char by_time[] = HEAD
    "  ShmbTest.Kept: { size: 100, keep: reboot, save_every: 1 s, initial: { text: first } }\n";
static const char smaller[] = HEAD "  ShmbTest.Kept: { size: 3, keep: reboot }\n";
static const char plain[] = HEAD "  ShmbTest.Kept: { size: 100 }\n";

static const struct launch user = {.standard_user = true};
static const struct launch console = {.console = true};
static char folder[MAX_PATH * 2]; /* where the broker under test has its own files */

/* The files of copies; `visit` (NULL: none) gets the path of each. Returns how many. */
static size_t each_copy(const char *pattern, void (*visit)(const wchar_t *path))
{
    wchar_t path[MAX_PATH * 4];
    WIN32_FIND_DATAW found;
    size_t count = 0;
    HANDLE search;

    swprintf(path, sizeof(path) / sizeof(path[0]), L"%ls\\keep\\%ls", support_wide(folder),
             support_wide(pattern));
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return 0;
    do {
        if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
            continue;
        swprintf(path, sizeof(path) / sizeof(path[0]), L"%ls\\keep\\%ls", support_wide(folder),
                 found.cFileName);
        count++;
        if (visit != NULL)
            visit(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

static void remove_file(const wchar_t *path)
{
    DeleteFileW(path);
}

static int make_folder(void **state)
{
    wchar_t temporary[MAX_PATH];

    (void)state;
    if (GetTempPathW(MAX_PATH, temporary) == 0)
        return -1;
    snprintf(folder, sizeof(folder), "%sshmb-copies-%lu", support_narrow(temporary),
             GetCurrentProcessId());
    return 0;
}

static int remove_folder(void **state)
{
    char file[MAX_PATH * 3];
    int result = support_teardown(state);

    each_copy("*", remove_file);
    snprintf(file, sizeof(file), "%s\\keep", folder);
    RemoveDirectoryW(support_wide(file));
    return result;
}

/* Starts a broker; `said`: a line that it must say before it runs, NULL: none; `running`: then. */
static struct child *run_until(const char *configuration, const char *said, const char *running)
{
    struct child *broker = child_start(
        &console, "\"%s\" run --release --allow-unsafe-config --config \"%s\" --state \"%s\"",
        support_sibling("shmbroker.exe"), support_file(configuration), folder);

    if (said != NULL)
        child_find(broker, said, SUPPORT_DEADLINE_MS);
    child_find(broker, running, SUPPORT_DEADLINE_MS);
    return broker;
}

static struct child *run(const char *configuration, const char *said)
{
    return run_until(configuration, said, "info 100:");
}

static void write_text(const char *text)
{
    assert_string_equal(client_line(&user, "write " A " 0 %s", text), "written");
}

static void expect(const char *text)
{
    char wanted[200];
    size_t used = (size_t)snprintf(wanted, sizeof(wanted), "4096: ");

    for (; *text != '\0'; text++)
        used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%02x",
                                 (unsigned)(unsigned char)*text);
    assert_string_equal(client_line(&user, "dump " A), wanted);
}

static bool found_text;
static const char *wanted_text;

static void look_for_text(const wchar_t *path)
{
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    char bytes[1000];
    DWORD got = 0, i;

    if (file == INVALID_HANDLE_VALUE)
        return;
    if (!ReadFile(file, bytes, sizeof(bytes), &got, NULL))
        got = 0;
    CloseHandle(file);
    for (i = 0; i + strlen(wanted_text) <= got; i++)
        found_text |= memcmp(bytes + i, wanted_text, strlen(wanted_text)) == 0;
}

/* Until the newest copy has this text in it. */
static void wait_for_copy(const char *text)
{
    ULONGLONG start = GetTickCount64();

    wanted_text = text;
    for (found_text = false; !found_text; Sleep(20)) {
        if (GetTickCount64() - start > SUPPORT_DEADLINE_MS)
            fail_msg("'%s' was not saved", text);
        each_copy("*.copy", look_for_text);
    }
}

static void end(struct child *broker)
{
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
}

static void content_comes_back_after_a_stop(void **state)
{
    struct child *broker = run(at_stop, NULL);

    (void)state;
    expect("first");
    write_text("second");
    end(broker);
    assert_string_equal(client_line(&user, "open section " A " 4"), "2");
    assert_int_equal(each_copy("*.copy", NULL), 1);
    broker =
        run(at_stop, "info 320: The section " A " was created with the content of its copy of 20");
    expect("second");
    end(broker);
}

static void the_last_save_comes_back_after_a_crash(void **state)
{
    struct child *broker = run(by_time, NULL);

    (void)state;
    write_text("saved");
    wait_for_copy("saved");
    child_kill(broker);
    broker = run(by_time, "info 320:");
    expect("saved");
    end(broker);
}

static void turn_a_bit(const wchar_t *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    char byte;
    DWORD done;

    assert_true(file != INVALID_HANDLE_VALUE);
    SetFilePointer(file, -100, NULL, FILE_END);
    assert_true(ReadFile(file, &byte, 1, &done, NULL));
    byte ^= 1;
    SetFilePointer(file, -100, NULL, FILE_END);
    assert_true(WriteFile(file, &byte, 1, &done, NULL));
    CloseHandle(file);
}

static void a_damaged_copy_gives_way_to_the_one_before(void **state)
{
    struct child *broker = run(by_time, NULL);

    (void)state;
    write_text("older");
    wait_for_copy("older");
    write_text("newer");
    wait_for_copy("newer");
    end(broker);
    assert_int_equal(each_copy("*.copy", turn_a_bit), 1);
    broker = run(at_stop, "warning 321: The newest copy of the section " A " cannot be used");
    expect("older");
    end(broker);
    assert_int_equal(each_copy("*.refused", NULL), 1);
    assert_int_equal(each_copy("*.copy", turn_a_bit), 1);
    assert_int_equal(each_copy("*.old", turn_a_bit), 1);
    broker = run(at_stop, "error 322: No copy of the section " A " can be used");
    expect("first");
    end(broker);
}

static void a_smaller_segment_gets_what_fits(void **state)
{
    struct child *broker = run(at_stop, NULL);

    (void)state;
    write_text("second");
    end(broker);
    broker = run(smaller, "warning 325:");
    expect("sec");
    end(broker);
}

static wchar_t the_path[MAX_PATH * 4];

static void note_path(const wchar_t *path)
{
    wcscpy(the_path, path);
}

/* A backup program reads the copy, and lets nobody else near it. */
static void a_copy_that_somebody_holds_is_saved_later(void **state)
{
    struct child *broker, *backup;

    (void)state;
    end(run(at_stop, NULL));
    assert_int_equal(each_copy("*.copy", note_path), 1);
    broker = run(by_time, "info 320:");
    backup = client_start(NULL, "hold-file \"%s\"", support_narrow(the_path));
    child_expect(backup, "holding");
    write_text("meanwhile");
    child_find(broker, "error 323: The section " A " could not be saved: MoveFileExW:",
               SUPPORT_DEADLINE_MS);
    expect("meanwhile");
    assert_int_equal(child_end(backup), 0);
    child_find(broker, "info 324:", SUPPORT_DEADLINE_MS);
    wait_for_copy("meanwhile");
    end(broker);
}

/* The same while the broker starts: the segment is served, and what is newer is not lost. */
static void a_copy_that_somebody_holds_at_the_start_stays(void **state)
{
    struct child *broker = run(by_time, NULL), *backup;

    (void)state;
    write_text("older");
    wait_for_copy("older");
    write_text("newer");
    wait_for_copy("newer");
    end(broker);
    assert_int_equal(each_copy("*.copy", note_path), 1);
    backup = client_start(NULL, "hold-file \"%s\"", support_narrow(the_path));
    child_expect(backup, "holding");
    broker = run_until(by_time, "warning 321: The newest copy of the section " A " cannot be used",
                       "warning 103:");
    expect("older");
    assert_int_equal(child_end(backup), 0);
    write_text("meanwhile");
    wait_for_copy("meanwhile");
    end(broker);
    found_text = false;
    wanted_text = "newer";
    assert_int_equal(each_copy("*.unread", look_for_text), 1);
    assert_true(found_text);
    broker = run(at_stop, "info 320:");
    expect("meanwhile");
    end(broker);
}

/* Nothing can be made under the name that each save begins with. */
static void a_folder_that_refuses_is_told_and_tried_again(void **state)
{
    struct child *broker;

    (void)state;
    end(run(at_stop, NULL));
    assert_int_equal(each_copy("*.copy", note_path), 1);
    wcscpy(wcsrchr(the_path, L'.'), L".new");
    broker = run(by_time, "info 320:");
    assert_true(CreateDirectoryW(the_path, NULL));
    write_text("meanwhile");
    child_find(broker, "error 323: The section " A " could not be saved: CreateFileW:",
               SUPPORT_DEADLINE_MS);
    expect("meanwhile");
    assert_true(RemoveDirectoryW(the_path));
    child_find(broker, "info 324:", SUPPORT_DEADLINE_MS);
    wait_for_copy("meanwhile");
    end(broker);
}

static int hold_file(int argc, char **argv)
{
    HANDLE file = CreateFileW(support_wide(argv[0]), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    (void)argc;
    if (file == INVALID_HANDLE_VALUE) {
        client_say("%lu", GetLastError());
        return 1;
    }
    client_say("holding");
    client_wait_for_end();
    CloseHandle(file);
    return 0;
}

/* ---- the service ------------------------------------------------------------- */

static DWORD accepted(const char *configuration)
{
    DWORD controls;
    char arguments[2 * MAX_PATH];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create(arguments);
    scm_start();
    controls = scm_wait(SERVICE_RUNNING).dwControlsAccepted;
    scm_stop();
    scm_wait(SERVICE_STOPPED);
    return controls & (SERVICE_ACCEPT_SHUTDOWN | SERVICE_ACCEPT_PRESHUTDOWN);
}

static void the_service_asks_for_time_before_a_shutdown_where_it_needs_it(void **state)
{
    (void)state;
    assert_int_equal(accepted(at_stop), SERVICE_ACCEPT_PRESHUTDOWN);
    assert_int_equal(scm_teardown(state), 0);
    assert_int_equal(accepted(plain), SERVICE_ACCEPT_SHUTDOWN);
}

int main(void)
{
    static const struct verb own[] = {{"hold-file", 1, hold_file}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(content_comes_back_after_a_stop, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_last_save_comes_back_after_a_crash, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_damaged_copy_gives_way_to_the_one_before, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_smaller_segment_gets_what_fits, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_copy_that_somebody_holds_is_saved_later, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_copy_that_somebody_holds_at_the_start_stays, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_that_refuses_is_told_and_tried_again, make_folder,
                                        remove_folder),
        cmocka_unit_test_teardown(the_service_asks_for_time_before_a_shutdown_where_it_needs_it,
                                  scm_teardown),
    };

    support_client(own, sizeof(own) / sizeof(own[0]));
    return cmocka_run_group_tests_name("test_copy_files", tests, scm_setup, NULL);
}
