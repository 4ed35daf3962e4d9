/*
 * The value that -fstack-protector-strong puts on the stack, and what follows when it has been
 * overwritten, for builds with MinGW. That of libssp asks CryptAcquireContext for the value before
 * main runs. For that, Windows loads DLLs that are not among its known DLLs, while the program's
 * own folder is still searched first; in shmbclient.dll it is the host's folder.
 *
 * Linked into the programs and the DLL, not into the static library: a program that has it brings
 * a guard of its own.
 */
#include <windows.h>

#include <stdint.h>

#include "compiler.h"

uintptr_t __stack_chk_guard;
void __stack_chk_fail(void);

/* Runs before main; the sources are those of MSVC's security cookie. */
SHMB_BEFORE_MAIN static void make_guard(void)
{
    FILETIME time;
    LARGE_INTEGER counter;
    uintptr_t guard = (uintptr_t)&time;

    GetSystemTimeAsFileTime(&time);
    QueryPerformanceCounter(&counter);
    guard ^= (uintptr_t)time.dwHighDateTime ^ ((uintptr_t)time.dwLowDateTime << 8);
    guard ^= (uintptr_t)counter.QuadPart << 4;
    guard ^= (uintptr_t)GetCurrentProcessId() << 12 ^ (uintptr_t)GetCurrentThreadId() << 20;
    guard ^= (uintptr_t)GetTickCount64() << 2;
#ifdef _WIN64
    guard = guard * 0x9E3779B97F4A7C15u ^ guard >> 29;
#else
    guard = guard * 0x9E3779B9u ^ guard >> 15;
#endif
    /* A byte of zero: a text that overflows ends at it. */
    __stack_chk_guard = guard & ~(uintptr_t)0xFF;
}

void __stack_chk_fail(void)
{
    const DWORD stack_buffer_overrun = 0xC0000409; /* STATUS_STACK_BUFFER_OVERRUN */

    /*
     * Nothing in this process can be trusted any more: no handler runs, no buffer is written. As
     * MSVC's guard; its code is FAST_FAIL_STACK_COOKIE_CHECK_FAILURE.
     */
    SHMB_FAST_FAIL(2);
    TerminateProcess(GetCurrentProcess(), stack_buffer_overrun);
    for (;;)
        ; /* not reached */
}
