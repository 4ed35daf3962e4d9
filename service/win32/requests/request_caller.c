#include "request_caller.h"

#include "failure.h"
#include "owner.h"

_Static_assert(SYS_SID_MAX >= OWNER_SID_MAX, "every SID fits");

/* ---- the token --------------------------------------------------------------- */

/*
 * Nothing stands between the two calls but the one that opens the token. A thread that stayed in
 * the client's skin would do the broker's work with the client's rights.
 */
static uint32_t open_token(HANDLE pipe, HANDLE *token)
{
    uint32_t code = ERROR_SUCCESS;

    *token = NULL;
    if (!ImpersonateNamedPipeClient(pipe))
        return GetLastError();
    /* As the process: a client of this level may not even open its own token. */
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, token))
        code = GetLastError();
    if (!RevertToSelf())
        TerminateProcess(GetCurrentProcess(), ERROR_CANNOT_IMPERSONATE);
    return code;
}

static uint32_t read_account(HANDLE token, char sid[SYS_SID_MAX])
{
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } found;
    DWORD size;

    if (!GetTokenInformation(token, TokenUser, &found, sizeof(found), &size) ||
        !owner_sid_text(found.user.User.Sid, sid))
        return GetLastError();
    return ERROR_SUCCESS;
}

/* A client that does not say who it is has a token of its own: nobody's. */
static uint32_t check_level(HANDLE token)
{
    SECURITY_IMPERSONATION_LEVEL level = SecurityAnonymous;
    DWORD size;

    if (!GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof(level), &size))
        return GetLastError();
    return level >= SecurityIdentification ? ERROR_SUCCESS : ERROR_BAD_IMPERSONATION_LEVEL;
}

uint32_t request_caller_process(HANDLE pipe)
{
    ULONG process = 0;

    return GetNamedPipeClientProcessId(pipe, &process) ? process : 0;
}

uint32_t request_caller_read(HANDLE pipe, struct request_caller *out)
{
    DWORD size, session = 0;
    uint32_t code;

    *out = (struct request_caller){0};
    code = open_token(pipe, &out->token);
    if (code == ERROR_SUCCESS)
        code = check_level(out->token);
    if (code == ERROR_SUCCESS)
        code = read_account(out->token, out->asker.sid);
    if (code == ERROR_SUCCESS &&
        !GetTokenInformation(out->token, TokenSessionId, &session, sizeof(session), &size))
        code = GetLastError();
    out->asker.session = session;
    out->asker.process = request_caller_process(pipe);
    if (code != ERROR_SUCCESS)
        request_caller_close(out);
    return code;
}

void request_caller_close(struct request_caller *caller)
{
    if (caller->token != NULL)
        CloseHandle(caller->token);
    caller->token = NULL;
}

/* ---- what it may do ------------------------------------------------------------ */

/*
 * The same descriptor with a group: AccessCheck refuses one without owner or group, and the
 * broker's have no group, which decides nothing. It borrows the parts of `descriptor`.
 */
static bool with_group(PSECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR *out)
{
    static const SID system = {
        SID_REVISION, 1, {SECURITY_NT_AUTHORITY}, {SECURITY_LOCAL_SYSTEM_RID}};
    PSID nobody = (PSID)(uintptr_t)&system, owner; /* only read */
    BOOL list_present, label_present, defaulted;
    ACL *list, *label;

    return GetSecurityDescriptorOwner(descriptor, &owner, &defaulted) &&
           GetSecurityDescriptorDacl(descriptor, &list_present, &list, &defaulted) &&
           GetSecurityDescriptorSacl(descriptor, &label_present, &label, &defaulted) &&
           InitializeSecurityDescriptor(out, SECURITY_DESCRIPTOR_REVISION) &&
           SetSecurityDescriptorOwner(out, owner != NULL ? owner : nobody, FALSE) &&
           SetSecurityDescriptorGroup(out, nobody, FALSE) &&
           SetSecurityDescriptorDacl(out, list_present, list, FALSE) &&
           SetSecurityDescriptorSacl(out, label_present, label, FALSE);
}

enum sys_status request_caller_allowed(const struct request_caller *caller,
                                       const struct sys_descriptor *descriptor, uint32_t mask,
                                       bool write, bool *allowed, struct sys_failure *why)
{
    /* An integrity label denies what belongs to GenericWrite, and to nothing else here. */
    GENERIC_MAPPING mapping = {write ? 0 : mask, write ? mask : 0, 0, mask};
    union {
        PRIVILEGE_SET used;
        BYTE room[sizeof(PRIVILEGE_SET) + 3 * sizeof(LUID_AND_ATTRIBUTES)];
    } privileges;
    DWORD size = sizeof(privileges), granted = 0;
    SECURITY_DESCRIPTOR whole;
    BOOL yes = FALSE;

    *allowed = false;
    if (!with_group((void *)(uintptr_t)descriptor, &whole))
        return failure_set(why, "GetSecurityDescriptorDacl", GetLastError());
    /* Without a list, the system would let everybody. */
    if (whole.Dacl == NULL)
        return failure_set(why, "AccessCheck", ERROR_INVALID_SECURITY_DESCR);
    if (!AccessCheck(&whole, caller->token, mask, &mapping, &privileges.used, &size, &granted,
                     &yes))
        return failure_set(why, "AccessCheck", GetLastError());
    *allowed = yes && (granted & mask) == mask;
    return SYS_OK;
}
