#include "lock_client.h"

#include <string.h>

DWORD in_thread(LPTHREAD_START_ROUTINE routine, void *context)
{
    HANDLE thread = CreateThread(NULL, 0, routine, context, 0, NULL);
    DWORD code = 0;

    assert_non_null(thread);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

DWORD WINAPI lock_and_end(void *segment)
{
    return (DWORD)-shmb_lock(segment, 0);
}

void lock_let_die(const struct launch *launch, const char *verb, const char *name)
{
    struct child *child = client_start(launch, "%s %s", verb, name);

    child_expect(child, "ready");
    child_kill(child);
}

shmb_segment *open_here(const char *name, uint32_t rights)
{
    shmb_segment *segment;
    int32_t result = shmb_open(name, rights, 0, &segment);

    if (result != SHMB_OK)
        client_say("shmb_open: %d", (int)result);
    return segment;
}

int lock_try(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);

    (void)argc;
    client_say("%d", (int)shmb_lock(segment, 0));
    shmb_close(segment);
    return 0;
}

static int hold(const char *name, bool half)
{
    shmb_segment *segment = open_here(name, SHMB_WRITE);
    void *data;

    if (shmb_lock(segment, SHMB_INFINITE) < 0)
        return 1;
    if (half) {
        shmb_write_begin(segment);
        shmb_data(segment, &data);
        memcpy(data, "half", 4);
    }
    client_say("ready");
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

int lock_hold(int argc, char **argv)
{
    (void)argc;
    return hold(argv[0], false);
}

int lock_half(int argc, char **argv)
{
    (void)argc;
    return hold(argv[0], true);
}

int lock_hold_ids(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);

    (void)argc;
    if (shmb_lock(segment, 0) != SHMB_OK)
        return 1;
    client_say("%lu %lu", GetCurrentProcessId(), GetCurrentThreadId());
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

int lock_wait_death(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);
    int32_t result;

    (void)argc;
    client_say("opened");
    do {
        result = shmb_lock(segment, SHMB_INFINITE);
        shmb_unlock(segment);
    } while (result == SHMB_OK);
    client_say("%d", (int)result);
    shmb_close(segment);
    return 0;
}
