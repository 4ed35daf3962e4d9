/*
 * All of it comes from the process's own token. The owner matters most: other programs, and the
 * next broker, recognise the broker's objects by it (client/win32/owner.h).
 */
#include "identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "descriptor.h"
#include "failure.h"
#include "names.h"
#include "owner.h"
#include "process_id.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Freed with free(). NULL: GetLastError() says why. */
static void *token_information(HANDLE token, TOKEN_INFORMATION_CLASS kind)
{
    DWORD size = 0;
    void *information;

    GetTokenInformation(token, kind, NULL, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    information = malloc(size);
    if (information == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!GetTokenInformation(token, kind, information, size, &size)) {
        DWORD code = GetLastError();

        free(information);
        SetLastError(code);
        return NULL;
    }
    return information;
}

static bool same_sid(PSID sid, const char *text)
{
    char own[OWNER_SID_MAX];

    return owner_sid_text(sid, own) && strcmp(own, text) == 0;
}

/* A token can set as owner its user, and groups with SE_GROUP_OWNER. */
static bool may_own(const TOKEN_USER *user, const TOKEN_GROUPS *groups, const char *sid)
{
    DWORD i;

    if (same_sid(user->User.Sid, sid))
        return true;
    for (i = 0; i < groups->GroupCount; i++) {
        DWORD marks = groups->Groups[i].Attributes;

        if ((marks & SE_GROUP_OWNER) != 0 && (marks & SE_GROUP_USE_FOR_DENY_ONLY) == 0 &&
            same_sid(groups->Groups[i].Sid, sid))
            return true;
    }
    return false;
}

/* Chooses the first of service, Administrators and SYSTEM that the token can set as owner. */
static enum sys_status choose(const TOKEN_USER *user, const TOKEN_GROUPS *groups,
                              char out[SYS_SID_MAX], struct sys_failure *why)
{
    /* The narrowest first: no other service has the service SID. */
    static const char *const owners[] = {SHMB_SERVICE_SID, SID_ADMINISTRATORS, SID_SYSTEM};
    size_t i;

    for (i = 0; i < COUNT(owners); i++) {
        if (may_own(user, groups, owners[i])) {
            snprintf(out, SYS_SID_MAX, "%s", owners[i]);
            return SYS_OK;
        }
    }
    return failure_say(why, SYS_DENIED, "GetTokenInformation", 0,
                       "the token can own objects neither as NT SERVICE\\%s nor as Administrators "
                       "nor as SYSTEM",
                       SHMB_SERVICE_NAME);
}

static bool about_process(struct sys_identity *out)
{
    out->process = GetCurrentProcessId();
    out->started = process_id_started(GetCurrentProcess());
    return out->started != 0;
}

enum sys_status identity_owner(char out[SYS_SID_MAX], struct sys_failure *why)
{
    HANDLE token;
    TOKEN_USER *user;
    TOKEN_GROUPS *groups = NULL;
    enum sys_status status;

    out[0] = '\0';
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return failure_set(why, "OpenProcessToken", GetLastError());
    user = token_information(token, TokenUser);
    if (user != NULL)
        groups = token_information(token, TokenGroups);
    if (groups != NULL)
        status = choose(user, groups, out, why);
    else
        status = failure_set(why, "GetTokenInformation", GetLastError());
    free(groups);
    free(user);
    CloseHandle(token);
    return status;
}

enum sys_status identity_find(struct sys_identity *out, struct sys_failure *why)
{
    enum sys_status status;

    memset(out, 0, sizeof(*out));
    status = identity_owner(out->owner, why);
    if (status == SYS_OK && !about_process(out))
        status = failure_set(why, "GetProcessTimes", GetLastError());
    if (status == SYS_OK && !boot_text(out->boot))
        status = failure_set(why, "NtQuerySystemInformation", GetLastError());
    if (status != SYS_OK)
        memset(out, 0, sizeof(*out));
    return status;
}

/* The SID of a token's user. False: `out` is empty. */
static bool token_user(HANDLE token, char out[SYS_SID_MAX])
{
    TOKEN_USER *user = token_information(token, TokenUser);
    bool known = user != NULL && owner_sid_text(user->User.Sid, out);

    if (!known)
        out[0] = '\0';
    free(user);
    return known;
}

bool identity_user(char out[SYS_SID_MAX])
{
    HANDLE token;
    bool known;

    out[0] = '\0';
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    known = token_user(token, out);
    CloseHandle(token);
    return known;
}
