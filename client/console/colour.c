/* The mode of a console belongs to all its programs, so it is changed for single writes only. */
#include "colour.h"

#include <stdbool.h>

/* Between colour_begin and colour_end: the console whose mode is changed, and its former mode. */
static SRWLOCK lock = SRWLOCK_INIT;
static HANDLE volatile changed;
static DWORD mode_before;
static bool handles_control;

/* Called first, in a thread of its own; it must not wait for one that writes. FALSE: go on. */
static BOOL WINAPI on_control(DWORD event)
{
    HANDLE console = changed;

    (void)event;
    if (console != NULL)
        SetConsoleMode(console, mode_before);
    return FALSE;
}

static bool switch_on(HANDLE console)
{
    if (!GetConsoleMode(console, &mode_before))
        return false;
    changed = console;
    if (SetConsoleMode(console,
                       mode_before | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING))
        return true;
    changed = NULL;
    return false;
}

void colour_begin(HANDLE console)
{
    AcquireSRWLockExclusive(&lock);
    if (!handles_control)
        handles_control = SetConsoleCtrlHandler(on_control, TRUE) != 0;
    (void)switch_on(console);
}

void colour_end(HANDLE console)
{
    if (changed != NULL)
        SetConsoleMode(console, mode_before);
    changed = NULL;
    ReleaseSRWLockExclusive(&lock);
}

/* Can this stream show colours, and may it? */
static bool can_show(DWORD which)
{
    HANDLE console = GetStdHandle(which);
    DWORD mode;
    bool can;

    /* With its terminator, an empty value has a length of 1. */
    if (GetEnvironmentVariableW(L"NO_COLOR", NULL, 0) > 1)
        return false;
    if (console == NULL || console == INVALID_HANDLE_VALUE || !GetConsoleMode(console, &mode))
        return false;
    colour_begin(console);
    can = changed != NULL;
    colour_end(console);
    return can;
}

static bool shows(DWORD which)
{
    /* Asked once for each stream: 0 not yet, 1 no, 2 yes. */
    static volatile LONG known[2];
    volatile LONG *answer = &known[which == STD_ERROR_HANDLE];

    if (*answer == 0)
        InterlockedExchange(answer, can_show(which) ? 2 : 1);
    return *answer == 2;
}

const char *colour_sequence(DWORD which, enum colour colour)
{
    static const char *const sequences[] = {"\x1b[0m", "\x1b[91m", "\x1b[93m"};

    return shows(which) ? sequences[colour] : "";
}
