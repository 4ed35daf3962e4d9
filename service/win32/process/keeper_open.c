#include "keeper_open.h"

#include "debug_privilege.h"

HANDLE keeper_open(DWORD id, DWORD rights)
{
    DWORD all = rights | PROCESS_QUERY_LIMITED_INFORMATION | READ_CONTROL | SYNCHRONIZE;
    HANDLE process = OpenProcess(all, FALSE, id);
    DWORD code = GetLastError();
    TOKEN_PRIVILEGES before;

    if (process == NULL && code == ERROR_ACCESS_DENIED && debug_privilege_enable(&before)) {
        process = OpenProcess(all, FALSE, id);
        code = GetLastError();
        debug_privilege_restore(&before);
    }
    SetLastError(process != NULL ? ERROR_SUCCESS : code);
    return process;
}
