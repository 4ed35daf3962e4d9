/* The service is started and stopped, and status tells of it. */
#include "installing.h"

#include <stdio.h>
#include <string.h>

#include "shmb.h"

static const struct launch user = {.standard_user = true};

/* Nothing is installed; what runs tells what it is and what it holds. */
static void a_broker_in_a_console_is_told_of(void **state)
{
    struct child *broker = broker_run(NULL, configuration);

    (void)state;
    broker_says("status", 0, "state:         running in a console, process ");
    broker_says("status", 0, "\\shm"); /* its temporary file */
    broker_says("status", 0, "ShmbTest.Data: held");
    broker_says("status --json", 0, "\"console\": true");
    broker_says("status --verify", 5, "in a console (shmbroker run): there is nothing to verify");
    broker_says("reload", 5, "in a console (shmbroker run): Ctrl+Break");
    broker_says("stop", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    broker_says("uninstall", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    broker_says("start", 5, "in a console (shmbroker run): it ends with Ctrl+C");
    /* Its keeper is no broker. */
    child_kill(broker);
    broker_says("status", 5, "not installed");
}

/* Status names the keeper, and the end of hold_for, which is ten minutes, in local time. */
static void the_keeper_is_shown_with_its_end(void)
{
    struct child *child = child_start(NULL, "\"%s\" status", support_sibling("shmbroker.exe"));
    static char said[4096];
    unsigned hour = 0, minute = 0, process = 0, left;
    SYSTEMTIME now;
    const char *at;

    assert_int_equal(child_said(child, said, sizeof(said)), 5);
    at = strstr(said, "stopped; it was stopped as asked; held until ");
    if (at == NULL ||
        sscanf(strstr(at, "until"), "until %u:%u by keeper %u\n", &hour, &minute, &process) != 3)
        fail_msg("%s", said);
    GetLocalTime(&now);
    left = (hour * 60 + minute + 1440 - now.wHour * 60 - now.wMinute) % 1440;
    assert_in_range(left, 7, 10);
}

static void start_stop_and_status_follow_the_service(void **state)
{
    shmb_broker_info info = {.size = sizeof(info)};

    (void)state;
    install(configuration);
    broker_says("status", 5, "stopped");
    broker_says("status ShmbTest.Data", 5, "section Global\\ShmbTest.Data: missing");
    broker_says("start", 0, "runs");
    /* Done means done: nobody has to wait for the objects. */
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    broker_says("start", 0, "already");
    broker_says("status", 0, "running");
    broker_says("status", 0,
                "Data: held; access: Interactive read and write; Users read and write\n(1 "
                "locks, events and snapshots of these are held, too: status --all)");
    broker_says("status --all", 0, "ShmbTest.Data.lock: held");
    broker_says("status", 0, "\nsince:         20");
    broker_says("status", 0, " (0 d 0 h ");
    broker_says("status", 0, "\nversion:       " SHMB_VERSION "\n");
    assert_int_equal(shmb_describe_broker(&info), SHMB_OK);
    assert_string_equal(info.version, SHMB_VERSION);
    assert_int_equal(info.process, scm_wait(SERVICE_RUNNING).dwProcessId);
    broker_says("status", 0, "my config.yaml, read 20");
    broker_says("stop", 0, "stopped");
    the_keeper_is_shown_with_its_end();
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    broker_says("stop", 0, "is not running");
    broker_says("stop --release", 0, "the objects of its keeper are released");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "2");
    broker_says("stop --release", 0, "is not running");
    broker_says("status", 5, "stopped; it was stopped as asked; no keeper holds its objects\n");
}

/* Asks the service manager itself, and does not wait for the end. */
static void begin_to_stop(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, L"ShmBroker", SERVICE_STOP | SERVICE_QUERY_STATUS);
    SERVICE_STATUS status;

    assert_non_null(service);
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_STOP_PENDING);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

/* A large segment is saved at the stop: meanwhile Windows says that the service runs already. */
static void a_start_waits_for_the_end_of_a_stop(void **state)
{
    (void)state;
    install("version: 1\ndefaults: { access: { write: Interactive } }\nsegments:\n"
            "  ShmbTest.Large: { size: 192 MiB, keep: reboot, initial: { fill: 0x41 } }\n");
    broker_says("start", 0, "runs");
    begin_to_stop();
    broker_says("start", 0, "ShmBroker runs, process ");
    broker_says("status", 0, "ShmbTest.Large: held");
    broker_says("stop --release", 0, "stopped");
}

static void begin_to_start(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, L"ShmBroker", SERVICE_START | SERVICE_QUERY_STATUS);
    SERVICE_STATUS status;

    assert_non_null(service);
    assert_true(StartServiceW(service, 0, NULL));
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_START_PENDING);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

/*
 * A start waits for a file that another program holds: meanwhile Windows gives it no stop. (Wine
 * does.)
 */
