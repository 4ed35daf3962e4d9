/* The service is installed, verified, and removed again. */
#include "installing.h"

#include <stdio.h>

#define SERVICE_KEY "SYSTEM\\CurrentControlSet\\Services\\ShmBroker"

/* The executable the service runs. */
static const char *program(void)
{
    return support_narrow(scm_program(L"\\shmbroker.exe"));
}

static SC_HANDLE open_service(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;

    assert_non_null(manager);
    service = OpenServiceW(manager, L"ShmBroker", access);
    CloseServiceHandle(manager);
    assert_non_null(service);
    return service;
}

static void without_the_service_the_verbs_say_so(void **state)
{
    (void)state;
    broker_says("status", 5, "not installed");
    broker_says("status --verify", 5, "not installed");
    broker_says("start", 5, "not installed");
    broker_says("stop", 5, "not installed");
    broker_says("uninstall", 5, "not installed");
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

static void install_once_more_mends(void **state)
{
    char command[2048];

    (void)state;
    install_plainly("installed");
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, support_wide(SOURCE_KEY));
    install_again(configuration);
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

/* Chosen once, it stays: for Windows, for later installations, and for status --verify. */
static void a_start_type_is_chosen_and_kept(void **state)
{
    static const struct {
        const char *word, *start, *verified;
    } types[] = {
        {"demand", "3", "ok       start: demand, as chosen with --start-type"},
        {"disabled", "4", "ok       start: disabled, as chosen with --start-type"},
        {"auto", "2", "ok       start: automatic"},
    };
    char arguments[128];
    SC_HANDLE service;
    size_t i;

    (void)state;
    broker_says("install --start-type later", 2,
                "\"later\" is no start type; it is auto, delayed-auto, demand or disabled");
    assert_false(scm_installed());
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --start-type %s",
                 types[i].word);
        broker_says(arguments, 0, "installed");
        assert_string_equal(scm_registry(SERVICE_KEY, "Start"), types[i].start);
        install_plainly("its registration is renewed");
        assert_string_equal(scm_registry(SERVICE_KEY, "Start"), types[i].start);
        broker_says("status --verify", 1, types[i].verified);
    }
    broker_says("install --allow-unsafe-config --start-type demand", 0, "renewed");
    broker_says("start --if-auto", 0, "is not started: its start type is demand");
    service = open_service(SERVICE_CHANGE_CONFIG);
    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_AUTO_START,
                                     SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    CloseServiceHandle(service);
    /* What somebody else has changed stays, too, and is told. */
    install_plainly("its registration is renewed");
    broker_says("status --verify", 1,
                "differs  start: auto, not demand; run: shmbroker install --start-type demand");
}

static void a_delayed_start_is_chosen_and_kept(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* knows no delayed start */
    broker_says("install --allow-unsafe-config --start-type delayed-auto", 0, "is installed");
    assert_string_equal(scm_registry(SERVICE_KEY, "Start"), "2");
    assert_string_equal(scm_registry(SERVICE_KEY, "DelayedAutostart"), "1");
    install_plainly("its registration is renewed");
    assert_string_equal(scm_registry(SERVICE_KEY, "DelayedAutostart"), "1");
    broker_says("status --verify", 1, "ok       start: delayed-auto, as chosen");
    broker_says("install --allow-unsafe-config --start-type auto", 0, "renewed");
    broker_says("status --verify", 1, "ok       start: automatic");
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
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                             L"C:\\other.exe D:\\shmbroker.exe", NULL, NULL, NULL, NULL, NULL);
    CloseServiceHandle(manager);
    assert_non_null(service);
    CloseServiceHandle(service);
    broker_says("install", 6, "C:\\other.exe");
    broker_says("status --verify", 6, "runs another program, C:\\other.exe; if it is not needed");
    broker_says("uninstall", 6, "C:\\other.exe");
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), "C:\\other.exe D:\\shmbroker.exe");
    assert_false(exists(scm_program(L"")));
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

