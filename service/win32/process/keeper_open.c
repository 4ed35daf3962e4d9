#include "keeper_open.h"

#include <stdbool.h>

#define RIGHTS                                                                                     \
    (PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | READ_CONTROL | SYNCHRONIZE)

/* False: the token does not have the privilege. */
static bool use_debug(bool on)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, on ? SE_PRIVILEGE_ENABLED : 0}}};
    bool done = false;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return false;
    if (LookupPrivilegeValueW(NULL, SE_DEBUG_NAME, &one.Privileges[0].Luid))
        /* It succeeds even without the privilege; then the last error tells. */
        done = AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL) &&
               GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return done;
}

HANDLE keeper_open(DWORD id)
{
    HANDLE process = OpenProcess(RIGHTS, FALSE, id);
    DWORD code = GetLastError();

    if (process == NULL && code == ERROR_ACCESS_DENIED && use_debug(true)) {
        process = OpenProcess(RIGHTS, FALSE, id);
        code = GetLastError();
        (void)use_debug(false);
    }
    SetLastError(process != NULL ? ERROR_SUCCESS : code);
    return process;
}
