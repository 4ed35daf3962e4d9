/*
 * The order is the protection: the folder is opened, kept from being renamed, and checked; only
 * then a file in it is opened by its path. So the path leads into the checked folder.
 */
#include "own_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"
#include "held.h"
#include "identity.h"
#include "owner.h"
#include "secure_folder.h"
#include "wide.h"

#define SID_LOCAL_SERVICE   "S-1-5-19"
#define SID_NETWORK_SERVICE "S-1-5-20"

#define RETRY_MS    100u
#define RETRY_TIMES 20u
#define WRITE_PIECE (1024u * 1024)

static enum sys_status no_memory(struct sys_failure *why)
{
    return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
}

/* ---- trust ------------------------------------------------------------------ */

/* As owners of a file, these other services could change its access. */
bool own_files_shared_account(const char *sid)
{
    return strcmp(sid, SID_LOCAL_SERVICE) == 0 || strcmp(sid, SID_NETWORK_SERVICE) == 0;
}

static enum sys_status check_owner(HANDLE file, struct sys_failure *why)
{
    char owner[OWNER_SID_MAX], self[SYS_SID_MAX];
    DWORD code = owner_read(file, owner);

    if (code == ERROR_INVALID_OWNER)
        strcpy(owner, "nobody");
    else if (code != ERROR_SUCCESS)
        return failure_set(why, "GetSecurityInfo", code);
    if (owner_trusted(owner) ||
        (identity_user(self) && strcmp(owner, self) == 0 && !own_files_shared_account(self)))
        return SYS_OK;
    return failure_say(why, SYS_DENIED, "GetSecurityInfo", 0,
                       "it belongs to %s, who is not trusted with the broker's own files; look at "
                       "it, then remove it, or take it over: icacls FILE /setowner *S-1-5-32-544",
                       owner);
}

enum sys_status own_files_check(HANDLE file, bool folder, struct sys_failure *why)
{
    BY_HANDLE_FILE_INFORMATION information;