/* As services.msc has it. */
static void a_service_that_others_have_open_is_told_of(void **state)
{
    SC_HANDLE service;

    (void)state;
    install(configuration);
    service = open_service(SERVICE_QUERY_STATUS);
    broker_says("uninstall", 0, "it disappears when the last program closes it");
    broker_says("install --allow-unsafe-config", 7, "close services.msc, Task Manager");
    assert_false(exists(scm_program(L"")));
    CloseServiceHandle(service);
    install(configuration);
}

static DWORD WINAPI close_when_the_program_is_there(void *context)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (!exists(scm_program(L"\\shmbroker.exe")) && GetTickCount64() < until)
        Sleep(5);
    return CloseServiceHandle((SC_HANDLE)context) ? 0 : 1;
}

/* The program is put to its place before the registration, which then waits. */
static void a_service_that_goes_meanwhile_is_waited_for(void **state)
{
    SC_HANDLE service;
    DWORD code = 1;
    HANDLE thread;

    (void)state;
    install(configuration);
    service = open_service(SERVICE_QUERY_STATUS);
    broker_says("uninstall", 0, "it disappears when the last program closes it");
    assert_false(exists(scm_program(L"\\shmbroker.exe")));
    thread = CreateThread(NULL, 0, close_when_the_program_is_there, service, 0, NULL);
    assert_non_null(thread);
    /* A new one, although `install` has seen the former. */
    broker_says("install --allow-unsafe-config", 0, "ShmBroker is installed; start it with");
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 0);
    CloseHandle(thread);
    assert_true(scm_installed());
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
    broker_says("status --verify", 1, "unknown  account: LocalSystem; whether");
    broker_says("status --verify", 1,
                "differs  start: demand, not auto; run: shmbroker install --start-type auto");
    broker_says("status --verify", 1,
                "differs  path of the program: a path with spaces without quotes");
    broker_says("status --verify", 1,
                "differs  event source: not registered; run: shmbroker install");
}

/* The service starts in another logon, which does not have it. */
static void a_substituted_drive_is_warned_of(void **state)
{
    const wchar_t *folder = in_program_data(L"%ProgramData%");
    const char *said = "warning: the drive of \"S:\\shmb none.yaml\" is a network drive or a "
                       "substituted one";

    (void)state;
    assert_true(DefineDosDeviceW(0, L"S:", folder));
    broker_says("install --allow-unsafe-config --config \"S:\\shmb none.yaml\"", 0, said);
    assert_true(DefineDosDeviceW(DDD_REMOVE_DEFINITION, L"S:", folder));
}

/* No such share: it is warned of before it is looked for. */
static void a_path_on_a_server_is_warned_of(void **state)
{
    (void)state;
    broker_says("install --allow-unsafe-config --to \"\\\\127.0.0.1\\no such share\"", 7,
                "is on a server");
    assert_false(scm_installed());
}

/* Plain sc create leaves it at Windows' default. */
static void a_short_time_before_a_shutdown_is_found_and_mended(void **state)
{
    SERVICE_PRESHUTDOWN_INFO time = {10000};
    SC_HANDLE service;

    (void)state;
    install(configuration);
    service = open_service(SERVICE_CHANGE_CONFIG);
    assert_true(ChangeServiceConfig2W(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &time));
    CloseServiceHandle(service);
    broker_says("status --verify", 1,
                "differs  time to save before a shutdown: 10000 ms, too short for large segments "
                "with keep: reboot");
    install_again(configuration);
    broker_says("status --verify", 1, "ok       time to save before a shutdown: 120000 ms");
}

/* As some installers, and plain sc create, register it. */
static void a_path_without_quotes_is_found_and_mended(void **state)
{
    SC_HANDLE service;
    char quoted[2048], command[2048];

    (void)state;
    install(configuration);
    snprintf(quoted, sizeof(quoted), "\"%s\" --config \"%s\" --allow-unsafe-config", program(),
             scm_file(configuration));
    snprintf(command, sizeof(command), "%s --config \"%s\" --allow-unsafe-config", program(),
             scm_file(configuration));
    service = open_service(SERVICE_CHANGE_CONFIG);
    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                                     SERVICE_NO_CHANGE, support_wide(command), NULL, NULL, NULL,
                                     NULL, NULL, NULL));
    CloseServiceHandle(service);
    broker_says("status --verify", 1,
                "differs  path of the program: a path with spaces without quotes: Windows would "
                "start a program of the first part of it, such as C:\\Program.exe; run: shmbroker "
                "install");
    broker_says("status", 5, support_narrow(support_wide(scm_file(configuration))));
    install_plainly("its registration is renewed");
    broker_says("install --allow-unsafe-config", 0, "its registration is renewed");
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), quoted);
    broker_says("status --verify", 1, "ok       path of the program: ");
}

