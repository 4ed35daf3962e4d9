/* Values of a thread, in TLS slots, and whether a thread still runs. */
#include "thread.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "compiler.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile uint32_t slots[THREAD_VALUES] = {TLS_OUT_OF_INDEXES, TLS_OUT_OF_INDEXES,
                                                 TLS_OUT_OF_INDEXES, TLS_OUT_OF_INDEXES};
volatile uint32_t thread_direct[THREAD_VALUES] = {TLS_OUT_OF_INDEXES, TLS_OUT_OF_INDEXES,
                                                  TLS_OUT_OF_INDEXES, TLS_OUT_OF_INDEXES};
static volatile LONG tokens; /* given out so far */

typedef BOOLEAN(NTAPI *shutdown_in_progress)(void);
static shutdown_in_progress process_ends; /* NULL: the system does not tell */

/* The module with this code. With GET_MODULE_HANDLE_EX_FLAG_PIN it also stays loaded. */
static HMODULE own_module(DWORD flag)
{
    HMODULE self = NULL;

    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flag, (LPCWSTR)(const void *)&once,
                       &self);
    return self;
}

#ifdef SHMB_BUILDING_DLL
/* A thread may still hold a lock or a pointer when the host unloads the DLL. */
static void prepare_unload(void)
{
    own_module(GET_MODULE_HANDLE_EX_FLAG_PIN);
}

void thread_at_unload(void (*done)(void))
{
    (void)done;
}
#else
static void free_slots(void)
{
    size_t i;

    for (i = 0; i < THREAD_VALUES; i++) {
        uint32_t freed = slots[i];

        /* A destructor of the host may still make a call. */
        thread_direct[i] = slots[i] = TLS_OUT_OF_INDEXES;
        if (freed != TLS_OUT_OF_INDEXES)
            TlsFree(freed);
    }
}

/*
 * The static library: a DLL with it can be unloaded and loaded again, and must not use up the
 * slots of the process. The C runtime of a DLL calls its atexit functions when the DLL is
 * unloaded, the last one first. In a program they would run while other threads still make calls.
 */
void thread_at_unload(void (*done)(void))
{
    if (own_module(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT) != GetModuleHandleW(NULL))
        atexit(done);
}

static void prepare_unload(void)
{
    thread_at_unload(free_slots);
}
#endif

/*
 * Asked for beforehand: where the end of a thread is told, GetProcAddress would wait for the lock
 * of the loader, which another thread that ends may have while it waits for this one.
 */
static void find_process_ends(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "RtlDllShutdownInProgress") : NULL;

    memcpy(&process_ends, &found, sizeof(process_ends));
}

/* Does the block of the thread have the value of the slot where winternl.h says? */
static bool is_direct(uint32_t slot)
{
    bool direct;

    if (slot >= TLS_MINIMUM_AVAILABLE || !TlsSetValue(slot, &once))
        return false;
    direct = thread_direct_value(slot) == &once;
    return TlsSetValue(slot, NULL) && direct && thread_direct_value(slot) == NULL;
}

static BOOL CALLBACK first_use(PINIT_ONCE control, PVOID context, PVOID *out)
{
    size_t i;

    (void)control;
    (void)context;
    (void)out;
    for (i = 0; i < THREAD_VALUES; i++) {
        const uint32_t slot = TlsAlloc();

        shmb_store32(&slots[i], slot);
        if (is_direct(slot))
            shmb_store32(&thread_direct[i], slot);
    }
    find_process_ends();
    prepare_unload();
    return TRUE;
}

void thread_begin(void)
{
    InitOnceExecuteOnce(&once, first_use, NULL, NULL);
}

uintptr_t thread_get_by_call(enum thread_value which)
{
    const uint32_t slot = shmb_load32(&slots[which]);

    return slot != TLS_OUT_OF_INDEXES ? (uintptr_t)TlsGetValue(slot) : 0;
}

bool thread_set(enum thread_value which, uintptr_t value)
{
    const uint32_t slot = shmb_load32(&slots[which]);

    return slot != TLS_OUT_OF_INDEXES && TlsSetValue(slot, (void *)value);
}

uint32_t thread_known(void)
{
    return (uint32_t)thread_get(THREAD_TOKEN);
}

static bool read_born(HANDLE thread, uint32_t *born)
{
    FILETIME made, ended, kernel, user;

    if (!GetThreadTimes(thread, &made, &ended, &kernel, &user))
        return false;
    *born = made.dwLowDateTime;
    return true;
}

uint32_t thread_born(void)
{
    return (uint32_t)thread_get(THREAD_BORN);
}

uint32_t thread_token(void)
{
    uint32_t born;
    uint32_t token = thread_known();

    if (token != 0)
        return token;
    thread_begin();
    do {
        token = (uint32_t)InterlockedIncrement(&tokens);
    } while (token == 0);
    /* The token last: a thread that has one has the time, too. */
    if (!read_born(GetCurrentThread(), &born) || !thread_set(THREAD_BORN, born) ||
        !thread_set(THREAD_TOKEN, token))
        return 0;
    return token;
}

uint64_t thread_writer(void)
{
    return (uint64_t)GetCurrentProcessId() << 32 | GetCurrentThreadId();
}

bool thread_self_get(struct thread_self *out)
{
    out->token = thread_token();
    if (out->token == 0)
        return false;
    out->born = thread_born();
    out->writer = thread_writer();
    return true;
}

bool thread_process_ends(void)
{
    const shutdown_in_progress ask = process_ends;

    return ask != NULL && ask() != 0;
}

bool thread_runs(uint32_t id, uint32_t born)
{
    HANDLE thread = OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    uint32_t found;
    bool runs;

    if (thread == NULL)
        return GetLastError() != ERROR_INVALID_PARAMETER;
    runs = GetProcessIdOfThread(thread) == GetCurrentProcessId() &&
           WaitForSingleObject(thread, 0) != WAIT_OBJECT_0 &&
           (!read_born(thread, &found) || found == born);
    CloseHandle(thread);
    return runs;
}
