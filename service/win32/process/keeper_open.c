#include "keeper_open.h"

#include "debug_privilege.h"

#define RIGHTS                                                                                     \
    (PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | READ_CONTROL | SYNCHRONIZE)

HANDLE keeper_open(DWORD id)
{
    HANDLE process = OpenProcess(RIGHTS, FALSE, id);
    DWORD code = GetLastError();
    TOKEN_PRIVILEGES before;

    if (process == NULL && code == ERROR_ACCESS_DENIED && debug_privilege_enable(&before)) {
        process = OpenProcess(RIGHTS, FALSE, id);
        code = GetLastError();
        debug_privilege_restore(&before);
    }
    SetLastError(process != NULL ? ERROR_SUCCESS : code);
    return process;
}