    if (!GetFileInformationByHandle(file, &information))
        return failure_set(why, "GetFileInformationByHandle", GetLastError());
    if ((information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return failure_say(why, SYS_DENIED, "CreateFileW", 0, "it is a link to somewhere else");
    if (((information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) != folder)
        return failure_say(why, SYS_FAILED, "CreateFileW", 0, "it is a %s",
                           folder ? "file, not a folder" : "folder, not a file");
    return check_owner(file, why);
}

/* ---- owner ------------------------------------------------------------------ */

/*
 * A descriptor with an owner and this access list ("": that of the folder above). Without an owner
 * here, Windows would take the account's: the next account, and administrators, would have to
 * refuse the file. NULL for a token that can set none of the owners, and "".
 */
static enum sys_status owned(const char *list, struct sys_descriptor **out, struct sys_failure *why)
{
    char owner[SYS_SID_MAX], sddl[SYS_SID_MAX + 256];
    enum sys_status status = identity_owner(owner, why);

    *out = NULL;
    if (status != SYS_OK && status != SYS_DENIED)
        return status;
    if (status == SYS_DENIED && list[0] == '\0')
        return SYS_OK;
    (void)snprintf(sddl, sizeof(sddl), "%s%s%s", status == SYS_OK ? "O:" : "", owner, list);
    return descriptors_make(sddl, out, why);
}

/* ---- folder and paths ------------------------------------------------------- */

/* An existing folder is no failure: own_files_check judges it later. */
static enum sys_status make_folder(const wchar_t *path, const char *sddl, struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status = owned(sddl, &descriptor, why);

    if (status != SYS_OK)
        return status;
    attributes = descriptors_attributes(descriptor);
    if (!CreateDirectoryW(path, &attributes) && GetLastError() != ERROR_ALREADY_EXISTS)
        status = failure_set(why, "CreateDirectoryW", GetLastError());
    descriptors_free(descriptor);
    return status;
}

/* Creates the folder and the one above it, where they are missing. */
static enum sys_status make_folders(wchar_t *path, struct sys_failure *why)
{
    wchar_t *last = wcsrchr(path, L'\\');
    enum sys_status status = SYS_OK;

    if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return SYS_OK;
    if (last != NULL) {
        *last = L'\0';
        status = GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES
                     ? SYS_OK
                     : make_folder(path, SECURE_FOLDER_READ, why);
        *last = L'\\';
    }
    return status == SYS_OK ? make_folder(path, SECURE_FOLDER_OWN, why) : status;
}

/* Opens and checks the folder; `*out` is closed with CloseHandle. */
static enum sys_status open_folder(const char *folder, bool make, HANDLE *out,
                                   struct sys_failure *why)
{
    wchar_t *path = wide_from_utf8(folder);
    enum sys_status status = SYS_OK;
    HANDLE handle;

    *out = NULL;
    if (path == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    if (make)
        status = make_folders(path, why);
    if (status == SYS_OK) {
        /* Share modes only apply to a handle with a right to its content. */
        handle = CreateFileW(path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL,
                             FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                             FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
        status = handle == INVALID_HANDLE_VALUE ? failure_set(why, "CreateFileW", GetLastError())
                                                : own_files_check(handle, true, why);
        if (status == SYS_OK)
            *out = handle;
        else if (handle != INVALID_HANDLE_VALUE)
            CloseHandle(handle);
    }
    free(path);
    return status;
}

/* True for a name that cannot lead out of the folder. */
static bool is_plain_name(const char *name)
{
    size_t i;

    for (i = 0; name[i] != '\0'; i++)
        /* No separator, no colon (a stream of a file), no dot at the start (".."). */
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && (name[i] != '.' || i == 0))
            return false;
    return i > 0 && i <= OWN_FILES_NAME_MAX;
}

static wchar_t *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    wchar_t *wide = NULL;

    if (path != NULL) {
        snprintf(path, size, "%s\\%s", folder, name);
        wide = wide_from_utf8(path);
    }
    free(path);
    return wide;
}

void own_files_leave(struct own_files *own)
{
    free(own->path);
    free(own->other);
    if (own->folder != NULL)
        CloseHandle(own->folder);
    memset(own, 0, sizeof(*own));
}

enum sys_status own_files_enter(const char *folder, const char *name, const char *other, bool make,
                                struct own_files *out, struct sys_failure *why)
{
    enum sys_status status;

    memset(out, 0, sizeof(*out));
    if (!is_plain_name(name) || (other != NULL && !is_plain_name(other)))
        return failure_set(why, "CreateFileW", ERROR_INVALID_PARAMETER);
    status = open_folder(folder, make, &out->folder, why);
    if (status != SYS_OK)
        return status;
    out->path = join(folder, name);
    if (other != NULL)
        out->other = join(folder, other);
    if (out->path != NULL && (other == NULL || out->other != NULL))
        return SYS_OK;
    own_files_leave(out);
    return no_memory(why);
}

enum sys_status own_files_beside(const char *path, const wchar_t *tail, struct own_files *out,
                                 struct sys_failure *why)
{
    wchar_t *last, ended;

    memset(out, 0, sizeof(*out));
    out->path = wide_from_utf8(path);
    last = out->path != NULL ? wcsrchr(out->path, L'\\') : NULL;
    if (last == NULL)
        return failure_set(why, "CreateFileW", ERROR_INVALID_NAME);
    out->other = malloc((wcslen(out->path) + wcslen(tail) + 1) * sizeof(wchar_t));
    if (out->other == NULL)
        return no_memory(why);
    wcscpy(out->other, out->path);
    wcscat(out->other, tail);
    /* With the backslash: the folder of C:\x is C:\. */
    ended = last[1];
    last[1] = L'\0';
    out->folder = CreateFileW(out->path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                              FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    last[1] = ended;
    if (out->folder != INVALID_HANDLE_VALUE)
        return SYS_OK;
    out->folder = NULL;
    return failure_set(why, "CreateFileW", GetLastError());
}

/* Without FILE_SHARE_WRITE: no other program writes while the broker reads or writes. */
static HANDLE open_patiently(const wchar_t *path, DWORD access, DWORD how, unsigned retries,
                             SECURITY_ATTRIBUTES *attributes)
{
    return held_open(path, access | READ_CONTROL | FILE_READ_ATTRIBUTES,
                     FILE_SHARE_READ | FILE_SHARE_DELETE, attributes, how,
                     FILE_FLAG_OPEN_REPARSE_POINT, retries * RETRY_MS);
}

/* `sddl` NULL: see struct own_files. */
static HANDLE open_retrying(const wchar_t *path, DWORD access, DWORD how, unsigned retries,
                            const char *sddl)
{
    struct sys_descriptor *descriptor = NULL;
    SECURITY_ATTRIBUTES attributes;
    struct sys_failure why;
    HANDLE file;
    DWORD code;

    if (how == OPEN_EXISTING)
        return open_patiently(path, access, how, retries, NULL);
    if ((sddl != NULL ? descriptors_make(sddl, &descriptor, &why) : owned("", &descriptor, &why)) !=
        SYS_OK) {
        SetLastError(why.code != 0 ? why.code : ERROR_INVALID_OWNER);
        return INVALID_HANDLE_VALUE;
    }
    attributes = descriptors_attributes(descriptor);
    file = open_patiently(path, access, how, retries, &attributes);
    code = GetLastError();
    descriptors_free(descriptor);
    SetLastError(code);
    return file;
}

HANDLE own_files_open(const wchar_t *path, DWORD access, DWORD how)
{
    return open_retrying(path, access, how, RETRY_TIMES, NULL);
}

static enum sys_status rename_retrying(const wchar_t *from, const wchar_t *to, unsigned retries,
                                       struct sys_failure *why)
{
    unsigned tries;
    DWORD code;

    for (tries = 0;; tries++) {
        /* WRITE_THROUGH: returns when the new name is on the disk. */
        if (MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
            return SYS_OK;
        code = GetLastError();
        /* Both codes can mean that a program has the file open without sharing it. */
        if (tries == retries || (code != ERROR_SHARING_VIOLATION && code != ERROR_ACCESS_DENIED))
            return failure_set(why, "MoveFileExW", code);
        Sleep(RETRY_MS);
    }
}

enum sys_status own_files_rename(const wchar_t *from, const wchar_t *to, struct sys_failure *why)
{
    return rename_retrying(from, to, RETRY_TIMES, why);
}

enum sys_status own_files_write_all(HANDLE file, const void *bytes, size_t length, bool flush,
                                    struct sys_failure *why)
{
    const char *at = bytes;

    while (length > 0) {
        DWORD piece = length < WRITE_PIECE ? (DWORD)length : WRITE_PIECE, done = 0;

        if (!WriteFile(file, at, piece, &done, NULL))
            return failure_set(why, "WriteFile", GetLastError());
        if (done == 0)
            return failure_set(why, "WriteFile", ERROR_DISK_FULL);
        at += done;
        length -= done;
    }
    if (flush && !FlushFileBuffers(file))
        return failure_set(why, "FlushFileBuffers", GetLastError());
    return SYS_OK;
}

/* Writes the new content beside the file. */
static enum sys_status write_other(const struct own_files *own, const void *bytes, size_t length,
                                   unsigned retries, struct sys_failure *why)
{
    enum sys_status status;
    HANDLE file;

    DeleteFileW(own->other); /* of an earlier write that did not finish */
    file = open_retrying(own->other, GENERIC_WRITE, CREATE_NEW, retries, own->sddl);
    if (file == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    status = own_files_write_all(file, bytes, length, true, why);
    CloseHandle(file);
    if (status != SYS_OK)
        DeleteFileW(own->other);
    return status;
}

enum sys_status own_files_replace(const struct own_files *own, const void *bytes, size_t length,
                                  bool wait, struct sys_failure *why)
{
    unsigned retries = wait ? RETRY_TIMES : 0;
    enum sys_status status = write_other(own, bytes, length, retries, why);

    if (status == SYS_OK) {
        status = rename_retrying(own->other, own->path, retries, why);
        if (status != SYS_OK)
            DeleteFileW(own->other);
    }
    return status;
}
