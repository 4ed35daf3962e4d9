#include "debug_privilege.h"

/* `before` (may be NULL) receives the privileges that have changed. */
static bool adjust(const TOKEN_PRIVILEGES *wanted, TOKEN_PRIVILEGES *before)
{
    TOKEN_PRIVILEGES change = *wanted;
    DWORD size = sizeof(*before);
    HANDLE token;
    bool done;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
        return false;
    /* It succeeds even without the privilege; then the last error tells. */
    done = AdjustTokenPrivileges(token, FALSE, &change, before != NULL ? sizeof(*before) : 0,
                                 before, before != NULL ? &size : NULL) &&
           GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return done;
}

bool debug_privilege_enable(TOKEN_PRIVILEGES *before)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, SE_PRIVILEGE_ENABLED}}};

    before->PrivilegeCount = 0;
    return LookupPrivilegeValueW(NULL, SE_DEBUG_NAME, &one.Privileges[0].Luid) &&
           adjust(&one, before);
}

void debug_privilege_restore(const TOKEN_PRIVILEGES *before)
{
    /* None has changed: it was enabled before. */
    if (before->PrivilegeCount > 0)
        (void)adjust(before, NULL);
}
