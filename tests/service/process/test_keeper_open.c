/*
 * Keepers of another account, played by processes that are closed to this one: they are told apart
 * from others that have their number, and administrators can end them.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "debug_privilege.h"
#include "descriptors.h"
#include "keeper.h"
#include "keeper_open.h"
#include "process_id.h"
#include "processes.h"

static wchar_t copy[MAX_PATH];
static PROCESS_INFORMATION closed;

/* Starts `program`, this test, as a client that waits; only SYSTEM may open it. */
static struct sys_keeper start_closed(const wchar_t *program)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    SECURITY_ATTRIBUTES attributes;
    struct sys_descriptor *descriptor;
    wchar_t line[2 * MAX_PATH];

    assert_int_equal(descriptors_make("D:P(A;;GA;;;SY)", &descriptor, NULL), SYS_OK);
    attributes = descriptors_attributes(descriptor);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" --client sleep", program);
    assert_true(
        CreateProcessW(program, line, &attributes, NULL, FALSE, 0, NULL, NULL, &startup, &closed));
    descriptors_free(descriptor);
    return (struct sys_keeper){closed.dwProcessId, process_id_started(closed.hProcess)};
}

static int end_closed(void **state)
{
    if (closed.hProcess != NULL) {
        TerminateProcess(closed.hProcess, 0);
        WaitForSingleObject(closed.hProcess, SUPPORT_DEADLINE_MS);
        CloseHandle(closed.hProcess);
        CloseHandle(closed.hThread);
    }
    memset(&closed, 0, sizeof(closed));
    if (copy[0] != 0)
        DeleteFileW(copy);
    copy[0] = 0;
    return support_teardown(state);
}

static bool lives(void)
{
    return WaitForSingleObject(closed.hProcess, 0) == WAIT_TIMEOUT;
}

static int do_sleep(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    Sleep(INFINITE);
    return 0;
}

static void a_closed_process_is_known_by_number_and_time(void **state)
{
    struct sys_keeper which = start_closed(support_wide(support_own_path()));
    HANDLE opened = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, which.process);

    (void)state;
    assert_null(opened); /* else nothing is proved */
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    assert_true(process_id_runs(which.process, which.started));
    assert_false(process_id_runs(which.process, which.started - 1));
    TerminateProcess(closed.hProcess, 0);
    assert_int_equal(WaitForSingleObject(closed.hProcess, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_false(process_id_runs(which.process, which.started));
}

/* The keeper has ended, and a process of another account has its number. */
static void a_number_that_another_account_uses_now_is_no_keeper(void **state)
{
    struct sys_keeper which = start_closed(support_wide(support_own_path()));
    struct keeper keeper = {0};
    struct sys_failure why;

    (void)state;
    which.started--;
    assert_int_equal(keeper_end(&keeper, &which, &why), SYS_OK);
    assert_true(lives());
}

/* It is not the keeper's program, whoever may open it. */
static void another_program_is_not_ended(void **state)
{
    struct sys_keeper which = start_closed(support_wide(support_own_path()));
    struct keeper keeper = {0};
    struct sys_failure why;

    (void)state;
    assert_int_not_equal(keeper_end(&keeper, &which, &why), SYS_OK);
    assert_true(lives());
}

/* Whether SeDebugPrivilege is enabled in this process. */
static bool debug_is_on(void)
{
    PRIVILEGE_SET set = {.PrivilegeCount = 1, .Control = PRIVILEGE_SET_ALL_NECESSARY};
    BOOL on = FALSE;
    HANDLE token;

    assert_true(LookupPrivilegeValueW(NULL, SE_DEBUG_NAME, &set.Privilege[0].Luid));
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(PrivilegeCheck(token, &set, &on));
    CloseHandle(token);
    return on != FALSE;
}

static void set_debug(bool on)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, on ? SE_PRIVILEGE_ENABLED : 0}}};
    HANDLE token;

    assert_true(LookupPrivilegeValueW(NULL, SE_DEBUG_NAME, &one.Privileges[0].Luid));
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    assert_true(AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL));
    assert_int_equal(GetLastError(), ERROR_SUCCESS); /* else this account does not have it */
    CloseHandle(token);
    assert_true(debug_is_on() == on);
}

/* Some consoles have it enabled: it must not be off there afterwards. */
static void the_debug_privilege_is_afterwards_what_it_was(void **state)
{
    struct sys_keeper which = start_closed(support_wide(support_own_path()));
    TOKEN_PRIVILEGES before;
    HANDLE process;
    int on;

    (void)state;
    for (on = 0; on <= 1; on++) {
        set_debug(on);
        assert_true(debug_privilege_enable(&before));
        assert_true(debug_is_on());
        debug_privilege_restore(&before);
        assert_true(debug_is_on() == on);
        process = keeper_open(which.process,
                              PROCESS_TERMINATE); /* denied at first; opened only on Windows */
        assert_true(debug_is_on() == on);
        if (process != NULL)
            CloseHandle(process);
    }
    set_debug(false);
}

/*
 * The broker has ended, and a process that may not be opened has its number: the keeper holds. It
 * exits with 3 only if its broker itself may not be opened.
 */
static void a_keeper_holds_if_a_closed_process_has_the_brokers_number(void **state)
{
    struct sys_keeper which = start_closed(support_wide(support_own_path()));
    struct child *keeper;

    (void)state;
    keeper = child_start(NULL, "\"%s\" keeper %lu %llu 1 1", support_sibling("shmbroker.exe"),
                         (unsigned long)which.process, (unsigned long long)which.started - 1);
    assert_int_equal(child_end(keeper), 0);
    keeper = child_start(NULL, "\"%s\" keeper %lu %llu 1 1", support_sibling("shmbroker.exe"),
                         (unsigned long)which.process, (unsigned long long)which.started);
    assert_int_equal(child_end(keeper), 3);
}

static void an_administrator_ends_a_closed_keeper(void **state)
{
    struct keeper keeper = {0};
    struct sys_keeper which;
    struct sys_failure why;

    (void)state;
    if (support_wine())
        skip(); /* SeDebugPrivilege opens nothing there */
    GetTempPathW(MAX_PATH - 40, copy);
    wcscat(copy, L"shmbroker-closed.exe");
    assert_true(CopyFileW(support_wide(support_own_path()), copy, FALSE));
    which = start_closed(copy);
    set_debug(false);
    assert_int_equal(keeper_end(&keeper, &which, &why), SYS_OK);
    assert_false(lives());
    assert_false(debug_is_on());
}

static const struct verb verbs[] = {{"sleep", 0, do_sleep}};

#define TEST(name) cmocka_unit_test_teardown(name, end_closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_closed_process_is_known_by_number_and_time),
        TEST(a_number_that_another_account_uses_now_is_no_keeper),
        TEST(another_program_is_not_ended),
        TEST(the_debug_privilege_is_afterwards_what_it_was),
        TEST(a_keeper_holds_if_a_closed_process_has_the_brokers_number),
        TEST(an_administrator_ends_a_closed_keeper),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
