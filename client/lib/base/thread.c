/* A token is the value of a TLS slot: nothing to free when a thread ends. */
#include "thread.h"

#include <windows.h>

#include "compiler.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile uint32_t slot = TLS_OUT_OF_INDEXES;
static volatile LONG tokens; /* given out so far */

static BOOL CALLBACK first_use(PINIT_ONCE control, PVOID context, PVOID *out)
{
    (void)control;
    (void)context;
    (void)out;
    shmb_store32(&slot, TlsAlloc());
    return TRUE;
}

uint32_t thread_known(void)
{
    const uint32_t at = shmb_load32(&slot);

    return at != TLS_OUT_OF_INDEXES ? (uint32_t)(uintptr_t)TlsGetValue(at) : 0;
}

uint32_t thread_token(void)
{
    uint32_t token = thread_known();

    if (token != 0)
        return token;
    InitOnceExecuteOnce(&once, first_use, NULL, NULL);
    do {
        token = (uint32_t)InterlockedIncrement(&tokens);
    } while (token == 0);
    if (slot == TLS_OUT_OF_INDEXES || !TlsSetValue(slot, (void *)(uintptr_t)token))
        return 0;
    return token;
}

uint64_t thread_writer(void)
{
    return (uint64_t)GetCurrentProcessId() << 32 | GetCurrentThreadId();
}

bool thread_runs(uint32_t id)
{
    HANDLE thread = OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    bool runs;

    if (thread == NULL)
        return GetLastError() != ERROR_INVALID_PARAMETER;
    runs = GetProcessIdOfThread(thread) == GetCurrentProcessId() &&
           WaitForSingleObject(thread, 0) != WAIT_OBJECT_0;
    CloseHandle(thread);
    return runs;
}
