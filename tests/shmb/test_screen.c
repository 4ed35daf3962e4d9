/* The screen of shmb top: the console is as before when the verb ends. */
#include "child.h"
#include "support.h"

#include "out.h"
#include "screen.h"

/* In a console of its own; the output of this process is a pipe to the test. */
static int use_console(int argc, char **argv)
{
    HANDLE pipe = GetStdHandle(STD_OUTPUT_HANDLE);
    HANDLE console = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    DWORD before = 0, within = 0, after = 0, code;
    size_t lines;
    bool begun;

    (void)argc;
    (void)argv;
    GetConsoleMode(console, &before);
    SetStdHandle(STD_OUTPUT_HANDLE, console);
    begun = screen_begin();
    GetConsoleMode(console, &within);
    lines = screen_home();
    out_sequence(SCREEN_CLEAR_LINE);
    out_text("a line\n");
    out_sequence(SCREEN_CLEAR_REST);
    code = out_end();
    screen_end();
    GetConsoleMode(console, &after);
    SetStdHandle(STD_OUTPUT_HANDLE, pipe);
    client_say(
        "begun %d, wraps before %d, within %d, sequences %d, lines %d, code %lu, same %d", begun,
        (before & ENABLE_WRAP_AT_EOL_OUTPUT) != 0, (within & ENABLE_WRAP_AT_EOL_OUTPUT) != 0,
        (within & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0, lines > 1, code, before == after);
    CloseHandle(console);
    return 0;
}

static void the_console_gets_its_mode_back(void **state)
{
    static const struct launch how = {.console = true};
    struct child *child = client_start(&how, "use-console");

    (void)state;
    child_expect(child, "begun 1, wraps before 1, within 0, sequences 1, lines 1, code 0, same 1");
    child_end(child);
}

static void redirected_output_is_no_screen(void **state)
{
    HANDLE before = GetStdHandle(STD_OUTPUT_HANDLE), read, write;

    (void)state;
    assert_true(CreatePipe(&read, &write, NULL, 0));
    SetStdHandle(STD_OUTPUT_HANDLE, write);
    assert_false(screen_begin());
    SetStdHandle(STD_OUTPUT_HANDLE, before);
    CloseHandle(read);
    CloseHandle(write);
}

static const struct verb verbs[] = {{"use-console", 0, use_console}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redirected_output_is_no_screen),
        cmocka_unit_test_teardown(the_console_gets_its_mode_back, support_teardown),
    };

    support_client(verbs, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
