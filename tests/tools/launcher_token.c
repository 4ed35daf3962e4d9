/*
 * launcher_token.c - tokens with fewer rights than the launcher's own, and tokens of
 * any user, also of one who does not exist.
 */
#include "launcher.h"

#include <winternl.h>
#include <sddl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PRIVILEGES_MAX 64

typedef void (*any_function)(void);
typedef NTSTATUS(NTAPI *create_token_fn)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, TOKEN_TYPE,
                                         LUID *, LARGE_INTEGER *, TOKEN_USER *, TOKEN_GROUPS *,
                                         TOKEN_PRIVILEGES *, TOKEN_OWNER *, TOKEN_PRIMARY_GROUP *,
                                         TOKEN_DEFAULT_DACL *, TOKEN_SOURCE *);
typedef const char *(CDECL *wine_version_fn)(void);

/* Room for variable-sized answers, aligned as they want it. */
union user_space {
    TOKEN_USER user;
    BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
};
union privilege_space {
    TOKEN_PRIVILEGES privileges;
    BYTE bytes[sizeof(TOKEN_PRIVILEGES) + PRIVILEGES_MAX * sizeof(LUID_AND_ATTRIBUTES)];
};
union group_space {
    TOKEN_GROUPS groups;
    BYTE bytes[sizeof(TOKEN_GROUPS) + 3 * LAUNCHER_GROUPS_MAX * sizeof(SID_AND_ATTRIBUTES)];
};
union acl_space {
    ACL acl;
    BYTE bytes[512];
};

static BOOL fill_acl(union acl_space *space, PSID user)
{
    BYTE system_sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(system_sid);

    return CreateWellKnownSid(WinLocalSystemSid, NULL, system_sid, &size) &&
           InitializeAcl(&space->acl, sizeof(*space), ACL_REVISION) &&
           AddAccessAllowedAce(&space->acl, ACL_REVISION, GENERIC_ALL, system_sid) &&
           AddAccessAllowedAce(&space->acl, ACL_REVISION, GENERIC_ALL, user);
}

/*
 * Wine puts the default DACL of a process's token on that token itself. It
 * names SYSTEM and the default owner group only; with that group deny-only a
 * process could not open its own token, so the user is named instead.
 */
static void set_default_dacl(HANDLE token)
{
    TOKEN_DEFAULT_DACL dacl;
    union user_space space;
    union acl_space acl;
    DWORD size = 0;

    dacl.DefaultDacl = &acl.acl;
    if (!GetTokenInformation(token, TokenUser, &space, sizeof(space), &size) ||
        !fill_acl(&acl, space.user.User.Sid) ||
        !SetTokenInformation(token, TokenDefaultDacl, &dacl, sizeof(dacl)))
        launcher_complain(L"cannot set the default DACL", GetLastError());
}

/* A standard user's programs run at medium integrity, an elevated one's at high. */
static void set_medium_integrity(HANDLE token)
{
    TOKEN_MANDATORY_LABEL label;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid);

    label.Label.Sid = sid;
    label.Label.Attributes = SE_GROUP_INTEGRITY;
    if (!CreateWellKnownSid(WinMediumLabelSid, NULL, sid, &size) ||
        !SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof(label) + size))
        launcher_complain(L"cannot set the integrity level", GetLastError());
}

/* The privileges to remove. Wine 8 ignores DISABLE_MAX_PRIVILEGE: name them one by one. */
static DWORD list_privileges(HANDLE token, union privilege_space *space)
{
    TOKEN_PRIVILEGES *all = &space->privileges;
    DWORD count = 0, size = 0, i;
    LUID kept;

    if (!LookupPrivilegeValueW(NULL, L"SeChangeNotifyPrivilege", &kept) ||
        !GetTokenInformation(token, TokenPrivileges, all, sizeof(*space), &size))
        return 0;
    for (i = 0; i < all->PrivilegeCount; i++)
        if (memcmp(&all->Privileges[i].Luid, &kept, sizeof(kept)) != 0)
            all->Privileges[count++] = all->Privileges[i];
    return count;
}

static void free_sids(SID_AND_ATTRIBUTES *list, DWORD count)
{
    DWORD i;

    for (i = 0; i < count; i++)
        LocalFree(list[i].Sid);
}

/* On failure nothing is left to free. */
static BOOL parse_sids(const wchar_t *const *texts, DWORD count, DWORD attributes,
                       SID_AND_ATTRIBUTES *out)
{
    DWORD i;

    for (i = 0; i < count; i++) {
        out[i].Attributes = attributes;
        if (!ConvertStringSidToSidW(texts[i], &out[i].Sid)) {
            launcher_complain(texts[i], GetLastError());
            free_sids(out, i);
            return FALSE;
        }
    }
    return TRUE;
}

static HANDLE make_restricted(const struct token_wish *wish)
{
    SID_AND_ATTRIBUTES disable[LAUNCHER_GROUPS_MAX];
    HANDLE own = NULL, restricted = NULL;
    union privilege_space space;
    DWORD removed = 0;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own))
        return NULL;
    if (!parse_sids(wish->deny, wish->deny_count, 0, disable)) {
        CloseHandle(own);
        return NULL;
    }
    if (wish->drop_privileges)
        removed = list_privileges(own, &space);
    if (!CreateRestrictedToken(own, wish->drop_privileges ? DISABLE_MAX_PRIVILEGE : 0,
                               wish->deny_count, disable, removed, space.privileges.Privileges, 0,
                               NULL, &restricted))
        restricted = NULL;
    free_sids(disable, wish->deny_count);
    CloseHandle(own);
    if (restricted != NULL) {
        set_default_dacl(restricted);
        if (wish->standard_user)
            set_medium_integrity(restricted);
    }
    return restricted;
}

