/* The verbs that administer the service. */
#include "service_manager.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE_KEY "SYSTEM\\CurrentControlSet\\Services\\ShmBroker"
#define SOURCE_KEY  "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n";

static const struct launch user = {.standard_user = true};

static void install(const char *text)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --config \"%s\"",
             scm_file(text));
    broker_says(arguments, 0, "installed");
}

static bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* Nothing is safe where every file belongs to a user. On Windows what install makes must be. */
static const char *trying_out(void)
{
    return support_wine() ? " --allow-unsafe-config" : "";
}

/* `install` without a configuration. */
static void install_plainly(const char *part)
{
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "install%s", trying_out());
    broker_says(arguments, 0, part);
}

/* The executable the service runs. */
static const char *program(void)
{
    return support_narrow(scm_program(L"\\shmbroker.exe"));
}

/* ---- tests ---- */

static void without_the_service_the_verbs_say_so(void **state)
{
    (void)state;
    broker_says("status", 5, "not installed");
    broker_says("status --verify", 5, "not installed");
    broker_says("start", 5, "not installed");
    broker_says("stop", 5, "not installed");
    broker_says("uninstall", 5, "not installed");
}

/* Nothing is installed; what runs tells what it is and what it holds. */
static void a_broker_in_a_console_is_told_of(void **state)
{
    struct child *broker = broker_run(NULL, configuration);

    (void)state;
    broker_says("status", 0, "state:         running in a console, process ");
    broker_says("status", 0, "\\shm"); /* its temporary file */
    broker_says("status", 0, "ShmbTest.Data: held");
    broker_says("status --json", 0, "\"state\": \"running in a console\"");
    broker_says("status --verify", 5, "in a console (shmbroker run): there is nothing to verify");
    broker_says("reload", 5, "in a console (shmbroker run): Ctrl+Break");
    broker_says("stop", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    broker_says("uninstall", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    broker_says("start", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    /* Its keeper is no broker. */
    child_kill(broker);
    broker_says("status", 5, "not installed");
}

static void install_registers_service_and_event_source(void **state)
{
    char command[2048];

    (void)state;
    install(configuration);
    snprintf(command, sizeof(command), "\"%s\" --config \"%s\" --allow-unsafe-config", program(),
             scm_file(configuration));
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), command);
    assert_string_equal(scm_registry(SERVICE_KEY, "Start"), "2"); /* automatic */
    assert_string_equal(scm_registry(SERVICE_KEY, "ObjectName"), "NT SERVICE\\ShmBroker");
    assert_string_not_equal(scm_registry(SERVICE_KEY, "Description"), "(none)");
    assert_string_equal(scm_registry(SOURCE_KEY, "EventMessageFile"), program());
    assert_true(exists(scm_program(L"\\shmbroker.exe")));
    assert_string_equal(scm_registry(SOURCE_KEY, "TypesSupported"), "7");
    broker_says("uninstall", 0, "removed");
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), "(none)");
    assert_string_equal(scm_registry(SOURCE_KEY, "EventMessageFile"), "(none)");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    broker_says("uninstall", 5, "not installed");
}

static void the_default_configuration_needs_no_word(void **state)
{
    char command[2048];

    (void)state;
    install_plainly("installed");
    snprintf(command, sizeof(command), "\"%s\"%s", program(), trying_out());
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), command);
}

static wchar_t *in_program_data(const wchar_t *path)
{
    static wchar_t full[3][MAX_PATH];
    static size_t turn;

    turn = (turn + 1) % 3;
    assert_true(ExpandEnvironmentStringsW(path, full[turn], MAX_PATH) > 0);
    return full[turn];
}