static void a_stop_waits_for_a_start(void **state)
{
    HANDLE file;

    (void)state;
    install(configuration);
    broker_says("start", 0, "runs");
    broker_says("stop", 0, "stopped");
    file = CreateFileA(scm_file(configuration), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    begin_to_start();
    broker_says("stop --release", 0,
                support_wine() ? "stopped" : "still starting; the stop waits for it");
    CloseHandle(file);
}

static void wait_for_the_end(HANDLE process)
{
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
}

/* Its keeper holds the directory and the report: they are not of a broker that runs. */
static void status_says_that_what_it_shows_was_left(void **state)
{
    HANDLE process;

    (void)state;
    install(configuration);
    broker_says("start", 0, "runs");
    broker_says("status --json", 0, "\"left_by_ended_process\": false");
    process = OpenProcess(SYNCHRONIZE, FALSE, scm_wait(SERVICE_RUNNING).dwProcessId);
    assert_non_null(process);
    broker_says("stop", 0, "stopped");
    wait_for_the_end(process);
    broker_says("status", 5, "broker:        does not run; what follows is what process ");
    broker_says("status --json", 5, "\"left_by_ended_process\": true");
    broker_says("start", 0, "runs");
    broker_says("status --json", 0, "\"left_by_ended_process\": false");
}

static void status_shows_a_name_that_is_taken(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.Data");

    (void)state;
    child_expect(squatter, "created");
    install(configuration);
    broker_says("start", 1, "but not with everything that is configured:");
    broker_says("start", 1, "runs already, process ");
    broker_says("start", 1, "degraded:      1 object taken\n");
    broker_says("start", 1, "section Global\\ShmbTest.Data: taken by an event");
    broker_says("status", 1, "ShmbTest.Data: taken");
    broker_says("status --all", 1, "ShmbTest.Data.lock: held");
    broker_says("status shmbtest.data.LOCK", 0, "mutex Global\\ShmbTest.Data.lock: held");
    broker_says("status Global\\ShmbTest.Data*", 1, "section Global\\ShmbTest.Data: taken by");
    broker_says("status *lock ShmbTest.None", 1, "no object is named ShmbTest.None: ");
    broker_says("status --json *lock", 0, "\"name\": \"ShmbTest.Data.lock\"");
    broker_says("reload", 1, "section Global\\ShmbTest.Data: taken by an event");
    child_kill(squatter);
    broker_says("reload", 0, "has applied its configuration\n");
    broker_says("start", 0, "runs already");
}

/* The file became unusable while the service did not run. */
static void a_start_with_the_last_good_configuration_is_told(void **state)
{
    (void)state;
    install(configuration);
    broker_says("start", 0, "runs");
    broker_says("stop", 0, "stopped");
    (void)scm_file("version: 9\n");
    broker_says("start", 1, "main file unusable, what was in force last is served");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

static void a_failing_start_is_told_with_its_code(void **state)
{
    struct child *other;

    (void)state;
    install("version: 1\nsegments: { X: { size: none } }\n");
    broker_says("start", 1, "configuration");
    broker_says("status", 5, "configuration");
    other = broker_run(NULL, configuration);
    install_again(configuration);
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

/* As a standard user, or an administrator without elevation, runs it. */
static void user_says(const char *arguments, DWORD code, const char *part)
{
    struct child *child =
        child_start(&user, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments);
    static char said[4096];
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, part) == NULL || strchr(said, '\n') != strrchr(said, '\n'))
        fail_msg("%s: code %lu instead of %lu, or not one line with \"%s\":\n%s", arguments, got,
                 code, part, said);
}

static void without_elevation_nothing_is_begun(void **state)
{
    const wchar_t *file = in_program_data(L"%ProgramData%\\ShmBroker\\shmbroker.yaml");
    bool had = exists(file);

    (void)state;
    user_says("install --allow-unsafe-config", 3, "run it from an elevated prompt");
    user_says("uninstall", 3, "run it from an elevated prompt");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_int_equal(exists(file), had);
    install(configuration);
    user_says("uninstall", 3, "nothing has been changed");
    user_says("install --allow-unsafe-config", 3, "nothing has been changed");
    assert_true(scm_installed());
    assert_string_not_equal(scm_registry(SOURCE_KEY, "EventMessageFile"), "(none)");
}

static void a_standard_user_is_refused(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at the caller */
    install(configuration);
    user_says("start", 3, "run it from an elevated prompt");
    user_says("stop", 3, "run it from an elevated prompt");
    user_says("stop --release", 3, "run it from an elevated prompt");
}

static void change(DWORD start, const wchar_t *command)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, L"ShmBroker", SERVICE_CHANGE_CONFIG);

    CloseServiceHandle(manager);
    assert_non_null(service);
    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, command,
                                     NULL, NULL, NULL, NULL, NULL, NULL));
    CloseServiceHandle(service);
}

static void a_refused_start_is_told_with_what_helps(void **state)
{
    (void)state;
    install(configuration);
    change(SERVICE_DISABLED, NULL);
    broker_says("start", 7,
                "(error 1058); it is disabled; run: shmbroker install --start-type auto");
    change(SERVICE_DEMAND_START, L"\"C:\\none\\shmbroker.exe\"");
    broker_says("start", 7, "its program is not at the registered path; run: shmbroker install");
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
        TEST(a_broker_in_a_console_is_told_of),
        TEST(start_stop_and_status_follow_the_service),
        TEST(a_start_waits_for_the_end_of_a_stop),
        TEST(a_stop_waits_for_a_start),
        TEST(status_says_that_what_it_shows_was_left),
        TEST(status_shows_a_name_that_is_taken),
        TEST(a_start_with_the_last_good_configuration_is_told),
        TEST(a_failing_start_is_told_with_its_code),
        TEST(uninstall_stops_a_running_service),
        TEST(a_standard_user_is_refused),
        TEST(the_service_sid_owns_the_objects),
        TEST(a_crash_is_followed_by_a_new_start),
        TEST(events_are_found_in_the_event_log),
        TEST(without_elevation_nothing_is_begun),
        TEST(a_refused_start_is_told_with_what_helps),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_start_stop", tests, scm_setup, NULL);
}
