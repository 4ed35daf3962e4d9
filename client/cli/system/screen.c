/*
 * Uses the alternate screen buffer of Windows 10 consoles, so that what the user had on the
 * screen is still there afterwards.
 * https://learn.microsoft.com/windows/console/console-virtual-terminal-sequences
 */
#include "screen.h"

#include <windows.h>

#include "out.h"

#define BEGIN "\x1b[?1049h\x1b[?25l"
#define END   "\x1b[?25h\x1b[?1049l"

#define SOME_LINES 24

static DWORD mode_before;

bool screen_begin(void)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode;

    if (!GetConsoleMode(out, &mode_before))
        return false;
    mode = mode_before | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    /* Without it, the console cuts a long line at its width, also one with wide characters. */
    mode &= ~(DWORD)ENABLE_WRAP_AT_EOL_OUTPUT;
    if (!SetConsoleMode(out, mode))
        return false;
    out_sequence(BEGIN);
    return true;
}

void screen_end(void)
{
    out_sequence(END);
    out_end();
    SetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), mode_before);
}

size_t screen_home(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    out_sequence("\x1b[H");
    if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
        return SOME_LINES;
    return (size_t)(info.srWindow.Bottom - info.srWindow.Top + 1);
}
