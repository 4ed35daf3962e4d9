#include "held.h"

#include "failure.h"

#define STATUS_DELETE_PENDING 0xC0000056u

/* In ntdll; Win32 has no other way to tell a pending delete from a refused access. */
typedef LONG(NTAPI *last_status)(void);

DWORD held_open_code(void)
{
    DWORD code = GetLastError();
    HMODULE ntdll;
    FARPROC found;

    if (code != ERROR_ACCESS_DENIED)
        return code;
    ntdll = GetModuleHandleW(L"ntdll.dll");
    found = ntdll != NULL ? GetProcAddress(ntdll, "RtlGetLastNtStatus") : NULL;
    if (found != NULL &&
        (DWORD)((last_status)(void (*)(void))found)() == (DWORD)STATUS_DELETE_PENDING)
        code = ERROR_DELETE_PENDING;
    return code;
}

bool held_is(DWORD code)
{
    return code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION ||
           code == ERROR_DELETE_PENDING;
}

enum sys_status held_failure(const wchar_t *path, const char *call, DWORD code,
                             struct sys_failure *why)
{
    (void)path;
    if (!held_is(code))
        return failure_set(why, call, code);
    return failure_say(why, SYS_LATER, call, code, "%s",
                       code == ERROR_DELETE_PENDING
                           ? "held by another program: it is being deleted or replaced"
                           : "held by another program");
}
