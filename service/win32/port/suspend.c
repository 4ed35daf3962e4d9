#include "suspend.h"

bool suspend_init(struct suspend *suspend)
{
    suspend->asked = 0;
    suspend->done = 0;
    suspend->request = CreateEventW(NULL, FALSE, FALSE, NULL);
    suspend->answer = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (suspend->request != NULL && suspend->answer != NULL)
        return true;
    suspend_free(suspend);
    return false;
}

void suspend_free(struct suspend *suspend)
{
    if (suspend->request != NULL)
        CloseHandle(suspend->request);
    if (suspend->answer != NULL)
        CloseHandle(suspend->answer);
    suspend->request = NULL;
    suspend->answer = NULL;
}

static LONG read_number(volatile LONG *number)
{
    return InterlockedCompareExchange(number, 0, 0);
}

bool suspend_ask(struct suspend *suspend, DWORD ms)
{
    const ULONGLONG start = GetTickCount64();
    LONG number = InterlockedIncrement(&suspend->asked);

    SetEvent(suspend->request);
    while (read_number(&suspend->done) - number < 0) {
        ULONGLONG passed = GetTickCount64() - start;

        if (passed >= ms ||
            WaitForSingleObject(suspend->answer, ms - (DWORD)passed) != WAIT_OBJECT_0)
            return read_number(&suspend->done) - number >= 0;
    }
    return true;
}

LONG suspend_begin(struct suspend *suspend)
{
    return read_number(&suspend->asked);
}

void suspend_end(struct suspend *suspend, LONG number)
{
    InterlockedExchange(&suspend->done, number);
    SetEvent(suspend->answer);
}
