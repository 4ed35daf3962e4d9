#include "stopping.h"

#include <windows.h>

static HANDLE stop;

static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    SetEvent(stop);
    return TRUE;
}

void stopping_begin(void)
{
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    /* Without the event, Ctrl+C ends the process as usual. */
    if (stop != NULL)
        SetConsoleCtrlHandler(on_control, TRUE);
}

bool stopping_wait(uint32_t ms)
{
    if (stop != NULL)
        return WaitForSingleObject(stop, ms) == WAIT_OBJECT_0;
    Sleep(ms);
    return false;
}
