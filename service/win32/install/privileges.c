/*
 * SeCreateGlobalPrivilege is for sessions other than zero, and services run in session zero:
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw
 * SeSecurityPrivilege is a right of accounts that group policies set, and a service that lacks it
 * runs without auditing; so it is never required.
 */
#include "privileges.h"

#include <stdlib.h>

#define CONTROL_KEY L"SYSTEM\\CurrentControlSet\\Control"
#define LIST_MAX    8192u /* limit of QueryServiceConfig2W, by its documentation */

bool privileges_is_system(const wchar_t *account)
{
    return account == NULL || account[0] == L'\0' || _wcsicmp(account, L"LocalSystem") == 0 ||
           _wcsicmp(account, L".\\LocalSystem") == 0 ||
           _wcsicmp(account, L"NT AUTHORITY\\SYSTEM") == 0;
}

/* In a Windows container, services run in a session of the container. */
static bool in_container(void)
{
    return RegGetValueW(HKEY_LOCAL_MACHINE, CONTROL_KEY, L"ContainerType", RRF_RT_REG_DWORD, NULL,
                        NULL, NULL) == ERROR_SUCCESS;
}

const wchar_t *privileges_wanted(const wchar_t *account, bool audit)
{
    /* With the two terminators of a list: one alone is a string, which may not be read as one. */
    if (audit)
        return L"\0";
    /* LocalSystem makes links in other sessions (sessions: alias); it keeps its privileges. */
    if (privileges_is_system(account) || in_container())
        return L"SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0";
    return L"SeChangeNotifyPrivilege\0";
}

/* ---- lists ------------------------------------------------------------------ */

static bool listed(const wchar_t *list, const wchar_t *name)
{
    for (; list != NULL && *list != L'\0'; list += wcslen(list) + 1)
        if (_wcsicmp(list, name) == 0)
            return true;
    return false;
}

static bool all_listed(const wchar_t *names, const wchar_t *list)
{
    for (; names != NULL && *names != L'\0'; names += wcslen(names) + 1)
        if (!listed(list, names))
            return false;
    return true;
}

bool privileges_same(const wchar_t *a, const wchar_t *b)
{
    return all_listed(a, b) && all_listed(b, a);
}

static bool has_list(SC_HANDLE service, const wchar_t *wanted)
{
    SERVICE_REQUIRED_PRIVILEGES_INFOW *present = malloc(LIST_MAX);
    DWORD size;
    bool same = present != NULL &&
                QueryServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO,
                                     (BYTE *)present, LIST_MAX, &size) &&
                privileges_same(present->pmszRequiredPrivileges, wanted);

    free(present);
    return same;
}

DWORD privileges_set(SC_HANDLE service, const wchar_t *wanted)
{
    SERVICE_REQUIRED_PRIVILEGES_INFOW required = {(wchar_t *)(uintptr_t)wanted};

    if (has_list(service, wanted))
        return ERROR_SUCCESS;
    if (!ChangeServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required))
        return GetLastError();
    return has_list(service, wanted) ? ERROR_SUCCESS : ERROR_INVALID_DATA;
}