static void register_as(const char *command)
{
    SC_HANDLE service = open_service(SERVICE_CHANGE_CONFIG);

    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                                     SERVICE_NO_CHANGE, support_wide(command), NULL, NULL, NULL,
                                     NULL, NULL, NULL));
    CloseServiceHandle(service);
}

/* The remedy that --verify names is never one that install refuses. */
static void any_reading_of_the_path_is_mended(void **state)
{
    char bare[1024], command[2048], quoted[1024];
    size_t i;

    (void)state;
    install_plainly("installed");
    snprintf(bare, sizeof(bare), "%s", program());
    *strrchr(bare, '.') = '\0';
    snprintf(quoted, sizeof(quoted), "\"%s\"%s", program(), trying_out());
    for (i = 0; i < 3; i++) {
        if (i == 0)
            snprintf(command, sizeof(command), " %s --x", program()); /* a blank before it */
        else
            snprintf(command, sizeof(command), i == 1 ? "%s --x" : "\"%s\" --x", bare);
        register_as(command);
        broker_says("status --verify", 1,
                    i == 2 ? "ok       path of the program: "
                           : "differs  path of the program: a path with spaces without quotes");
        install_plainly("its registration is renewed");
        assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), quoted);
    }
}

static void write_nothing(const wchar_t *path)
{
    HANDLE made =
        CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);

    assert_true(made != INVALID_HANDLE_VALUE);
    CloseHandle(made);
}

/* A file at the first part of the path: Windows starts that one. */
static void the_program_that_windows_starts_instead_is_named(void **state)
{
    const wchar_t *other = in_program_data(L"%ProgramData%\\shmb.exe");
    const wchar_t *folder = in_program_data(L"%ProgramData%\\shmb x");
    char command[1024], said[1024];

    (void)state;
    install_plainly("installed");
    snprintf(command, sizeof(command), "%s\\shmbroker.exe --x", support_narrow(folder));
    register_as(command);
    write_nothing(other);
    snprintf(said, sizeof(said),
             "without quotes: Windows starts %s instead; run: shmbroker install",
             support_narrow(other));
    broker_says("status --verify", 1, said);
    snprintf(said, sizeof(said), "no quotes, and Windows starts %s instead; run: shmbroker install",
             support_narrow(other));
    broker_says("start", 7, said);
    broker_says("install --allow-unsafe-config", 0, "its registration is renewed");
    snprintf(command, sizeof(command), "\"%s\\shmbroker.exe\" --allow-unsafe-config",
             support_narrow(folder));
    assert_string_equal(scm_registry(SERVICE_KEY, "ImagePath"), command);
    broker_says("status --verify", 1, "ok       path of the program: ");
    broker_says("uninstall", 0, "removed");
    assert_true(DeleteFileW(other));
    DeleteFileW(in_program_data(L"%ProgramData%\\shmb x\\shmbroker.exe"));
    RemoveDirectoryW(folder);
}

/* A list that the service manager does not remove: with it a policy can stop an auditing service.
 */
static void a_list_of_privileges_that_stays_is_removed(void **state)
{
    static const wchar_t list[] = L"SeSecurityPrivilege\0";
    const wchar_t *key = L"" SERVICE_KEY;

    (void)state;
    if (!support_wine())
        skip(); /* there the service manager removes it: test_privileges */
    install_plainly("installed");
    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, L"RequiredPrivileges", REG_MULTI_SZ,
                                     list, sizeof(list)),
                     0);
    broker_says("install --allow-unsafe-config --audit", 0, "its registration is renewed");
    assert_int_equal(
        RegGetValueW(HKEY_LOCAL_MACHINE, key, L"RequiredPrivileges", RRF_RT_ANY, NULL, NULL, NULL),
        ERROR_FILE_NOT_FOUND);
}

