#include "unix_process.h"

#include <windows.h>

#ifdef STRESS_LINUX_CALL
#ifdef _WIN64
#define GETPID 39
#define KILL   62
#else
#define GETPID 20
#define KILL   37
#endif
#define SIGKILL 9

long linux_call(long number, long first, long second);

static bool on_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

uint32_t unix_process_id(void)
{
    return on_wine() ? (uint32_t)linux_call(GETPID, 0, 0) : 0;
}

void unix_process_kill(uint32_t id)
{
    if (on_wine())
        (void)linux_call(KILL, (long)id, SIGKILL);
}
#else
uint32_t unix_process_id(void)
{
    return 0;
}

void unix_process_kill(uint32_t id)
{
    (void)id;
}
#endif