static void install_puts_a_first_configuration(void **state)
{
    const wchar_t *file = in_program_data(L"%ProgramData%\\ShmBroker\\shmbroker.yaml");
    char arguments[1024];
    HANDLE own;

    (void)state;
    if (exists(file) && !support_wine())
        skip(); /* somebody's */
    DeleteFileW(file);
    install_plainly("a first configuration");
    assert_true(exists(in_program_data(L"%ProgramData%\\ShmBroker\\state")));
    assert_true(exists(in_program_data(L"%ProgramData%\\ShmBroker\\keep")));
    snprintf(arguments, sizeof(arguments), "check \"%s\"%s", support_narrow(file), trying_out());
    broker_says(arguments, 0, "no errors");
    broker_says("start", 0, "runs");
    broker_says("stop", 0, "stopped");
    /* A file that is there stays. */
    own = CreateFileW(file, GENERIC_WRITE, 0, NULL, TRUNCATE_EXISTING, 0, NULL);
    assert_true(own != INVALID_HANDLE_VALUE);
    CloseHandle(own);
    install_plainly("installed");
    broker_says(arguments, 1, "not usable");
    broker_says("uninstall", 0, "its configuration stays");
    assert_true(DeleteFileW(file));
    /* A configuration elsewhere needs none there. */
    install(configuration);
    assert_false(exists(file));
}

static void install_once_more_mends(void **state)
{
    char command[2048];

    (void)state;
    install_plainly("installed");
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, support_wide(SOURCE_KEY));
    install(configuration);
    snprintf(command, sizeof(command), "\"%s\" --config \"%s\" --allow-unsafe-config", program(),
             scm_file(configuration));
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), command);
    assert_string_equal(scm_registry(SOURCE_KEY, "TypesSupported"), "7");
}

static void install_again_keeps_what_nobody_changes(void **state)
{
    char arguments[1024], command[2048];

    (void)state;
    snprintf(arguments, sizeof(arguments), "install --account LocalService --config \"%s\"%s",
             scm_file(configuration), " --allow-unsafe-config");
    broker_says(arguments, 0, "installed");
    install_plainly("its registration is renewed");
    snprintf(command, sizeof(command), "\"%s\" --config \"%s\"%s", program(),
             scm_file(configuration), trying_out());
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), command);
    assert_string_equal(scm_registry(SERVICE_KEY, "ObjectName"), "NT AUTHORITY\\LocalService");
    broker_says("install --account virtual --allow-unsafe-config", 0,
                "its registration is renewed");
    assert_string_equal(scm_registry(SERVICE_KEY, "ObjectName"), "NT SERVICE\\ShmBroker");
}

static void an_unchanged_configuration_goes_with_the_service(void **state)
{
    const wchar_t *file = in_program_data(L"%ProgramData%\\ShmBroker\\shmbroker.yaml");

    (void)state;
    if (exists(file) && !support_wine())
        skip(); /* somebody's */
    DeleteFileW(file);
    install_plainly("a first configuration");
    broker_says("uninstall", 0, "never changed");
    assert_false(exists(file));
}

static void another_programs_service_is_left_alone(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE), service;

    (void)state;
    assert_non_null(manager);
    service = CreateServiceW(manager, L"ShmBroker", L"Another", DELETE, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, L"C:\\other.exe /s", NULL,
                             NULL, NULL, NULL, NULL);
    CloseServiceHandle(manager);
    assert_non_null(service);
    CloseServiceHandle(service);
    broker_says("install", 6, "C:\\other.exe");
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), "C:\\other.exe /s");
    assert_false(exists(scm_program(L"")));
}

/* What only administrators may change: nothing under Wine, where a user owns each file. */
static void an_unsafe_configuration_installs_nothing(void **state)
{
    char arguments[1024];

    (void)state;
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, support_wide(SOURCE_KEY));
    snprintf(arguments, sizeof(arguments), "install --config \"%s\"", scm_file(configuration));
    broker_says(arguments, 3, support_wine() ? "belongs to" : "icacls");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_string_equal(scm_registry(SOURCE_KEY, "EventMessageFile"), "(none)");
}

/* The last essential step fails: what was done before it is taken back. */
static void a_refused_registration_leaves_nothing(void **state)
{
    const wchar_t *file = in_program_data(L"%ProgramData%\\ShmBroker\\shmbroker.yaml");
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE), other;
    char arguments[64];

    (void)state;
    if (exists(file) && !support_wine())
        skip(); /* somebody's */
    DeleteFileW(file);
    assert_non_null(manager);
    /* No two services may show the same name. */
    other = CreateServiceW(manager, L"ShmbTestOther", L"ShmBroker", DELETE,
                           SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                           L"C:\\other.exe", NULL, NULL, NULL, NULL, NULL);
    CloseServiceHandle(manager);
    assert_non_null(other);
    snprintf(arguments, sizeof(arguments), "install%s", trying_out());
    broker_says(arguments, 7, "cannot install the service");
    assert_true(DeleteService(other));
    CloseServiceHandle(other);
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_false(exists(file));
}

