/*
 * Windows has no time limit for these calls. accounts_resolve runs the look-up on a thread, so
 * that the broker can give up (slow_call.h); accounts_name, for messages, simply waits.
 */
#include "accounts.h"

#include <windows.h>
#include <sddl.h>

#include <stdio.h>
#include <stdlib.h>

#include "failure.h"
#include "owner.h"
#include "slow_call.h"
#include "visible.h"
#include "wide.h"

_Static_assert(OWNER_SID_MAX == SYS_SID_MAX, "one size for SIDs as text");

#define DOMAIN_UNITS 256u
#define NAME_UNITS   256u

struct look_up {
    wchar_t *account;
    char sid[SYS_SID_MAX];
    SID_NAME_USE use;
    DWORD code; /* 0: found */
};

static void free_look_up(void *job)
{
    struct look_up *asked = job;

    if (asked == NULL)
        return;
    free(asked->account);
    free(asked);
}

/* NULL: no memory, or not UTF-8 (GetLastError). */
static struct look_up *new_look_up(const char *account)
{
    struct look_up *asked = calloc(1, sizeof(*asked));

    if (asked == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    asked->use = SidTypeInvalid;
    asked->account = wide_from_utf8(account);
    if (asked->account != NULL)
        return asked;
    free(asked);
    return NULL;
}

/* Runs on a thread of its own (slow_call.h). */
static void look_up(void *job)
{
    struct look_up *asked = job;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    wchar_t domain[DOMAIN_UNITS]; /* not used, but the call requires it */
    DWORD sid_size = sizeof(sid), domain_units = DOMAIN_UNITS;

    asked->code = ERROR_SUCCESS;
    if (!LookupAccountNameW(NULL, asked->account, sid, &sid_size, domain, &domain_units,
                            &asked->use) ||
        !owner_sid_text(sid, asked->sid))
        asked->code = GetLastError();
}

/* True for failures that a later retry may not have. */
static bool is_passing(DWORD code)
{
    switch (code) {
    case ERROR_NO_LOGON_SERVERS:
    case ERROR_TRUSTED_DOMAIN_FAILURE:
    case ERROR_TRUSTED_RELATIONSHIP_FAILURE:
    case ERROR_NETLOGON_NOT_STARTED:
    case ERROR_DOMAIN_CONTROLLER_NOT_FOUND:
    case ERROR_NO_SUCH_DOMAIN:
    case ERROR_NETWORK_UNREACHABLE:
    case ERROR_HOST_UNREACHABLE:
    case ERROR_BAD_NETPATH:
    case ERROR_NETWORK_BUSY:
    case ERROR_UNEXP_NET_ERR:
    case ERROR_SEM_TIMEOUT:
    case ERROR_TIMEOUT:
    case RPC_S_SERVER_UNAVAILABLE:
    case RPC_S_SERVER_TOO_BUSY:
    case RPC_S_CALL_FAILED:
    case RPC_S_CALL_FAILED_DNE:
    case EPT_S_NOT_REGISTERED:
        return true;
    default:
        return false;
    }
}

/* The other types are domains, labels, deleted accounts and the like. */
static bool is_account_or_group(SID_NAME_USE use)
{
    return use == SidTypeUser || use == SidTypeGroup || use == SidTypeAlias ||
           use == SidTypeWellKnownGroup;
}

/* The status of a finished look-up. */
static enum sys_status judge(const struct look_up *asked, const char *account,
                             struct sys_failure *why)
{
    static const char call[] = "LookupAccountNameW";

    if (asked->code == ERROR_SUCCESS) {
        if (is_account_or_group(asked->use))
            return SYS_OK;
        return failure_say(why, SYS_NOT_FOUND, call, 0, "\"%s\" is neither an account nor a group",
                           account);
    }
    if (asked->code == ERROR_NONE_MAPPED)
        return failure_say(why, SYS_NOT_FOUND, call, asked->code,
                           "there is no account or group \"%s\"", account);
    if (is_passing(asked->code)) {
        failure_set(why, call, asked->code);
        return SYS_LATER;
    }
    return failure_set(why, call, asked->code);
}

enum sys_status accounts_resolve(const char *account, accounts_go_on *go_on, void *context,
                                 char sid[SYS_SID_MAX], struct sys_failure *why)
{
    const struct slow_call slow = {look_up, free_look_up, go_on, context};
    struct look_up *asked = new_look_up(account);
    enum sys_status status;

    sid[0] = '\0';
    if (asked == NULL)
        return failure_set(why, "LookupAccountNameW", GetLastError());
    if (!slow_call_run(&slow, asked))
        return failure_say(why, SYS_LATER, "LookupAccountNameW", 0,
                           "the look-up of \"%s\" was given up because the broker stops", account);
    status = judge(asked, account, why);
    if (status == SYS_OK)
        snprintf(sid, SYS_SID_MAX, "%s", asked->sid);
    free_look_up(asked);
    return status;
}

/* False: the SID has no name, or the look-up failed. */
static bool name_of(const char *sid, wchar_t *domain, wchar_t *name)
{
    DWORD domain_units = DOMAIN_UNITS, name_units = NAME_UNITS;
    SID_NAME_USE use;
    PSID binary;
    wchar_t *text = wide_from_utf8(sid);
    bool found;

    if (text == NULL)
        return false;
    found = ConvertStringSidToSidW(text, &binary);
    free(text);
    if (!found)
        return false;
    found = LookupAccountSidW(NULL, binary, name, &name_units, domain, &domain_units, &use);
    LocalFree(binary);
    return found;
}

void accounts_name(const char *sid, char out[ACCOUNT_NAME_MAX])
{
    wchar_t domain[DOMAIN_UNITS], name[NAME_UNITS], both[DOMAIN_UNITS + NAME_UNITS + 1];
    int units;

    if (!name_of(sid, domain, name)) {
        snprintf(out, ACCOUNT_NAME_MAX, "%s", sid);
        return;
    }
    /* Groups such as Everyone have no domain. */
    units = swprintf(both, sizeof(both) / sizeof(both[0]),
                     domain[0] == L'\0' ? L"%ls%ls" : L"%ls\\%ls", domain, name);
    wide_to_buffer(both, units < 0 ? 0 : (size_t)units, out, ACCOUNT_NAME_MAX);
    shmb_make_visible(out, false);
}
