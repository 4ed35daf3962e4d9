/*
 * For secure_folder.c. Folder and entries are opened as themselves and judged by the open
 * handle, since a path may lead elsewhere a moment later.
 */
#include "folder_scan.h"

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "descriptor.h"
#include "failure.h"
#include "file_rules.h"
#include "identity.h"
#include "owner.h"
#include "wide.h"

enum sys_status folder_scan_open(const wchar_t *path, DWORD access, HANDLE *out,
                                 struct sys_failure *why)
{
    /*
     * Without FILE_SHARE_DELETE: if `access` has a right to the content, a program that has
     * the folder open to rename it causes a sharing violation.
     */
    *out = CreateFileW(path, access | READ_CONTROL | FILE_READ_ATTRIBUTES,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (*out != INVALID_HANDLE_VALUE)
        return SYS_OK;
    *out = NULL;
    return failure_set(why, "CreateFileW", GetLastError());
}

enum sys_status folder_scan_attributes(HANDLE file, const char *path, DWORD *attributes,
                                       struct sys_failure *why)
{
    BY_HANDLE_FILE_INFORMATION information;

    if (!GetFileInformationByHandle(file, &information))
        return failure_set(why, "GetFileInformationByHandle", GetLastError());
    *attributes = information.dwFileAttributes;
    if ((*attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return failure_say(why, SYS_DENIED, NULL, 0,
                           "\"%s\" is a link to somewhere else; find out who created it, and "
                           "remove it: rmdir \"%s\"",
                           path, path);
    return SYS_OK;
}

bool folder_scan_trusted(const char *sid)
{
    char self[SYS_SID_MAX];

    return owner_trusted(sid) || file_rules_trusted(sid) ||
           (identity_user(self) && strcmp(sid, self) == 0);
}

static enum sys_status check_owner(HANDLE file, const char *path, struct sys_failure *why)
{
    char owner[OWNER_SID_MAX], name[ACCOUNT_NAME_MAX];
    DWORD code = owner_read(file, owner);

    /* A file without an owner is not trusted, either. */
    if (code == ERROR_INVALID_OWNER)
        strcpy(owner, "nobody");
    else if (code != ERROR_SUCCESS)
        return failure_set(why, "GetSecurityInfo", code);
    if (folder_scan_trusted(owner))
        return SYS_OK;
    accounts_name(owner, name);
    return failure_say(
        why, SYS_DENIED, NULL, 0,
        "\"%s\" belongs to %s (%s); check it, then remove it or take it over: icacls "
        "\"%s\" /setowner *" SID_ADMINISTRATORS,
        path, name, owner, path);
}

/* Checks one entry: no link, and a trusted owner. */
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
        status = folder_scan_open(wide, 0, &file, why);
        if (status == SYS_OK) {
            status = folder_scan_attributes(file, path, &attributes, why);
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

/* The first entry of a folder; `*search` is closed with FindClose. */
static enum sys_status find_first(const wchar_t *folder, HANDLE *search, WIN32_FIND_DATAW *entry,
                                  struct sys_failure *why)
{
    size_t units = wcslen(folder);
    wchar_t *pattern = malloc((units + 3) * sizeof(wchar_t));

    *search = INVALID_HANDLE_VALUE;
    if (pattern == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    wcscpy(pattern, folder);
    wcscpy(pattern + units, L"\\*");
    *search = FindFirstFileW(pattern, entry);
    free(pattern);
    return *search != INVALID_HANDLE_VALUE ? SYS_OK
                                           : failure_set(why, "FindFirstFileW", GetLastError());
}

static bool is_dots(const WIN32_FIND_DATAW *entry)
{
    return wcscmp(entry->cFileName, L".") == 0 || wcscmp(entry->cFileName, L"..") == 0;
}

enum sys_status folder_scan_empty(const wchar_t *folder, bool *empty, struct sys_failure *why)
{
    WIN32_FIND_DATAW entry;
    HANDLE search;
    enum sys_status status = find_first(folder, &search, &entry, why);

    *empty = true;
    if (status != SYS_OK)
        return status;
    do {
        *empty = is_dots(&entry);
    } while (*empty && FindNextFileW(search, &entry));
    if (*empty && GetLastError() != ERROR_NO_MORE_FILES)
        status = failure_set(why, "FindNextFileW", GetLastError());
    FindClose(search);
    return status;
}

enum sys_status folder_scan_entries(const char *path, const wchar_t *wide, struct sys_failure *why)
{
    WIN32_FIND_DATAW entry;
    HANDLE search;
    enum sys_status status = find_first(wide, &search, &entry, why);

    if (status != SYS_OK)
        return status;
    do {
        if (!is_dots(&entry))
            status = check_entry(path, &entry, why);
    } while (status == SYS_OK && FindNextFileW(search, &entry));
    if (status == SYS_OK && GetLastError() != ERROR_NO_MORE_FILES)
        status = failure_set(why, "FindNextFileW", GetLastError());
    FindClose(search);
    return status;
}