static void a_file_in_the_place_of_the_folder_is_refused(void **state)
{
    const wchar_t *folder = in_program_data(L"%ProgramData%\\ShmBroker");
    const wchar_t *aside = in_program_data(L"%ProgramData%\\ShmBroker aside");
    bool had = exists(folder);
    HANDLE file;

    (void)state;
    if (had)
        assert_true(MoveFileW(folder, aside));
    file = CreateFileW(folder, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    broker_says("install", 3, "is a file, not a folder");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_true(DeleteFileW(folder));
    if (had)
        assert_true(MoveFileW(aside, folder));
}

/* ---- the folder of its data, before it is ours ---- */

#define DATA       L"%ProgramData%\\ShmBroker"
#define AWAY       L"%ProgramData%\\ShmBroker away"
#define EVERYTHING "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)"

static void protect(const wchar_t *path, const char *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    BOOL ok;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        support_wide(sddl), SDDL_REVISION_1, &descriptor, NULL));
    ok = SetFileSecurityW(path, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                          descriptor);
    LocalFree(descriptor);
    assert_true(ok);
}

/* What is there gets out of the way until `give_back`. */
static void take_away(void)
{
    if (exists(in_program_data(DATA)))
        assert_true(MoveFileW(in_program_data(DATA), in_program_data(AWAY)));
}

static void give_back(void)
{
    support_forget();
    DeleteFileW(in_program_data(DATA L"\\shmbroker.yaml"));
    RemoveDirectoryW(in_program_data(DATA L"\\state"));
    RemoveDirectoryW(in_program_data(DATA L"\\keep"));
    assert_true(RemoveDirectoryW(in_program_data(DATA)));
    if (exists(in_program_data(AWAY)))
        assert_true(MoveFileW(in_program_data(AWAY), in_program_data(DATA)));
}

static HANDLE open_folder(const wchar_t *path, DWORD access)
{
    HANDLE folder = CreateFileW(path, access | FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);

    assert_true(folder != INVALID_HANDLE_VALUE);
    return folder;
}

static bool same_folder(HANDLE a, HANDLE b)
{
    BY_HANDLE_FILE_INFORMATION one, other;

    assert_true(GetFileInformationByHandle(a, &one) && GetFileInformationByHandle(b, &other));
    return one.dwVolumeSerialNumber == other.dwVolumeSerialNumber &&
           one.nFileIndexHigh == other.nFileIndexHigh && one.nFileIndexLow == other.nFileIndexLow;
}

/* Who has it open with a right to change its access has the one that is put aside. */
static void a_folder_that_others_could_change_is_put_aside(void **state)
{
    wchar_t aside[MAX_PATH];
    WIN32_FIND_DATAW entry;
    HANDLE held, now, search;

    (void)state;
    take_away();
    assert_true(CreateDirectoryW(in_program_data(DATA), NULL));
    protect(in_program_data(DATA), EVERYTHING);
    held = open_folder(in_program_data(DATA), WRITE_DAC);
    install_plainly("it is put aside as");
    now = open_folder(in_program_data(DATA), 0);
    assert_false(same_folder(held, now));
    CloseHandle(now);
    search = FindFirstFileW(in_program_data(DATA L".planted-*"), &entry);
    assert_true(search != INVALID_HANDLE_VALUE);
    FindClose(search);
    swprintf(aside, MAX_PATH, L"%ls\\%ls", in_program_data(L"%ProgramData%"), entry.cFileName);
    now = open_folder(aside, 0);
    assert_true(same_folder(held, now));
    CloseHandle(now);
    CloseHandle(held);
    assert_true(RemoveDirectoryW(aside));
    /* The one that is there now stays. */
    held = open_folder(in_program_data(DATA), 0);
    install_plainly("its registration is renewed");
    now = open_folder(in_program_data(DATA), 0);
    assert_true(same_folder(held, now));
    CloseHandle(now);
    CloseHandle(held);
    give_back();
}

