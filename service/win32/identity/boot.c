#include "boot.h"

#include <windows.h>

#include <stdio.h>
#include <string.h>

#define TIME_OF_DAY_INFORMATION 3
#define SHARED_DATA             ((uintptr_t)0x7FFE0000) /* the same in every process */
#define SHARED_DATA_BOOT_ID     0x2C4u

/* SYSTEM_TIMEOFDAY_INFORMATION; winternl.h shows it as bytes only. */
struct time_of_day {
    LARGE_INTEGER boot_time, current_time, zone_bias;
    ULONG zone_id, reserved;
    ULONGLONG boot_bias, sleep_bias;
};

typedef LONG(NTAPI *query_system)(int what, void *out, ULONG size, ULONG *written);

/*
 * False: GetLastError() says why. The function is looked up at run time, as its documentation
 * advises: it may change or be gone.
 */
static bool ask(struct time_of_day *out)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQuerySystemInformation") : NULL;
    query_system query;
    ULONG written = 0;

    memset(out, 0, sizeof(*out));
    if (found == NULL)
        return false;
    memcpy(&query, &found, sizeof(query));
    if (query(TIME_OF_DAY_INFORMATION, out, sizeof(*out), &written) >= 0)
        return true;
    SetLastError(ERROR_NOT_SUPPORTED);
    return false;
}

bool boot_text(char out[SYS_BOOT_MAX])
{
    struct time_of_day time;
    uint32_t counter;

    out[0] = '\0';
    if (!ask(&time))
        return false;
    counter = *(const volatile uint32_t *)(SHARED_DATA + SHARED_DATA_BOOT_ID);
    snprintf(out, SYS_BOOT_MAX, "%08lx-%016llx", (unsigned long)counter,
             (unsigned long long)time.boot_time.QuadPart - time.boot_bias);
    return true;
}
