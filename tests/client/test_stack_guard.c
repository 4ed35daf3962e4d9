/* What is linked into the programs and the DLL ends a process whose stack was overwritten. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BUFFER_OVERRUN 0xC0000409

/* Volatile: the compiler must not see that too much is written. */
static size_t fill(char *buffer, volatile size_t count)
{
    volatile char *at = buffer;
    size_t i;

    for (i = 0; i < count; i++)
        at[i] = 'x';
    return count;
}

static size_t fill_own(size_t count)
{
    char buffer[16];

    return fill(buffer, count) + (buffer[0] == 'x' ? 1u : 0u);
}

/* fill COUNT: writes that many bytes to a buffer of 16. */
static int do_fill(int argc, char **argv)
{
    size_t (*volatile call)(size_t) = fill_own;

    (void)argc;
    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    client_say("filling");
    return call(strtoul(argv[0], NULL, 10)) > 0 ? 0 : 1;
}

static DWORD end_of(const char *command)
{
    struct child *child = client_start(NULL, "%s", command);

    child_expect(child, "filling");
    return child_end(child);
}

static void an_overwritten_stack_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(end_of("fill 16"), 0);
    assert_int_equal(end_of("fill 40"), STACK_BUFFER_OVERRUN);
}

/* Runs the verb under this debugger. True: the debugger saw the overrun. */
static bool is_overrun(const char *arguments)
{
    STARTUPINFOA start = {.cb = sizeof(start)};
    PROCESS_INFORMATION process;
    bool seen = false;
    char line[1024];
    DEBUG_EVENT event;

    snprintf(line, sizeof(line), "\"%s\" --client %s", support_sibling("test_stack_guard.exe"),
             arguments);
    assert_true(CreateProcessA(NULL, line, NULL, NULL, FALSE, DEBUG_ONLY_THIS_PROCESS, NULL, NULL,
                               &start, &process));
    do {
        DWORD next = DBG_CONTINUE;

        assert_true(WaitForDebugEvent(&event, SUPPORT_DEADLINE_MS));
        if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
            DWORD exception = event.u.Exception.ExceptionRecord.ExceptionCode;

            seen = seen || exception == STACK_BUFFER_OVERRUN;
            next = exception == EXCEPTION_BREAKPOINT ? DBG_CONTINUE : DBG_EXCEPTION_NOT_HANDLED;
        }
        assert_true(ContinueDebugEvent(event.dwProcessId, event.dwThreadId, next));
    } while (event.dwDebugEventCode != EXIT_PROCESS_DEBUG_EVENT);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return seen;
}

/* Only an exception makes Windows' error reporting write a report. */
static void a_debugger_sees_why(void **state)
{
    (void)state;
    assert_false(is_overrun("fill 16"));
    if (!support_wine() || sizeof(void *) == 8) /* Wine 8 does not report it in 32 bit */
        assert_true(is_overrun("fill 40"));
}

int main(void)
{
    static const struct verb verbs[] = {{"fill", 1, do_fill}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overwritten_stack_ends_the_process),
        cmocka_unit_test(a_debugger_sees_why),
    };

    support_client(verbs, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