/* An administrator's with something in it: nothing is taken out of use behind his back. */
static void one_with_something_in_it_is_refused(void **state)
{
    HANDLE own;

    (void)state;
    take_away();
    assert_true(CreateDirectoryW(in_program_data(DATA), NULL));
    own = CreateFileW(in_program_data(DATA L"\\conf.yaml"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0,
                      NULL);
    assert_true(own != INVALID_HANDLE_VALUE);
    CloseHandle(own);
    protect(in_program_data(DATA), EVERYTHING);
    broker_says("install", 3, "copy what is yours from there: move ");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_true(DeleteFileW(in_program_data(DATA L"\\conf.yaml")));
    give_back();
}

/* The points Wine knows; of the others it says that they cannot be read, or differ. */
static void status_verifies_point_by_point(void **state)
{
    SC_HANDLE manager, service;

    (void)state;
    install(configuration);
    broker_says("status --verify", 1, "ok       account: NT SERVICE\\ShmBroker");
    broker_says("status --verify", 1, "ok       start: automatic");
    broker_says("status --verify", 1, "ok       description");
    broker_says("status --verify", 1, "ok       event source: ");
    broker_says("status --verify", 1, "ok       time to save before a shutdown: ");
    broker_says("status --verify", 1, "differs  files it obeys: --allow-unsafe-config");
    broker_says("status --verify --json", 1, "\"point\": \"start\"");
    broker_says("status --verify", 1,
                support_wine() ? "unknown  service SID: cannot be read: " : "ok       service SID");
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    service = OpenServiceW(manager, L"ShmBroker", SERVICE_CHANGE_CONFIG);
    CloseServiceHandle(manager);
    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START,
                                     SERVICE_NO_CHANGE, L"C:\\Program Files\\x\\shmbroker.exe",
                                     NULL, NULL, NULL, L"LocalSystem", L"", NULL));
    CloseServiceHandle(service);
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, support_wide(SOURCE_KEY));
    broker_says("status --verify", 1, "differs  account: LocalSystem");
    broker_says("status --verify", 1,
                "differs  start: not automatic; run: sc config ShmBroker start= auto");
    broker_says("status --verify", 1,
                "differs  path of the program: a path with spaces without quotes");
    broker_says("status --verify", 1,
                "differs  event source: not registered; run: shmbroker install");
}

static void start_stop_and_status_follow_the_service(void **state)
{
    (void)state;
    install(configuration);
    broker_says("status", 5, "stopped");
    broker_says("start", 0, "runs");
    /* Done means done: nobody has to wait for the objects. */
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    broker_says("start", 0, "already");
    broker_says("status", 0, "running");
    broker_says("status", 0, "ShmbTest.Data.lock: held");
    broker_says("stop", 0, "stopped");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    broker_says("stop", 0, "is not running");
    broker_says("stop --release", 0, "the objects of its keeper are released");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "2");
    broker_says("stop --release", 0, "is not running");
    broker_says("status", 5, "stopped");
}

static void status_shows_a_name_that_is_taken(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.Data");

    (void)state;
    child_expect(squatter, "created");
    install(configuration);
    broker_says("start", 0, "runs");
    broker_says("status", 1, "ShmbTest.Data: taken");
    broker_says("status", 1, "ShmbTest.Data.lock: held");
}

static void a_failing_start_is_told_with_its_code(void **state)
{
    struct child *other;

    (void)state;
    install("version: 1\nsegments: { X: { size: none } }\n");
    broker_says("start", 1, "configuration");
    broker_says("status", 5, "configuration");
    other = broker_run(NULL, configuration);
    install(configuration);
    broker_says("start", 6, "another ShmBroker");
    child_kill(other);
}

static void uninstall_stops_a_running_service(void **state)
{
    (void)state;
    install(configuration);
    broker_says("start", 0, "runs");
    broker_says("uninstall", 0, "removed");
    assert_false(scm_installed());
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "2");
}

/* ---- what Wine lacks ---- */

static void a_program_that_users_can_change_is_refused(void **state)
{
    const wchar_t *folder = in_program_data(L"%ProgramData%\\shmb programs");
    char arguments[1024];

    (void)state;
    if (support_wine())
        skip(); /* a folder cannot be given to administrators */
    RemoveDirectoryW(folder);
    assert_true(CreateDirectoryW(folder, NULL));
    protect(folder, EVERYTHING);
    snprintf(arguments, sizeof(arguments), "install --to \"%s\"", support_narrow(folder));
    broker_says(arguments, 3, "the program of the service would not be safe");
    broker_says(arguments, 3, "shmb programs\" (0x");
    assert_false(scm_installed());
    assert_true(RemoveDirectoryW(folder)); /* nothing is left in it */
}

