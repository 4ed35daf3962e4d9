/* Colours: on a console only, and its mode is afterwards as before. */
#include "child.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "colour.h"

static HANDLE open_console(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};

    return CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       &inherited, OPEN_EXISTING, 0, NULL);
}

/* Is the line at the top in a colour, or do its bytes say so where the console shows them? */
static bool top_is_coloured(HANDLE console, WORD usual)
{
    wchar_t text[200];
    WORD attributes[200];
    DWORD count = 0, i;
    COORD top = {0, 0};
    bool coloured = false;

    ReadConsoleOutputAttribute(console, attributes, 60, top, &count);
    coloured = count > 0 && attributes[0] != usual;
    ReadConsoleOutputCharacterW(console, text, 60, top, &count);
    for (i = 0; i < count; i++)
        coloured |= text[i] == L'\x1b' || (text[i] == L'[' && text[i + 1] == L'9');
    return coloured;
}

/* use-console PROGRAM NO_COLOR: runs it on this console; NO_COLOR "-": the variable is not set. */
static int use_console(int argc, char **argv)
{
    HANDLE console = open_console();
    CONSOLE_SCREEN_BUFFER_INFO info;
    wchar_t line[1024];
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    DWORD before = 0, after = 0, code = 0;
    COORD top = {0, 0};

    (void)argc;
    SetEnvironmentVariableA("NO_COLOR", strcmp(argv[1], "-") == 0 ? NULL : argv[1]);
    SetConsoleCursorPosition(console, top);
    GetConsoleScreenBufferInfo(console, &info);
    GetConsoleMode(console, &before);
    swprintf(line, sizeof(line) / sizeof(line[0]), L"\"%ls\" no-such-verb",
             support_wide(support_sibling(argv[0])));
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = console;
    startup.hStdError = console;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return 1;
    WaitForSingleObject(process.hProcess, SUPPORT_DEADLINE_MS);
    GetExitCodeProcess(process.hProcess, &code);
    GetConsoleMode(console, &after);
    client_say("code %lu, coloured %d, same mode %d", code,
               top_is_coloured(console, info.wAttributes), before == after);
    return 0;
}

/* ctrl-c: the mode is back when the handlers have run. */
static HANDLE told;

static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    SetEvent(told);
    return TRUE;
}

static int ctrl_c(int argc, char **argv)
{
    HANDLE console = open_console();
    DWORD before = 0, within = 0, after = 0;

    (void)argc;
    (void)argv;
    told = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(NULL, FALSE); /* Ctrl+C is ignored where a parent said so */
    SetConsoleCtrlHandler(on_control, TRUE);
    GetConsoleMode(console, &before);
    colour_begin(console);
    GetConsoleMode(console, &within);
    GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    WaitForSingleObject(told, SUPPORT_DEADLINE_MS);
    GetConsoleMode(console, &after);
    colour_end(console);
    client_say("sequences %d, same mode %d", (within & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0,
               before == after);
    return 0;
}

static const struct launch on_console = {.console = true};

static void an_error_is_coloured_on_a_console(void **state)
{
    static const char *const programs[] = {"shmb.exe", "shmbroker.exe"};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct child *child = client_start(&on_console, "use-console %s -", programs[i]);

        child_expect(child, "code 2, coloured 1, same mode 1");
        child_end(child);
        child = client_start(&on_console, "use-console %s 1", programs[i]);
        child_expect(child, "code 2, coloured 0, same mode 1");
        child_end(child);
    }
}

static void ctrl_c_gives_the_mode_back(void **state)
{
    struct child *child = client_start(&on_console, "ctrl-c");

    (void)state;
    child_expect(child, "sequences 1, same mode 1");
    child_end(child);
}

static void redirected_output_has_none(void **state)
{
    (void)state;
    assert_string_equal(colour_sequence(STD_OUTPUT_HANDLE, COLOUR_ERROR), "");
    assert_string_equal(colour_sequence(STD_OUTPUT_HANDLE, COLOUR_NONE), "");
}

static const struct verb verbs[] = {{"use-console", 2, use_console}, {"ctrl-c", 0, ctrl_c}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redirected_output_has_none),
        cmocka_unit_test_teardown(an_error_is_coloured_on_a_console, support_teardown),
        cmocka_unit_test_teardown(ctrl_c_gives_the_mode_back, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
