#include "state_files.h"

#include <windows.h>
#include <aclapi.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "files.h"
#include "identity.h"
#include "objects.h"
#include "owner.h"
#include "secure_folder.h"
#include "wide.h"

#define NAME_BYTES  64u
#define RETRY_MS    100u
#define RETRY_TIMES 20u
#define WRITE_PIECE (1024u * 1024)

/* A file in its folder; all zero: nothing to close. */
struct place {
    HANDLE folder;       /* open without leave to rename or delete it: it stays the one checked */
    wchar_t *path, *new; /* the file, and what becomes it */
};

static enum sys_status no_memory(struct sys_failure *why)
{
    return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
}

/* ---- who may have written it ------------------------------------------------ */

static enum sys_status check_owner(HANDLE file, struct sys_failure *why)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char owner[OWNER_SID_MAX], self[SYS_SID_MAX];
    PSID sid = NULL;
    DWORD code = GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &sid, NULL, NULL,
                                 NULL, &descriptor);

    if (code != ERROR_SUCCESS)
        return failure_set(why, "GetSecurityInfo", code);
    if (sid == NULL || !owner_sid_text(sid, owner))
        strcpy(owner, "nobody");
    LocalFree(descriptor);
    if (owner_trusted(owner) || (identity_user(self) && strcmp(owner, self) == 0))
        return SYS_OK;
    return failure_say(why, SYS_DENIED, "GetSecurityInfo", 0,
                       "it belongs to %s, who may not decide what the broker believes", owner);
}

static enum sys_status check(HANDLE file, bool folder, struct sys_failure *why)
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

/* ---- folder and paths ------------------------------------------------------- */

/* One that exists is none of our making: `check` looks at it. */
static enum sys_status make_folder(const wchar_t *path, const char *sddl, struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status = descriptors_make(sddl, &descriptor, why);

    if (status != SYS_OK)
        return status;
    attributes = descriptors_attributes(descriptor);
    if (!CreateDirectoryW(path, &attributes) && GetLastError() != ERROR_ALREADY_EXISTS)
        status = failure_set(why, "CreateDirectoryW", GetLastError());
    descriptors_free(descriptor);
    return status;
}

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
        /* Without a right on its content, sharing would not be asked for. */
        handle = CreateFileW(path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL,
                             FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                             FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
        status = handle == INVALID_HANDLE_VALUE ? failure_set(why, "CreateFileW", GetLastError())
                                                : check(handle, true, why);
        if (status == SYS_OK)
            *out = handle;
        else if (handle != INVALID_HANDLE_VALUE)
            CloseHandle(handle);
    }
    free(path);
    return status;
}

static bool is_plain_name(const char *name)
{
    size_t i;

    for (i = 0; name[i] != '\0'; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && (name[i] != '.' || i == 0))
            return false;
    return i > 0 && i <= NAME_BYTES;
}

static wchar_t *join(const char *folder, const char *name, const char *tail)
{
    size_t size = strlen(folder) + NAME_BYTES + 8;
    char *path = malloc(size);
    wchar_t *wide = NULL;

    if (path != NULL) {
        snprintf(path, size, "%s\\%s%s", folder, name, tail);
        wide = wide_from_utf8(path);
    }
    free(path);
    return wide;
}

static void leave(struct place *place)
{
    free(place->path);
    free(place->new);
    if (place->folder != NULL)
        CloseHandle(place->folder);
    memset(place, 0, sizeof(*place));
}

static enum sys_status enter(const char *folder, const char *name, bool make, struct place *out,
                             struct sys_failure *why)
{
    enum sys_status status;

    memset(out, 0, sizeof(*out));
    if (!is_plain_name(name))
        return failure_set(why, "CreateFileW", ERROR_INVALID_PARAMETER);
    status = open_folder(folder, make, &out->folder, why);
    if (status != SYS_OK)
        return status;
    out->path = join(folder, name, "");
    out->new = join(folder, name, ".new");
    if (out->path != NULL && out->new != NULL)
        return SYS_OK;
    leave(out);
    return no_memory(why);
}

enum sys_status state_files_folder(const char *folder, struct sys_failure *why)
{
    HANDLE handle;
    enum sys_status status = open_folder(folder, true, &handle, why);

    if (status == SYS_OK)
        CloseHandle(handle);
    return status;
}

/* ---- files ------------------------------------------------------------------ */

