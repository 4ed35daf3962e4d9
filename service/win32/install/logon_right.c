/* Asked for `status --verify`; nothing is granted here: a policy would take it back. */
#include "logon_right.h"

#include <windows.h>

#include <ntsecapi.h>
#include <sddl.h>

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "names.h"
#include "privileges.h"
#include "wide.h"

#define ALL_SERVICES "S-1-5-80-0"
#define SERVICE      "S-1-5-6"

/* ---- judging ---------------------------------------------------------------- */

/* Everyone and Authenticated Users have every account as a member. */
static bool is_everybody(const char *sid)
{
    return strcmp(sid, "S-1-1-0") == 0 || strcmp(sid, "S-1-5-11") == 0;
}

static bool among(char (*sids)[SYS_SID_MAX], size_t count, const char *sid, bool service)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(sids[i], sid) == 0 || is_everybody(sids[i]) ||
            (service && strcmp(sids[i], ALL_SERVICES) == 0))
            return true;
    return false;
}

enum logon_right logon_right_judge(const struct logon_right_policy *policy, const char *sid,
                                   bool service)
{
    struct logon_right_policy *all = (struct logon_right_policy *)(uintptr_t)policy;

    if (among(all->denied, all->denied_count, sid, service))
        return LOGON_RIGHT_DENIED;
    if (among(all->has, all->has_count, sid, service))
        return LOGON_RIGHT_HAS;
    /* A virtual account has no groups but SERVICE, which each service gets when it logs on. */
    if (all->has_count == 0 || (service && !among(all->has, all->has_count, SERVICE, false)))
        return LOGON_RIGHT_LACKS;
    return LOGON_RIGHT_BY_GROUP;
}

/* ---- the policy ------------------------------------------------------------- */

static uint32_t holders(LSA_HANDLE policy, wchar_t *name, char (*out)[SYS_SID_MAX], size_t *count)
{
    LSA_ENUMERATION_INFORMATION *found;
    LSA_UNICODE_STRING right;
    void *buffer = NULL;
    ULONG number = 0, i;
    uint32_t code;

    right.Buffer = name;
    right.Length = (USHORT)(wcslen(name) * sizeof(wchar_t));
    right.MaximumLength = (USHORT)(right.Length + sizeof(wchar_t));
    *count = 0;
    code =
        LsaNtStatusToWinError(LsaEnumerateAccountsWithUserRight(policy, &right, &buffer, &number));
    if (code == ERROR_NO_MORE_ITEMS)
        return ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        return code;
    found = buffer;
    for (i = 0; i < number && code == ERROR_SUCCESS; i++) {
        wchar_t *text;

        if (*count == LOGON_RIGHT_SIDS)
            code = ERROR_MORE_DATA; /* not known whether the account is among the others */
        else if (!ConvertSidToStringSidW(found[i].Sid, &text))
            code = GetLastError();
        else {
            wide_to_buffer(text, wcslen(text), out[(*count)++], SYS_SID_MAX);
            LocalFree(text);
        }
    }
    LsaFreeMemory(buffer);
    return code;
}

static uint32_t read_policy(struct logon_right_policy *out)
{
    wchar_t right[] = L"SeServiceLogonRight", denial[] = L"SeDenyServiceLogonRight";
    LSA_OBJECT_ATTRIBUTES attributes = {0};
    LSA_HANDLE policy;
    uint32_t code = LsaNtStatusToWinError(LsaOpenPolicy(
        NULL, &attributes, POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION, &policy));

    if (code != ERROR_SUCCESS)
        return code;
    code = holders(policy, right, out->has, &out->has_count);
    if (code == ERROR_SUCCESS)
        code = holders(policy, denial, out->denied, &out->denied_count);
    LsaClose(policy);
    return code;
}

/* ---- the account ------------------------------------------------------------ */

static bool is_built_in(const wchar_t *account)
{
    return privileges_is_system(account) || _wcsicmp(account, L"NT AUTHORITY\\LocalService") == 0 ||
           _wcsicmp(account, L"NT AUTHORITY\\NetworkService") == 0;
}

static uint32_t sid_of(const wchar_t *account, bool *service, char sid[SYS_SID_MAX])
{
    char *name;
    struct sys_failure why = {0};
    enum sys_status status;

    *service = privileges_is_virtual(account);
    if (*service) {
        strcpy(sid, SHMB_SERVICE_SID);
        return ERROR_SUCCESS;
    }
    name = wide_to_utf8(account);
    if (name == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    status = accounts_resolve(name, NULL, NULL, sid, &why);
    free(name);
    if (status == SYS_OK)
        return ERROR_SUCCESS;
    return why.code != 0 ? why.code : ERROR_NONE_MAPPED;
}

uint32_t logon_right_ask(const wchar_t *account, enum logon_right *out)
{
    struct logon_right_policy *policy;
    char sid[SYS_SID_MAX];
    bool service = false;
    uint32_t code;

    *out = LOGON_RIGHT_BUILT_IN;
    if (is_built_in(account))
        return ERROR_SUCCESS;
    policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    code = read_policy(policy);
    if (code == ERROR_SUCCESS)
        code = sid_of(account, &service, sid);
    if (code == ERROR_SUCCESS)
        *out = logon_right_judge(policy, sid, service);
    free(policy);
    return code;
}
