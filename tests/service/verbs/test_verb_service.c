/* The broker under the service manager. */
#include "service_manager.h"

#include <stdio.h>

static const char configuration[] =
    "version: 1\n"
    "hold_for: 0\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n"
    "semaphores:\n"
    "  ShmbTest.Five: { maximum: 5, access: { read: [Interactive] } }\n";

static const struct launch user = {.standard_user = true};

static void start_with(const char *text)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(text));
    scm_create(arguments);
    scm_start();
}

/* A failed start ends with a code of our own, which is the exit code of `run`. */
static void check_failed(DWORD code)
{
    SERVICE_STATUS_PROCESS status = scm_wait(SERVICE_STOPPED);

    assert_int_equal(status.dwWin32ExitCode, ERROR_SERVICE_SPECIFIC_ERROR);
    assert_int_equal(status.dwServiceSpecificExitCode, code);
}

static void it_runs_once_every_object_exists_and_stops_when_told(void **state)
{
    SERVICE_STATUS_PROCESS status;

    (void)state;
    start_with(configuration);
    status = scm_wait(SERVICE_RUNNING);
    assert_int_equal(status.dwControlsAccepted, SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN |
                                                    SERVICE_ACCEPT_PARAMCHANGE |
                                                    SERVICE_ACCEPT_SESSIONCHANGE);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Data.lock 0x100000"), "0");
    assert_string_equal(client_line(&user, "open semaphore Global\\ShmbTest.Five 1"), "0");
    scm_stop();
    status = scm_wait(SERVICE_STOPPED);
    assert_int_equal(status.dwWin32ExitCode, NO_ERROR);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "2");
    /* And once more: nothing of the first run is in the way. */
    scm_start();
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

static void a_service_in_session_0_serves_all_other_sessions(void **state)
{
    const struct launch one = {.session = "1", .standard_user = true},
                        two = {.session = "2", .standard_user = true};

    (void)state;
    if (!support_wine())
        skip();
    start_with(configuration);
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&one, "write Global\\ShmbTest.Data 0 hello"), "written");
    assert_string_equal(client_line(&two, "dump Global\\ShmbTest.Data"), "4096: 68656c6c6f");
    assert_string_equal(client_line(&two, "open section ShmbTest.Data 4"), "2");
}

/* From whoever may send any: the end of the machine (PRESHUTDOWN, 15) comes from nobody. */
static void controls_nobody_knows_change_nothing(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;
    DWORD control, before;
    SERVICE_STATUS status;

    (void)state;
    start_with("version: 1\nsegments:\n  ShmbTest.Data: { size: 64, keep: reboot, "
               "access: { write: [Interactive, Users] } }\n");
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    service = OpenServiceW(manager, L"ShmBroker",
                           SERVICE_USER_DEFINED_CONTROL | SERVICE_STOP | SERVICE_INTERROGATE);
    CloseServiceHandle(manager);
    assert_non_null(service);
    assert_false(ControlService(service, SERVICE_CONTROL_PRESHUTDOWN, &status));
    assert_false(ControlService(service, SERVICE_CONTROL_SHUTDOWN, &status));
    for (control = 128; control < 256; control++)
        (void)ControlService(service, control, &status);
    assert_true(ControlService(service, SERVICE_CONTROL_INTERROGATE, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_RUNNING);
    CloseServiceHandle(service);
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

static void an_unusable_configuration_is_code_1(void **state)
{
    (void)state;
    start_with("version: 1\nsegments:\n  X: { size: none }\n");
    check_failed(1);
}

/* The command that finds the errors can be run as it stands. */
static void a_failed_start_says_what_to_run(void **state)
{
    const char *path = scm_file("version: 1\nsegments:\n  X: { size: none }\n");
    char text[1024], command[1024];

    (void)state;
    snprintf(text, sizeof(text), "--config \"%s\"", path);
    scm_create(text);
    snprintf(command, sizeof(command), "check --allow-unsafe-config \"%s\"", path);
    snprintf(text, sizeof(text),
             "its configuration cannot be used: see the application event log (service-specific "
             "code 1); or run: shmbroker %s\n",
             command);
    broker_says("start", 1, text);
    broker_says(command, 1, ":3:14: error: segments.X.size: ");
}

static void an_unknown_account_is_code_1(void **state)
{
    (void)state;
    start_with("version: 1\nsegments:\n"
               "  X: { size: 1, access: { read: [Nobody of this name] } }\n");
    check_failed(1);
    assert_string_equal(client_line(NULL, "open section Global\\X 4"), "2");
}

static void a_missing_file_is_code_1(void **state)
{
    (void)state;
    scm_create("--config \"C:\\no such folder\\no file.yaml\"");
    scm_start();
    check_failed(1);
}

static void a_second_broker_is_code_6(void **state)
{
    struct child *first = broker_run(NULL, configuration);

    (void)state;
    start_with(configuration);
    check_failed(6);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    child_kill(first);
}

static void a_taken_name_does_not_stop_it(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.Five");

    (void)state;
    child_expect(squatter, "created");
    start_with(configuration);
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    assert_string_equal(client_line(&user, "open semaphore Global\\ShmbTest.Five 1"), "6");
}

/* A configuration of MANY mutexes, whose start takes a while. */
#define MANY 4000

static const char *many_mutexes(void)
{
    static char text[MANY * 32 + 200];
    size_t used = (size_t)snprintf(text, sizeof(text),
                                   "version: 1\n"
                                   "defaults: { access: { write: [Interactive] } }\n"
                                   "mutexes:\n");
    int i;

    for (i = 1; i <= MANY; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "  ShmbTest.M%d: {}\n", i);
    return text;
}

static void running_means_that_the_last_object_is_there(void **state)
{
    (void)state;
    start_with(many_mutexes());
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.M%d 0x100000", MANY), "0");
}

static void a_stop_during_the_start_ends_it_cleanly(void **state)
{
    SERVICE_STATUS_PROCESS status;

    (void)state;
    start_with(many_mutexes());
    scm_stop();
    status = scm_wait(SERVICE_STOPPED);
    assert_int_equal(status.dwWin32ExitCode, NO_ERROR);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.M1 0x100000"), "2");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.M%d 0x100000", MANY), "2");
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_runs_once_every_object_exists_and_stops_when_told),
        TEST(running_means_that_the_last_object_is_there),
        TEST(a_stop_during_the_start_ends_it_cleanly),
        TEST(a_service_in_session_0_serves_all_other_sessions),
        TEST(controls_nobody_knows_change_nothing),
        TEST(an_unusable_configuration_is_code_1),
        TEST(a_failed_start_says_what_to_run),
        TEST(an_unknown_account_is_code_1),
        TEST(a_missing_file_is_code_1),
        TEST(a_second_broker_is_code_6),
        TEST(a_taken_name_does_not_stop_it),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