/* Virus scanners and backups keep a file to themselves for moments. */
static HANDLE open_file(const wchar_t *path, DWORD access, DWORD how)
{
    unsigned tries;

    for (tries = 0;; tries++) {
        HANDLE file = CreateFileW(path, access | READ_CONTROL | FILE_READ_ATTRIBUTES,
                                  FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, how,
                                  FILE_FLAG_OPEN_REPARSE_POINT, NULL);

        if (file != INVALID_HANDLE_VALUE || tries == RETRY_TIMES ||
            GetLastError() != ERROR_SHARING_VIOLATION)
            return file;
        Sleep(RETRY_MS);
    }
}

enum sys_status state_files_read(const char *folder, const char *name, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    enum sys_status status;
    struct place place;
    HANDLE file;

    *content = NULL;
    *length = 0;
    status = enter(folder, name, false, &place, why);
    if (status != SYS_OK)
        return status;
    file = open_file(place.path, GENERIC_READ, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE) {
        status = failure_set(why, "CreateFileW", GetLastError());
    } else {
        status = check(file, false, why);
        if (status == SYS_OK)
            status = files_read_open(file, limit, content, length, why);
        CloseHandle(file);
    }
    leave(&place);
    return status;
}

/* All of it, and onto the disk. */
static enum sys_status write_all(HANDLE file, const char *bytes, size_t length,
                                 struct sys_failure *why)
{
    while (length > 0) {
        DWORD piece = length < WRITE_PIECE ? (DWORD)length : WRITE_PIECE, done = 0;

        if (!WriteFile(file, bytes, piece, &done, NULL))
            return failure_set(why, "WriteFile", GetLastError());
        if (done == 0)
            return failure_set(why, "WriteFile", ERROR_DISK_FULL);
        bytes += done;
        length -= done;
    }
    if (!FlushFileBuffers(file))
        return failure_set(why, "FlushFileBuffers", GetLastError());
    return SYS_OK;
}

static enum sys_status write_new(const struct place *place, const char *bytes, size_t length,
                                 struct sys_failure *why)
{
    enum sys_status status;
    HANDLE file;

    DeleteFileW(place->new); /* what an earlier broker did not finish */
    file = open_file(place->new, GENERIC_WRITE, CREATE_NEW);
    if (file == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    status = write_all(file, bytes, length, why);
    CloseHandle(file);
    if (status != SYS_OK)
        DeleteFileW(place->new);
    return status;
}

static enum sys_status replace(const struct place *place, struct sys_failure *why)
{
    unsigned tries;
    DWORD code;

    for (tries = 0;; tries++) {
        if (MoveFileExW(place->new, place->path,
                        MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
            return SYS_OK;
        code = GetLastError();
        /* A file that somebody reads without sharing it shows as either. */
        if (tries == RETRY_TIMES ||
            (code != ERROR_SHARING_VIOLATION && code != ERROR_ACCESS_DENIED))
            break;
        Sleep(RETRY_MS);
    }
    DeleteFileW(place->new);
    return failure_set(why, "MoveFileExW", code);
}

enum sys_status state_files_write(const char *folder, const char *name, const void *bytes,
                                  size_t length, struct sys_failure *why)
{
    struct place place;
    enum sys_status status = enter(folder, name, true, &place, why);

    if (status != SYS_OK)
        return status;
    status = write_new(&place, bytes, length, why);
    if (status == SYS_OK)
        status = replace(&place, why);
    leave(&place);
    return status;
}

/* What could not be added whole is taken away again where that is possible. */
static enum sys_status append_to(HANDLE file, const char *bytes, size_t length,
                                 struct sys_failure *why)
{
    LARGE_INTEGER end = {.QuadPart = 0};
    enum sys_status status = check(file, false, why);

    if (status != SYS_OK)
        return status;
    if (!SetFilePointerEx(file, end, &end, FILE_END))
        return failure_set(why, "SetFilePointerEx", GetLastError());
    status = write_all(file, bytes, length, why);
    if (status != SYS_OK && SetFilePointerEx(file, end, NULL, FILE_BEGIN))
        SetEndOfFile(file);
    return status;
}

enum sys_status state_files_append(const char *folder, const char *name, const void *bytes,
                                   size_t length, struct sys_failure *why)
{
    struct place place;
    enum sys_status status = enter(folder, name, true, &place, why);
    HANDLE file;

    if (status != SYS_OK)
        return status;
    file = open_file(place.path, GENERIC_WRITE, OPEN_ALWAYS);
    if (file == INVALID_HANDLE_VALUE) {
        status = failure_set(why, "CreateFileW", GetLastError());
    } else {
        status = append_to(file, bytes, length, why);
        CloseHandle(file);
    }
    leave(&place);
    return status;
}