/* True unless the system says that this token has no such privilege. */
static BOOL enable_privilege(const wchar_t *name)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, SE_PRIVILEGE_ENABLED}}};
    HANDLE token;
    BOOL enabled;

    if (!LookupPrivilegeValueW(NULL, name, &one.Privileges[0].Luid) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return FALSE;
    enabled =
        AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL) && GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return enabled;
}

/*
 * In old versions of Wine the export exists, but is a stub that kills the caller; none asks
 * for the privileges that Windows asks for.
 */
static create_token_fn find_create_token(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    wine_version_fn version =
        (wine_version_fn)(any_function)GetProcAddress(ntdll, "wine_get_version");

    if (version != NULL ? atoi(version()) < 9
                        : !enable_privilege(L"SeCreateTokenPrivilege") ||
                              !enable_privilege(L"SeAssignPrimaryTokenPrivilege"))
        return NULL;
    return (create_token_fn)(any_function)GetProcAddress(ntdll, "NtCreateToken");
}

static void add_privilege(TOKEN_PRIVILEGES *privileges, const wchar_t *name)
{
    LUID_AND_ATTRIBUTES *next = &privileges->Privileges[privileges->PrivilegeCount];

    if (!LookupPrivilegeValueW(NULL, name, &next->Luid))
        return;
    next->Attributes = SE_PRIVILEGE_ENABLED_BY_DEFAULT | SE_PRIVILEGE_ENABLED;
    privileges->PrivilegeCount++;
}

static NTSTATUS call_create_token(create_token_fn create_token, TOKEN_USER *user,
                                  TOKEN_GROUPS *groups, BOOL is_service, ACL *acl, HANDLE *token)
{
    LARGE_INTEGER never = {.QuadPart = INT64_MAX};
    union privilege_space privileges;
    TOKEN_PRIMARY_GROUP primary;
    OBJECT_ATTRIBUTES attributes;
    TOKEN_DEFAULT_DACL dacl;
    LUID logon = {0x3e7, 0};
    TOKEN_SOURCE source;
    TOKEN_OWNER owner;

    ZeroMemory(&privileges, sizeof(privileges));
    add_privilege(&privileges.privileges, L"SeChangeNotifyPrivilege");
    if (is_service)
        add_privilege(&privileges.privileges, L"SeCreateGlobalPrivilege");
    ZeroMemory(&source, sizeof(source));
    memcpy(source.SourceName, "launcher", sizeof(source.SourceName));
    owner.Owner = user->User.Sid;
    primary.PrimaryGroup = groups->Groups[0].Sid; /* must be one of the groups */
    dacl.DefaultDacl = acl;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    return create_token(token, TOKEN_ALL_ACCESS, &attributes, TokenPrimary, &logon, &never, user,
                        groups, &privileges.privileges, &owner, &primary, &dacl, &source);
}

static BOOL add_groups(TOKEN_GROUPS *groups, const wchar_t *const *names, DWORD count,
                       DWORD attributes)
{
    if (!parse_sids(names, count, attributes, groups->Groups + groups->GroupCount))
        return FALSE;
    groups->GroupCount += count;
    return TRUE;
}

/* What was added by then is left to free on failure, too. */
static BOOL parse_groups(const struct token_wish *wish, TOKEN_GROUPS *groups)
{
    static const wchar_t *const usual[] = {L"WD", L"AU", L"IU", L"BU"};
    const DWORD on = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    BOOL named = wish->group_count > 0;

    groups->GroupCount = 0;
    return add_groups(groups, named ? wish->groups : usual,
                      named ? wish->group_count : ARRAYSIZE(usual), on) &&
           add_groups(groups, wish->owners, wish->owner_count, on | SE_GROUP_OWNER) &&
           add_groups(groups, wish->deny, wish->deny_count, SE_GROUP_USE_FOR_DENY_ONLY);
}

/* A token for any user and groups; none of the caller's rights. */
static HANDLE make_for_user(const struct token_wish *wish)
{
    create_token_fn create_token = find_create_token();
    union group_space space;
    SID_AND_ATTRIBUTES user;
    union acl_space acl;
    HANDLE token = NULL;
    TOKEN_USER who;
    NTSTATUS status;

    if (create_token == NULL) {
        SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return NULL;
    }
    if (!parse_sids(&wish->user, 1, 0, &user))
        return NULL;
    who.User = user;
    if (parse_groups(wish, &space.groups) && fill_acl(&acl, user.Sid)) {
        status = call_create_token(create_token, &who, &space.groups, wish->owner_count > 0,
                                   &acl.acl, &token);
        if (status < 0) {
            launcher_complain(L"NtCreateToken", (DWORD)status);
            token = NULL;
        }
    }
    free_sids(&user, 1);
    free_sids(space.groups.Groups, space.groups.GroupCount);
    return token;
}

HANDLE token_make(const struct token_wish *wish)
{
    return wish->user != NULL ? make_for_user(wish) : make_restricted(wish);
}
