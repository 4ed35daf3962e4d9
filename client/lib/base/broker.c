#include "broker.h"

#include "directory.h"
#include "lookup.h"
#include "open_object.h"

/* Pauses double: short ones for a broker that starts now, long ones for a long wait. */
#define PAUSE_FIRST_MS 10u
#define PAUSE_MOST_MS  250u

/* True unless there is no directory: one that cannot be read is no proof of either. */
static bool directory_exists(void)
{
    struct lookup lookup;
    struct fault ignored;
    int32_t result = lookup_open(&lookup, "", LOOKUP_TAKEN, &ignored);

    if (result == SHMB_OK)
        lookup_close(&lookup);
    return result != SHMB_NO_BROKER;
}

bool broker_runs(void)
{
    struct fault ignored;
    HANDLE instance;

    switch (open_object(SHMB_MUTEX, SHMB_INSTANCE_NAME, SYNCHRONIZE | READ_CONTROL, "", &instance,
                        &ignored)) {
    case SHMB_OK: /* only administrators get here */
        CloseHandle(instance);
        return true;
    case SHMB_ACCESS_DENIED: /* the usual answer while a broker runs (directory.h) */
        return true;
    case SHMB_NOT_FOUND:
        return false;
    default:
        /*
         * Another program holds the name; a broker runs without it. Or it is the mutex of a
         * broker that runs under an account of its own.
         */
        return directory_exists();
    }
}

/* A clock that was set back makes no process young. */
static bool is_young(uint64_t started, uint32_t within_ms)
{
    FILETIME time;
    uint64_t now;

    GetSystemTimeAsFileTime(&time);
    now = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    return now >= started && now - started < (uint64_t)within_ms * 10000u;
}

bool broker_starting(const char *owner, uint32_t within_ms)
{
    struct shmb_broker_info info;
    struct lookup lookup;
    struct fault ignored;
    int32_t result = lookup_open(&lookup, owner, LOOKUP_ALL, &ignored);

    if (result != SHMB_OK)
        return result == SHMB_NO_BROKER || result == SHMB_NOT_FOUND;
    lookup_broker(&lookup, &info);
    lookup_close(&lookup);
    return is_young(info.started, within_ms);
}

void broker_wait_begin(struct broker_wait *wait, uint32_t wait_ms)
{
    wait->endless = wait_ms == SHMB_INFINITE;
    wait->until = GetTickCount64() + wait_ms;
    wait->pause = PAUSE_FIRST_MS;
}

DWORD broker_wait_left(const struct broker_wait *wait, DWORD most)
{
    ULONGLONG now = GetTickCount64();

    if (wait->endless)
        return most;
    if (now >= wait->until)
        return 0;
    return wait->until - now < most ? (DWORD)(wait->until - now) : most;
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
