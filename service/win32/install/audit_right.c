/*
 * Rights of accounts are in the security policy of the machine, not in the service's
 * registration: what `install` grants there, `uninstall` has to remove there. The calls return
 * an NTSTATUS, which is converted to a Win32 code.
 */
#include "audit_right.h"

#include <windows.h>

#include <ntsecapi.h>
#include <sddl.h>

#include <stdlib.h>
#include <wchar.h>

#include "command_line.h"
#include "names.h"
#include "scm.h"

/* The policy of this machine, and the service SID. */
struct policy {
    LSA_HANDLE handle;
    PSID sid;
};

/* False, with nothing to close: `*code` says why. */
static bool open_policy(ACCESS_MASK access, struct policy *out, uint32_t *code)
{
    LSA_OBJECT_ATTRIBUTES attributes = {0};

    *out = (struct policy){0};
    if (!ConvertStringSidToSidW(L"" SHMB_SERVICE_SID, &out->sid)) {
        *code = GetLastError();
        return false;
    }
    *code = LsaNtStatusToWinError(LsaOpenPolicy(NULL, &attributes, access, &out->handle));
    if (*code == ERROR_SUCCESS)
        return true;
    LocalFree(out->sid);
    return false;
}

static void close_policy(const struct policy *policy)
{
    LsaClose(policy->handle);
    LocalFree(policy->sid);
}

static LSA_UNICODE_STRING right_of(wchar_t *name)
{
    LSA_UNICODE_STRING right;

    right.Buffer = name;
    right.Length = (USHORT)(wcslen(name) * sizeof(wchar_t));
    right.MaximumLength = (USHORT)(right.Length + sizeof(wchar_t));
    return right;
}

uint32_t audit_right_grant(void)
{
    wchar_t name[] = SE_SECURITY_NAME;
    LSA_UNICODE_STRING right = right_of(name);
    struct policy policy;
    uint32_t code;

    /* CREATE_ACCOUNT: the policy may not know the SID yet. */
    if (!open_policy(POLICY_LOOKUP_NAMES | POLICY_CREATE_ACCOUNT, &policy, &code))
        return code;
    code = LsaNtStatusToWinError(LsaAddAccountRights(policy.handle, policy.sid, &right, 1));
    close_policy(&policy);
    return code;
}

uint32_t audit_right_remove(void)
{
    wchar_t name[] = SE_SECURITY_NAME;
    LSA_UNICODE_STRING right = right_of(name);
    struct policy policy;
    uint32_t code;

    if (!open_policy(POLICY_LOOKUP_NAMES, &policy, &code))
        return code;
    code =
        LsaNtStatusToWinError(LsaRemoveAccountRights(policy.handle, policy.sid, FALSE, &right, 1));
    close_policy(&policy);
    /* The policy does not know a SID without any right. */
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}

uint32_t audit_right_ask(bool *has)
{
    LSA_UNICODE_STRING *rights = NULL;
    struct policy policy;
    ULONG count = 0, i;
    uint32_t code;

    *has = false;
    if (!open_policy(POLICY_LOOKUP_NAMES, &policy, &code))
        return code;
    code = LsaNtStatusToWinError(
        LsaEnumerateAccountRights(policy.handle, policy.sid, &rights, &count));
    /* The names are counted, not terminated. */
    for (i = 0; code == ERROR_SUCCESS && i < count; i++)
        *has |= rights[i].Length == wcslen(SE_SECURITY_NAME) * sizeof(wchar_t) &&
                wcsncmp(rights[i].Buffer, SE_SECURITY_NAME, wcslen(SE_SECURITY_NAME)) == 0;
    if (rights != NULL)
        LsaFreeMemory(rights);
    close_policy(&policy);
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}

/* True if the service's command line has --audit. */
static bool has_audit_option(SC_HANDLE service, bool *known)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    struct command_line line = {0};
    bool audit = false;

    *known = config != NULL && command_line_read(config->lpBinaryPathName, &line);
    if (*known)
        audit = line.audit;
    command_line_free(&line);
    free(config);
    return audit;
}

bool audit_right_missing(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;
    bool known = false, audit = false;

    if (manager == NULL)
        return false;
    service = OpenServiceW(manager, SCM_SERVICE_NAME, SERVICE_QUERY_CONFIG);
    CloseServiceHandle(manager);
    if (service != NULL)
        audit = has_audit_option(service, &known);
    scm_close(service);
    return known && !audit;
}
