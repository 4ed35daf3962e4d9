#include "broker.h"

#include "directory.h"
#include "object_name.h"

/* Pauses double: short ones for a broker that starts now, long ones for a long wait. */
#define PAUSE_FIRST_MS 10u
#define PAUSE_MOST_MS  250u

bool broker_runs(void)
{
    wchar_t name[OBJECT_NAME_WIDE_MAX];
    HANDLE instance;

    object_name_wide(SHMB_INSTANCE_NAME, name);
    instance = OpenMutexW(SYNCHRONIZE, FALSE, name);
    /* "Access denied" is the usual answer while a broker runs (directory.h). */
    if (instance == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED;
    CloseHandle(instance); /* only administrators get here */
    return true;
}

void broker_wait_begin(struct broker_wait *wait, uint32_t wait_ms)
{
    wait->endless = wait_ms == SHMB_INFINITE;
    wait->until = GetTickCount64() + wait_ms;
    wait->pause = PAUSE_FIRST_MS;
}

bool broker_wait_again(struct broker_wait *wait, int32_t result)
{
    ULONGLONG now = GetTickCount64();
    DWORD pause = wait->pause;

    /* All other results would be the same a moment later. */
    if (result != SHMB_NOT_FOUND && result != SHMB_NO_BROKER)
        return false;
    if (!wait->endless) {
        if (now >= wait->until)
            return false;
        if (wait->until - now < pause)
            pause = (DWORD)(wait->until - now);
    }
    Sleep(pause);
    wait->pause = pause * 2 < PAUSE_MOST_MS ? pause * 2 : PAUSE_MOST_MS;
    return true;
}

int32_t broker_absent(int32_t result)
{
    return result == SHMB_NOT_FOUND && !broker_runs() ? SHMB_NO_BROKER : result;
}
