/*
 * The machine goes down: what is to outlive it is saved, everything else let go of. It sleeps:
 * the same is saved, and everything stays.
 * The control itself comes from an event (tools/shutdown_service.c): no program can
 * send it.
 */
#include "service_manager.h"

#include <sddl.h>
#include <stdio.h>
#include <string.h>

#include "processes.h"

#define HEAD "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\nsegments:\n"

static const char kept[] = HEAD "  ShmbTest.Kept: { size: 100, keep: reboot }\n"
                                "  ShmbTest.Plain: { size: 100 }\n";
static const char plain[] = HEAD "  ShmbTest.Plain: { size: 100 }\n";

static const struct launch user = {.standard_user = true};
static HANDLE shutdown_asked, preshutdown_asked, suspend_asked, answered, log_off, console_shutdown;

/* Opened by the service, under whatever account. */
static HANDLE make_event(const wchar_t *name)
{
    SECURITY_ATTRIBUTES everyone = {sizeof(everyone), NULL, FALSE};
    HANDLE event;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:(A;;GA;;;WD)", SDDL_REVISION_1, &everyone.lpSecurityDescriptor, NULL));
    event = CreateEventW(&everyone, FALSE, FALSE, name);
    LocalFree(everyone.lpSecurityDescriptor);
    assert_non_null(event);
    return event;
}

static void run(const char *program, const char *arguments)
{
    struct child *child = child_start(NULL, "\"%s\" %s", program, arguments);
    char said[8192];

    if (child_said(child, said, sizeof(said)) != 0)
        fail_msg("%s %s: %s", program, arguments, said);
}

static void serve(const char *configuration)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install --config \"%s\" --allow-unsafe-config",
             scm_file(configuration));
    run(support_sibling("shmbroker_shutdown.exe"), arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

/* Everything has gone, with no process to hold it. */
static void go_down(HANDLE asked)
{
    assert_true(SetEvent(asked));
    assert_int_equal(scm_wait(SERVICE_STOPPED).dwWin32ExitCode, NO_ERROR);
    processes_expect(0);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Plain 4"), "2");
}

static void what_is_kept_is_saved_and_the_rest_let_go_of(void **state)
{
    (void)state;
    serve(kept);
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Kept 0 last"), "written");
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Plain 0 last"), "written");
    go_down(preshutdown_asked);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Kept 4"), "2");
    scm_start();
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Kept"), "4096: 6c617374");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Plain"), "4096: ");
}

/* As at a shutdown with fast startup, after which the machine loses power. */
static void what_is_kept_is_saved_before_a_sleep(void **state)
{
    DWORD broker, keeper;

    (void)state;
    serve(kept);
    assert_true((scm_wait(SERVICE_RUNNING).dwControlsAccepted & SERVICE_ACCEPT_POWEREVENT) != 0);
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Kept 0 last"), "written");
    assert_true(ResetEvent(answered));
    assert_true(SetEvent(suspend_asked));
    assert_int_equal(WaitForSingleObject(answered, 60000), WAIT_OBJECT_0);
    /* The service goes on, and so do its objects. */
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Kept"), "4096: 6c617374");
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Kept 0 late"), "written");
    /* The power fails: nothing is saved. */
    broker = processes_broker();
    keeper = processes_child_of(broker);
    processes_kill(broker);
    processes_kill(keeper);
    processes_expect(0);
    scm_start();
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Kept"), "4096: 6c617374");
}

static void without_such_segments_the_keeper_ends_too(void **state)
{
    (void)state;
    serve(plain);
    processes_expect(2);
    assert_true((scm_wait(SERVICE_RUNNING).dwControlsAccepted & SERVICE_ACCEPT_POWEREVENT) == 0);
    go_down(shutdown_asked);
}

/* ---- in a console -------------------------------------------------------------- */

static struct child *run_console(const char *session)
{
    const struct launch launch = {.session = session};
    struct child *child =
        child_start(&launch, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker_shutdown.exe"), scm_file(plain));

    child_find(child, "info 100:", SUPPORT_DEADLINE_MS);
    return child;
}

static void the_users_log_off_ends_a_console(void **state)
{
    struct child *child = run_console(NULL);

    (void)state;
    assert_true(SetEvent(log_off));
    child_find(child, "info 102:", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 0);
}

/* As a scheduled task has it: it is told of every user's. */
static void in_session_0_only_a_shutdown_does(void **state)
{
    struct child *child;

    (void)state;
    if (!support_wine())
        skip(); /* the test cannot go to session 0 there */
    child = run_console("0");
    assert_true(ResetEvent(answered));
    assert_true(SetEvent(log_off));
    assert_int_equal(WaitForSingleObject(answered, 60000), WAIT_OBJECT_0);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Plain 4"), "0");
    assert_true(SetEvent(console_shutdown));
    child_find(child, "info 102:", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_is_saved_and_the_rest_let_go_of),
        TEST(what_is_kept_is_saved_before_a_sleep),
        TEST(without_such_segments_the_keeper_ends_too),
        TEST(the_users_log_off_ends_a_console),
        TEST(in_session_0_only_a_shutdown_does),
    };

    support_client(NULL, 0);
    shutdown_asked = make_event(L"Global\\ShmbTest.Shutdown");
    preshutdown_asked = make_event(L"Global\\ShmbTest.Preshutdown");
    suspend_asked = make_event(L"Global\\ShmbTest.Suspend");
    log_off = make_event(L"Global\\ShmbTest.LogOff");
    console_shutdown = make_event(L"Global\\ShmbTest.ConsoleShutdown");
    answered = make_event(L"Global\\ShmbTest.Answered");
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