static void a_standard_user_is_refused(void **state)
{
    struct child *child;

    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at the caller */
    child = child_start(&user, "\"%s\" install", support_sibling("shmbroker.exe"));
    assert_int_equal(child_end(child), 3);
    assert_false(scm_installed());
}

static void the_service_sid_owns_the_objects(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* no service SIDs */
    install(configuration);
    broker_says("start", 0, "runs");
    assert_string_equal(client_line(NULL, "owner section Global\\ShmbTest.Data"),
                        "S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374");
}

static void a_crash_is_followed_by_a_new_start(void **state)
{
    SERVICE_STATUS_PROCESS before, after;
    ULONGLONG until;
    HANDLE process;

    (void)state;
    if (support_wine())
        skip(); /* no failure actions */
    install(configuration);
    broker_says("start", 0, "runs");
    before = scm_wait(SERVICE_RUNNING);
    process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, before.dwProcessId);
    assert_non_null(process);
    assert_true(TerminateProcess(process, 1));
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
    until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    do {
        Sleep(50);
        after = scm_wait(SERVICE_RUNNING);
    } while (after.dwProcessId == before.dwProcessId && GetTickCount64() < until);
    assert_int_not_equal(after.dwProcessId, before.dwProcessId);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

/* The newest record of our source: "ID: first insert"; empty where there is none. */
static const char *newest_record(void)
{
    static union {
        EVENTLOGRECORD record;
        BYTE bytes[65536];
    } buffer;
    static char text[1024];
    HANDLE log = OpenEventLogW(NULL, L"Application");
    const BYTE *at = buffer.bytes;
    DWORD got = 0, more;

    text[0] = 0;
    while (log != NULL && text[0] == 0 &&
           ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_BACKWARDS_READ, 0, &buffer,
                         sizeof(buffer), &got, &more))
        for (at = buffer.bytes; at < buffer.bytes + got && text[0] == 0;
             at += ((const EVENTLOGRECORD *)(const void *)at)->Length) {
            const EVENTLOGRECORD *record = (const EVENTLOGRECORD *)(const void *)at;

            if (wcscmp((const wchar_t *)(const void *)(record + 1), L"ShmBroker") == 0)
                snprintf(text, sizeof(text), "%lu: %ls", record->EventID & 0xFFFF,
                         record->NumStrings > 0
                             ? (const wchar_t *)(const void *)(at + record->StringOffset)
                             : L"");
        }
    if (log != NULL)
        CloseEventLog(log);
    return text;
}

static void events_are_found_in_the_event_log(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* nothing can be read back */
    install(configuration);
    broker_says("start", 0, "runs");
    assert_int_equal(strncmp(newest_record(), "100: ", 5), 0);
    broker_says("stop", 0, "stopped");
    assert_string_equal(newest_record(), "102: 2");
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_service_the_verbs_say_so),
        TEST(a_broker_in_a_console_is_told_of),
        TEST(install_registers_service_and_event_source),
        TEST(the_default_configuration_needs_no_word),
        TEST(install_puts_a_first_configuration),
        TEST(install_once_more_mends),
        TEST(install_again_keeps_what_nobody_changes),
        TEST(an_unchanged_configuration_goes_with_the_service),
        TEST(another_programs_service_is_left_alone),
        TEST(an_unsafe_configuration_installs_nothing),
        TEST(a_refused_registration_leaves_nothing),
        TEST(a_file_in_the_place_of_the_folder_is_refused),
        TEST(a_folder_that_others_could_change_is_put_aside),
        TEST(one_with_something_in_it_is_refused),
        TEST(status_verifies_point_by_point),
        TEST(start_stop_and_status_follow_the_service),
        TEST(status_shows_a_name_that_is_taken),
        TEST(a_failing_start_is_told_with_its_code),
        TEST(uninstall_stops_a_running_service),
        TEST(a_program_that_users_can_change_is_refused),
        TEST(a_standard_user_is_refused),
        TEST(the_service_sid_owns_the_objects),
        TEST(a_crash_is_followed_by_a_new_start),
        TEST(events_are_found_in_the_event_log),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
