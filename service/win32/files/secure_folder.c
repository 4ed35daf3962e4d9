/*
 * Called by `install` for each of its folders. Creates the folder if it can; only an existing
 * one has to be judged. A folder that is not used is renamed, never deleted: an administrator
 * may want to see what is in it.
 */
#include "secure_folder.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "error.h"
#include "failure.h"
#include "file_check.h"
#include "folder_scan.h"
#include "wide.h"

/* ---- rights of an administrator --------------------------------------------- */

static const wchar_t *const needed[] = {SE_BACKUP_NAME, SE_RESTORE_NAME};

/*
 * With these privileges a folder can be opened and given away whatever its access list
 * says. If the token lacks them, the open fails and reports it.
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

/* ---- putting aside ---------------------------------------------------------- */

#define SAME_SECOND 9 /* names for folders that are put aside within one second */

static enum sys_status say_stuck(const char *path, const char *who, DWORD code,
                                 struct sys_failure *why)
{
    char text[256];

    error_text(code, text, sizeof(text));
    return failure_say(
        why, SYS_DENIED, NULL, 0,
        "\"%s\" could be changed by %s and cannot be renamed: %s (error %lu); end "
        "the programs that have it or something in it open, or restart Windows, then: move \"%s\" "
        "\"%s.planted\"",
        path, who, text, (unsigned long)code, path, path);
}

/* "C:\...\ShmBroker.planted-20260102-030405", with "-2" and so on. NULL: no memory. */
static char *aside_name(const char *path, unsigned number)
{
    size_t size = strlen(path) + 48;
    char *name = malloc(size);
    SYSTEMTIME now;
    int length;

    if (name == NULL)
        return NULL;
    GetLocalTime(&now);
    length = snprintf(name, size, "%s.planted-%04u%02u%02u-%02u%02u%02u", path, now.wYear,
                      now.wMonth, now.wDay, now.wHour, now.wMinute, now.wSecond);
    if (number > 1)
        (void)snprintf(name + length, size - (size_t)length, "-%u", number);
    return name;
}

/* Renames the folder: nothing in it is trusted, and open handles now lead to an unused one. */
static enum sys_status put_aside(const char *path, const wchar_t *wide, struct secure_folder *out,
                                 struct sys_failure *why)
{
    DWORD code = ERROR_ALREADY_EXISTS;
    unsigned number;

    for (number = 1; number <= SAME_SECOND && code == ERROR_ALREADY_EXISTS; number++) {
        char *name = aside_name(path, number);
        wchar_t *to = name != NULL ? wide_from_utf8(name) : NULL;

        if (to == NULL)
            code = ERROR_NOT_ENOUGH_MEMORY;
        else
            code = MoveFileExW(wide, to, 0) ? ERROR_SUCCESS : GetLastError();
        free(to);
        if (code == ERROR_SUCCESS)
            out->aside = name;
        else
            free(name);
    }
    return code == ERROR_SUCCESS ? SYS_OK : say_stuck(path, out->who, code, why);
}

/* ---- the existing one -------------------------------------------------------- */

/* `*keep`: it can be used. Neither that nor a failure: it is to be put aside. */
static enum sys_status judge(HANDLE folder, const char *path, const wchar_t *wide,
                             struct secure_folder *out, bool *keep, struct sys_failure *why)
{
    struct file_others others;
    enum sys_status status =
        file_check_others(folder, FILE_ROLE_FOLDER, folder_scan_trusted, &others, why);
    bool empty = true;

    *keep = status == SYS_OK && others.fault == FILE_FAULT_NONE;
    if (status != SYS_OK || *keep)
        return status;
    (void)snprintf(out->who, sizeof(out->who), "%s", others.who[0] != '\0' ? others.who : "others");
    /* A folder of a trusted owner may hold the administrator's files. */
    if (others.fault != FILE_FAULT_OWNER)
        status = folder_scan_empty(wide, &empty, why);
    if (status != SYS_OK || empty)
        return status;
    return failure_say(why, SYS_DENIED, NULL, 0,
                       "\"%s\" can be changed by %s, who may have it open with that right; move it "
                       "away, then copy your files back from there: move \"%s\" \"%s.old\"",
                       path, out->who, path, path);
}

