#include "stopping.h"

#include <windows.h>

static HANDLE stop;

static BOOL WINAPI on_control(DWORD event)
{
    SetEvent(stop);
    /*
     * When the console closes, the system ends the process as soon as this returns, and after
     * some seconds in any case. Until then the verb ends by itself.
     */
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

void stopping_begin(void)
{
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    /* Without the event, Ctrl+C ends the process as usual. */
    if (stop != NULL)
        SetConsoleCtrlHandler(on_control, TRUE);
}

void *stopping_event(void)
{
    return stop;
}

bool stopping_wait(uint32_t ms)
{
    if (stop != NULL)
        return WaitForSingleObject(stop, ms) == WAIT_OBJECT_0;
    Sleep(ms);
    return false;
}
