#include "unix_process.h"

#include <windows.h>

static bool on_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

#if defined(__MINGW32__) && defined(__x86_64__)
#define GETPID 39
#define KILL   62

static long linux_call(long number, long first, long second)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__MINGW32__) && defined(__i386__)
#define GETPID 20
#define KILL   37

static long linux_call(long number, long first, long second)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory");
    return result;
}
#else
#define GETPID 0
#define KILL   0

static long linux_call(long number, long first, long second)
{
    (void)number;
    (void)first;
    (void)second;
    return 0;
}
#endif

#define SIGKILL 9

uint32_t unix_process_id(void)
{
    return on_wine() ? (uint32_t)linux_call(GETPID, 0, 0) : 0;
}

void unix_process_kill(uint32_t id)
{
    if (on_wine())
        (void)linux_call(KILL, (long)id, SIGKILL);
}