/* What is green would else not serve what the file asks for. */
static void the_registration_is_compared_with_the_configuration(void **state)
{
    static const wchar_t key[] = L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters";

    (void)state;
    install(configuration);
    broker_says("status --verify", 1, "ok       content of the configuration: no errors");
    broker_says("status --verify", 1, "ok       account: NT SERVICE\\ShmBroker");
    broker_says("status --verify", 1, "ok       protections of its process: none is switched off");
    scm_file("version: 1\nsegments:\n  ShmbTest.Data: { size: 64, sessions: alias, audit: true, "
             "access: { write: [Users] } }\n");
    broker_says("status --verify", 1,
                "differs  account: NT SERVICE\\ShmBroker, which cannot make the plain names of "
                "sessions: alias; run: shmbroker install --account LocalSystem");
    broker_says("status --verify", 1,
                "differs  right to audit: the configuration has audit: true, and the service is "
                "not installed to audit; run: shmbroker install --audit");
    broker_says("install --allow-unsafe-config --account LocalSystem --audit", 0, "renewed");
    broker_says("status --verify", 1, "ok       account: LocalSystem, which sessions: alias needs");
    scm_file("version: 1\nsegments: 7\n");
    broker_says("status --verify", 1,
                "differs  content of the configuration: 1 error: its next start serves what was "
                "in force last; run: shmbroker check --allow-unsafe-config \"");
    /* What the file alone tells is left open, without a command. */
    broker_says("status --verify", 1,
                "unknown  account: LocalSystem; whether it is right depends on the configuration "
                "(sessions: alias), which cannot be used: see its point\n");
    broker_says("install --allow-unsafe-config --account virtual --no-audit", 0, "renewed");
    broker_says("status --verify", 1, "unknown  account: NT SERVICE\\ShmBroker; whether");
    broker_says("status --verify", 1, "unknown  right to audit: none, not installed to audit; ");
    scm_file(configuration);
    broker_says("status --verify", 1, "ok       account: NT SERVICE\\ShmBroker");
    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, L"MitigationsOff", REG_MULTI_SZ,
                                     L"dynamic-code\0", sizeof(L"dynamic-code\0")),
                     0);
    broker_says("status --verify", 1,
                "differs  protections of its process: MitigationsOff switches off: dynamic-code; "
                "run: reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters "
                "/v MitigationsOff /f");
    assert_int_equal(RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, key, L"MitigationsOff"), 0);
}

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

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_service_the_verbs_say_so),
        TEST(install_registers_service_and_event_source),
        TEST(the_default_configuration_needs_no_word),
        TEST(install_once_more_mends),
        TEST(install_again_keeps_what_nobody_changes),
        TEST(a_start_type_is_chosen_and_kept),
        TEST(a_delayed_start_is_chosen_and_kept),
        TEST(an_unchanged_configuration_goes_with_the_service),
        TEST(another_programs_service_is_left_alone),
        TEST(a_refused_registration_leaves_nothing),
        TEST(a_service_that_others_have_open_is_told_of),
        TEST(a_service_that_goes_meanwhile_is_waited_for),
        TEST(status_verifies_point_by_point),
        TEST(a_path_without_quotes_is_found_and_mended),
        TEST(any_reading_of_the_path_is_mended),
        TEST(the_program_that_windows_starts_instead_is_named),
        TEST(the_registration_is_compared_with_the_configuration),
        TEST(a_list_of_privileges_that_stays_is_removed),
        TEST(a_substituted_drive_is_warned_of),
        TEST(a_path_on_a_server_is_warned_of),
        TEST(a_short_time_before_a_shutdown_is_found_and_mended),
        TEST(a_program_that_users_can_change_is_refused),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_install", tests, scm_setup, NULL);
}
