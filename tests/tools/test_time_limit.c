/* The helper of tests/run.cmd that names and ends a program that hangs. */
#include "processes.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static void a_program_that_ends_keeps_its_exit_code(void **state)
{
    struct child *child =
        child_start(NULL, "\"%s\" 60 cmd /c \"exit 7\"", support_sibling("time_limit.exe"));

    (void)state;
    assert_int_equal(child_end(child), 7);
}

/* A launcher, and below it a program that waits for input that never ends. */
static struct child *start_hanging(void)
{
    return child_start(NULL, "\"%s\" 15 \"%s\" -- \"%s\"", support_sibling("time_limit.exe"),
                       support_sibling("session_launcher.exe"), support_sibling("idle.exe"));
}

static void a_program_that_hangs_is_ended_with_what_it_started(void **state)
{
    struct child *child = start_hanging();
    DWORD launcher_id = 0, idle_id = 0;
    HANDLE launcher, idle;
    ULONGLONG start = GetTickCount64();

    (void)state;
    while (idle_id == 0 && GetTickCount64() - start < SUPPORT_DEADLINE_MS) {
        if (launcher_id == 0)
            launcher_id = processes_child_named(child_id(child), L"session_launcher");
        if (launcher_id != 0)
            idle_id = processes_child_named(launcher_id, L"idle");
    }
    launcher = processes_open(launcher_id);
    idle = processes_open(idle_id);
    /* Its input stays open all the while. */
    processes_wait(idle);
    processes_wait(launcher);
    child_find(child, "time_limit: stopped after 15 s: ", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 124);
}

/* Starts a program with the same input; returns its id, 0 where that fails. */
static DWORD start(const char *format, ...)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    char line[MAX_PATH * 4];
    wchar_t wide[MAX_PATH * 4];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    wcscpy(wide, support_wide(line));
    if (!CreateProcessW(NULL, wide, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return 0;
    return process.dwProcessId;
}

/* Starts a program, is there long enough to be seen, and ends before it. */
static int leave(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    client_say("%lu", start("\"%s\"", support_sibling("idle.exe")));
    Sleep(3000);
    return 0;
}

static int hang(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    start("\"%s\" --client leave", support_own_path());
    client_wait_for_end();
    return 0;
}

static void a_program_whose_parent_has_ended_is_ended(void **state)
{
    struct child *child = child_start(NULL, "\"%s\" 8 \"%s\" --client hang",
                                      support_sibling("time_limit.exe"), support_own_path());
    const char *line = child_line(child);
    HANDLE idle;

    (void)state;
    assert_non_null(line);
    idle = processes_open(strtoul(line, NULL, 10));
    /* Its input stays open all the while. */
    processes_wait(idle);
    assert_int_equal(child_end(child), 124);
}

static void a_program_that_is_not_there_is_told(void **state)
{
    struct child *child =
        child_start(NULL, "\"%s\" 60 no_such_program", support_sibling("time_limit.exe"));

    (void)state;
    child_expect(child, "time_limit: cannot start no_such_program: error 2");
    assert_int_equal(child_end(child), 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_ends_keeps_its_exit_code),
        cmocka_unit_test(a_program_that_hangs_is_ended_with_what_it_started),
        cmocka_unit_test(a_program_whose_parent_has_ended_is_ended),
        cmocka_unit_test(a_program_that_is_not_there_is_told),
    };

    static const struct verb own[] = {{"hang", 0, hang}, {"leave", 0, leave}};

    support_client(own, sizeof(own) / sizeof(own[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
