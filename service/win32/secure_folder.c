#include "secure_folder.h"

#include <windows.h>
#include <aclapi.h>

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "descriptor.h"
#include "failure.h"
#include "file_rules.h"
#include "identity.h"
#include "objects.h"
#include "owner.h"
#include "wide.h"

/* ---- rights of an administrator --------------------------------------------- */

static const wchar_t *const needed[] = {SE_BACKUP_NAME, SE_RESTORE_NAME};

/*
 * With these a folder opens and can be given away whatever its list says. A
 * token without them is told by the open that fails.
 */
static void use_privileges(bool on)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, on ? SE_PRIVILEGE_ENABLED : 0}}};
    HANDLE token;
    size_t i;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (LookupPrivilegeValueW(NULL, needed[i], &one.Privileges[0].Luid))
            AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL);
    CloseHandle(token);
}

/* ---- what is in it ---------------------------------------------------------- */

static enum sys_status open_this(const wchar_t *path, DWORD access, HANDLE *out,
                                 struct sys_failure *why)
{
    /* With a right on its content: whoever has it open to rename it shows as a sharing violation.
     */
    *out = CreateFileW(path, access | READ_CONTROL | FILE_READ_ATTRIBUTES,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (*out != INVALID_HANDLE_VALUE)
        return SYS_OK;
    *out = NULL;
    return failure_set(why, "CreateFileW", GetLastError());
}

static bool is_folder(DWORD attributes)
{
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

static enum sys_status look_at(HANDLE file, const char *path, DWORD *attributes,
                               struct sys_failure *why)
{
    BY_HANDLE_FILE_INFORMATION information;

    if (!GetFileInformationByHandle(file, &information))
        return failure_set(why, "GetFileInformationByHandle", GetLastError());
    *attributes = information.dwFileAttributes;
    if ((*attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return failure_say(why, SYS_DENIED, NULL, 0,
                           "\"%s\" is a link to somewhere else; find out who made it, and remove "
                           "it: rmdir \"%s\"",
                           path, path);
    return SYS_OK;
}

/* Administrators, SYSTEM, the service, and the administrator who calls. */
static bool is_ours(const char *owner)
{
    char self[SYS_SID_MAX];

    return owner_trusted(owner) || file_rules_trusted(owner) ||
           (identity_user(self) && strcmp(owner, self) == 0);
}

static enum sys_status check_owner(HANDLE file, const char *path, struct sys_failure *why)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char owner[OWNER_SID_MAX], name[ACCOUNT_NAME_MAX];
    PSID sid = NULL;
    DWORD code = GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &sid, NULL, NULL,
                                 NULL, &descriptor);

    if (code != ERROR_SUCCESS)
        return failure_set(why, "GetSecurityInfo", code);
    if (sid == NULL || !owner_sid_text(sid, owner))
        strcpy(owner, "nobody");
    LocalFree(descriptor);
    if (is_ours(owner))
        return SYS_OK;
    accounts_name(owner, name);
    return failure_say(why, SYS_DENIED, NULL, 0,
                       "\"%s\" belongs to %s (%s); look at it, and remove it or take it: icacls "
                       "\"%s\" /setowner *" SID_ADMINISTRATORS,
                       path, name, owner, path);
}

static enum sys_status check_entry(const char *folder, const WIN32_FIND_DATAW *entry,
                                   struct sys_failure *why)
{
    size_t length = strlen(folder);
    char *name = wide_to_utf8(entry->cFileName), *path = NULL;
    wchar_t *wide = NULL;
    enum sys_status status;
    DWORD attributes;
    HANDLE file;

    if (name != NULL)
        path = malloc(length + strlen(name) + 2);
    if (path != NULL) {
        memcpy(path, folder, length);
        path[length] = '\\';
        strcpy(path + length + 1, name);
        wide = wide_from_utf8(path);
    }
    if (wide == NULL) {
        status = failure_set(why, "FindFirstFileW", ERROR_NOT_ENOUGH_MEMORY);
    } else {
        status = open_this(wide, 0, &file, why);
        if (status == SYS_OK) {
            status = look_at(file, path, &attributes, why);
            if (status == SYS_OK)
                status = check_owner(file, path, why);
            CloseHandle(file);
        }
    }
    free(wide);
    free(path);
    free(name);
    return status;
}

/* Behind the new list nobody can add any more. What lies deeper is judged when it is read. */
static enum sys_status check_entries(const char *path, const wchar_t *wide, struct sys_failure *why)
{
    size_t units = wcslen(wide);
    wchar_t *pattern = malloc((units + 3) * sizeof(wchar_t));
    enum sys_status status = SYS_OK;
    WIN32_FIND_DATAW entry;
    HANDLE search;

    if (pattern == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    wcscpy(pattern, wide);
    wcscpy(pattern + units, L"\\*");
    search = FindFirstFileW(pattern, &entry);
    free(pattern);
    if (search == INVALID_HANDLE_VALUE)
        return failure_set(why, "FindFirstFileW", GetLastError());
    do {
        if (wcscmp(entry.cFileName, L".") != 0 && wcscmp(entry.cFileName, L"..") != 0)
            status = check_entry(path, &entry, why);
    } while (status == SYS_OK && FindNextFileW(search, &entry));
    if (status == SYS_OK && GetLastError() != ERROR_NO_MORE_FILES)
        status = failure_set(why, "FindNextFileW", GetLastError());
    FindClose(search);
    return status;
}

/* ---- taking it over --------------------------------------------------------- */

static enum sys_status take_over(const char *path, const wchar_t *wide, PSECURITY_DESCRIPTOR wanted,
                                 struct sys_failure *why)
{
    const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                                      PROTECTED_DACL_SECURITY_INFORMATION;
    DWORD attributes = 0;
    HANDLE folder;
    enum sys_status status =
        open_this(wide, FILE_LIST_DIRECTORY | WRITE_DAC | WRITE_OWNER, &folder, why);

    if (status != SYS_OK)
        return status;
    status = look_at(folder, path, &attributes, why);
    if (status == SYS_OK && !is_folder(attributes))
        status = failure_say(why, SYS_DENIED, NULL, 0,
                             "\"%s\" is a file, not a folder; find out whose, and remove it", path);
    if (status == SYS_OK && !SetKernelObjectSecurity(folder, what, wanted))
        status = failure_set(why, "SetKernelObjectSecurity", GetLastError());
    if (status == SYS_OK)
        status = check_entries(path, wide, why);
    CloseHandle(folder);
    return status;
}

enum sys_status secure_folder_take(const char *path, const char *sddl, bool *made,
                                   struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    wchar_t *wide = wide_from_utf8(path);
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status;

    *made = false;
    if (wide == NULL)
        return failure_set(why, "CreateDirectoryW", GetLastError());
    status = descriptors_make(sddl, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        if (CreateDirectoryW(wide, &attributes)) {
            *made = true;
        } else if (GetLastError() == ERROR_ALREADY_EXISTS) {
            use_privileges(true);
            status = take_over(path, wide, attributes.lpSecurityDescriptor, why);
            use_privileges(false);
        } else {
            status = failure_set(why, "CreateDirectoryW", GetLastError());
        }
        descriptors_free(descriptor);
    }
    free(wide);
    return status;
}