/* Sets owner and list of a folder that only trusted accounts could change. */
static enum sys_status keep_it(HANDLE folder, const char *path, const wchar_t *wide,
                               PSECURITY_DESCRIPTOR wanted, struct sys_failure *why)
{
    const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                                      PROTECTED_DACL_SECURITY_INFORMATION;

    /*
     * Changes this folder alone; SetSecurityInfo would also change what is in it. The list
     * comes before the scan: after it nobody else can add an entry.
     */
    if (!SetKernelObjectSecurity(folder, what, wanted))
        return failure_set(why, "SetKernelObjectSecurity", GetLastError());
    return folder_scan_entries(path, wide, why);
}

/*
 * Judges an existing folder and keeps it if it can be used (`*keep`). The handle has a right to
 * the content (FILE_LIST_DIRECTORY): so it also notices, by its share modes, a program that has
 * the folder open to rename it.
 */
static enum sys_status look_and_keep(const char *path, const wchar_t *wide,
                                     PSECURITY_DESCRIPTOR wanted, struct secure_folder *out,
                                     bool *keep, struct sys_failure *why)
{
    DWORD attributes = 0;
    struct sys_failure failure = {0};
    HANDLE folder;
    enum sys_status status =
        folder_scan_open(wide, FILE_LIST_DIRECTORY | WRITE_DAC | WRITE_OWNER, &folder, &failure);

    *keep = false;
    if (status != SYS_OK && failure.code == ERROR_SHARING_VIOLATION)
        return say_stuck(path, "others", failure.code, why);
    if (status != SYS_OK) {
        failure_copy(why, &failure);
        return status;
    }
    status = folder_scan_attributes(folder, path, &attributes, why);
    if (status == SYS_OK && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        status = failure_say(why, SYS_DENIED, NULL, 0,
                             "\"%s\" is a file, not a folder; find out whose it is, and remove it",
                             path);
    if (status == SYS_OK)
        status = judge(folder, path, wide, out, keep, why);
    if (status == SYS_OK && *keep)
        status = keep_it(folder, path, wide, wanted, why);
    CloseHandle(folder);
    return status;
}

/* Keeps the existing folder, or puts it aside and creates a new one. */
static enum sys_status take_over(const char *path, const wchar_t *wide,
                                 SECURITY_ATTRIBUTES *attributes, struct secure_folder *out,
                                 struct sys_failure *why)
{
    bool keep;
    enum sys_status status =
        look_and_keep(path, wide, attributes->lpSecurityDescriptor, out, &keep, why);

    if (status == SYS_OK && !keep)
        status = put_aside(path, wide, out, why);
    if (status != SYS_OK || keep)
        return status;
    out->made = CreateDirectoryW(wide, attributes) != FALSE;
    if (out->made)
        return SYS_OK;
    if (GetLastError() != ERROR_ALREADY_EXISTS)
        return failure_set(why, "CreateDirectoryW", GetLastError());
    return failure_say(why, SYS_DENIED, NULL, 0,
                       "\"%s\" was put aside, and somebody created it again at once; find out who "
                       "(dir /q), end those programs, and run this again",
                       path);
}

enum sys_status secure_folder_take(const char *path, const char *sddl, struct secure_folder *out,
                                   struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    wchar_t *wide = wide_from_utf8(path);
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status;

    *out = (struct secure_folder){0};
    if (wide == NULL)
        return failure_set(why, "CreateDirectoryW", GetLastError());
    status = descriptors_make(sddl, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        if (CreateDirectoryW(wide, &attributes)) {
            out->made = true;
        } else if (GetLastError() == ERROR_ALREADY_EXISTS) {
            use_privileges(true);
            status = take_over(path, wide, &attributes, out, why);
            use_privileges(false);
        } else {
            status = failure_set(why, "CreateDirectoryW", GetLastError());
        }
        descriptors_free(descriptor);
    }
    free(wide);
    return status;
}
