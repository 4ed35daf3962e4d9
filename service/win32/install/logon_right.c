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
#include "start_error.h"
#include "wide.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ALL_SERVICES "S-1-5-80-0"
#define SERVICES     "S-1-5-80-" /* how the SIDs of services begin */
#define LOOK_UP_S    10u         /* how long a domain controller may take for a name */

/* ---- judging ---------------------------------------------------------------- */

/* Whether an entry of the policy is about the account. */
enum entry {
    ENTRY_FOREIGN,
    ENTRY_PERHAPS, /* a group that it may be in */
    ENTRY_ITS
};

static bool among(const char *const *sids, size_t count, const char *sid)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(sids[i], sid) == 0)
            return true;
    return false;
}

/*
 * An allowance and a denial count alike. Of the groups in the token of a service, it is certain of
 * the first ones that they decide about its logon, too.
 */
static enum entry judge_entry(const char *entry, const char *sid, bool service)
{
    static const char *const everybody[] = {"S-1-1-0", "S-1-5-11"};
    /* SERVICE, Users, LOCAL, CONSOLE LOGON, This Organization. */
    static const char *const of_token[] = {"S-1-5-6", "S-1-5-32-545", "S-1-2-0", "S-1-2-1",
                                           "S-1-5-15"};
    /* NETWORK, BATCH, INTERACTIVE, ANONYMOUS LOGON, built-in accounts, Guests. */
    static const char *const of_others[] = {"S-1-5-2",  "S-1-5-3",  "S-1-5-4",  "S-1-5-7",
                                            "S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-32-546"};

    if (strcmp(entry, sid) == 0 || among(everybody, COUNT(everybody), entry))
        return ENTRY_ITS;
    if (strcmp(entry, ALL_SERVICES) == 0)
        return service ? ENTRY_ITS : ENTRY_PERHAPS;
    if (among(of_token, COUNT(of_token), entry))
        return ENTRY_PERHAPS;
    /* A virtual account is in no other group, unless somebody has put it there. */
    if (service || strncmp(entry, SERVICES, strlen(SERVICES)) == 0 ||
        among(of_others, COUNT(of_others), entry))
        return ENTRY_FOREIGN;
    return ENTRY_PERHAPS; /* another account or a group: the SID does not show which */
}

/* The strongest of the entries. */
static enum entry judge_list(const char (*list)[SYS_SID_MAX], size_t count, const char *sid,
                             bool service)
{
    enum entry strongest = ENTRY_FOREIGN;
    size_t i;

    for (i = 0; i < count; i++) {
        const enum entry one = judge_entry(list[i], sid, service);

        strongest = one > strongest ? one : strongest;
    }
    return strongest;
}

enum logon_right logon_right_judge(const struct logon_right_policy *policy, const char *sid,
                                   bool service)
{
    const enum entry has = judge_list(policy->has, policy->has_count, sid, service);
    const enum entry denied = judge_list(policy->denied, policy->denied_count, sid, service);

    if (denied == ENTRY_ITS)
        return LOGON_RIGHT_DENIED;
    if (has == ENTRY_FOREIGN)
        return LOGON_RIGHT_LACKS;
    return has == ENTRY_ITS && denied == ENTRY_FOREIGN ? LOGON_RIGHT_HAS : LOGON_RIGHT_BY_GROUP;
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

static bool is_built_in(const char *sid)
{
    return strcmp(sid, "S-1-5-18") == 0 || strcmp(sid, "S-1-5-19") == 0 ||
           strcmp(sid, "S-1-5-20") == 0;
}

/*
 * The name for a look-up; freed with free(). The service manager stores a local account as
 * .\name, which LookupAccountNameW does not know. NULL: no memory.
 */
static char *full_name(const wchar_t *account)
{
    wchar_t computer[MAX_COMPUTERNAME_LENGTH + 1], *full;
    DWORD units = MAX_COMPUTERNAME_LENGTH + 1;
    char *name;
    size_t size;

    if (wcsncmp(account, L".\\", 2) != 0 || !GetComputerNameW(computer, &units))
        return wide_to_utf8(account);
    size = units + wcslen(account); /* without the dot, with a terminator */
    full = malloc(size * sizeof(*full));
    if (full == NULL)
        return NULL;
    wmemcpy(full, computer, units);
    wmemcpy(full + units, account + 1, size - units);
    name = wide_to_utf8(full);
    free(full);
    return name;
}

static bool go_on(void *context)
{
    unsigned *seconds = context;

    return ++*seconds < LOOK_UP_S;
}

static uint32_t sid_of(const wchar_t *account, bool *service, char sid[SYS_SID_MAX])
{
    char *name;
    struct sys_failure why = {0};
    enum sys_status status;
    unsigned seconds = 0;

    *service = start_error_is_virtual(account);
    if (*service) {
        strcpy(sid, SHMB_SERVICE_SID);
        return ERROR_SUCCESS;
    }
    if (privileges_is_system(account)) {
        strcpy(sid, "S-1-5-18");
        return ERROR_SUCCESS;
    }
    name = full_name(account);
    if (name == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    status = accounts_resolve(name, go_on, &seconds, sid, &why);
    free(name);
    if (status == SYS_OK)
        return ERROR_SUCCESS;
    if (why.code != 0)
        return why.code;
    return status == SYS_LATER ? ERROR_TIMEOUT : ERROR_NONE_MAPPED;
}

uint32_t logon_right_ask(const wchar_t *account, enum logon_right *out)
{
    struct logon_right_policy *policy;
    char sid[SYS_SID_MAX];
    bool service = false;
    uint32_t code;

    *out = LOGON_RIGHT_BUILT_IN;
    code = sid_of(account, &service, sid);
    if (code != ERROR_SUCCESS || is_built_in(sid))
        return code;
    policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    code = read_policy(policy);
    if (code == ERROR_SUCCESS)
        *out = logon_right_judge(policy, sid, service);
    free(policy);
    return code;
}
