#include "output_file.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "file_check.h"
#include "identity.h"
#include "names.h"
#include "own_files.h"
#include "wide.h"

#define TAIL L".new"

bool output_file_trusted(const char *sid)
{
    char self[SYS_SID_MAX];

    if (strcmp(sid, SHMB_SERVICE_SID) == 0)
        return true;
    return identity_user(self) && strcmp(sid, self) == 0 && !own_files_shared_account(self);
}

/* Opens the folder, so that it cannot be renamed, and builds the paths. */
static enum sys_status open_folder(const char *path, struct own_files *out, struct sys_failure *why)
{
    wchar_t *last, ended;

    out->path = wide_from_utf8(path);
    last = out->path != NULL ? wcsrchr(out->path, L'\\') : NULL;
    if (last == NULL)
        return failure_set(why, "CreateFileW", ERROR_INVALID_NAME);
    out->other = malloc((wcslen(out->path) + sizeof(TAIL) / sizeof(wchar_t)) * sizeof(wchar_t));
    if (out->other == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    wcscpy(out->other, out->path);
    wcscat(out->other, TAIL);
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

/* Opens the folder and checks the way to it. Call own_files_leave in any case. */
static enum sys_status enter(const char *path, bool check, struct own_files *out,
                             struct sys_failure *why)
{
    enum sys_status status;

    memset(out, 0, sizeof(*out));
    status = open_folder(path, out, why);
    if (status == SYS_OK && check)
        status = file_check_way_of(path, output_file_trusted, why);
    return status;
}

enum sys_status output_file_write(const char *path, bool check, const void *bytes, size_t length,
                                  bool wait, struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = enter(path, check, &own, why);

    if (status == SYS_OK)
        status = own_files_replace(&own, bytes, length, wait, why);
    own_files_leave(&own);
    return status;
}

enum sys_status output_file_remove(const char *path, bool check, struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = enter(path, check, &own, why);

    if (status == SYS_OK && !DeleteFileW(own.path))
        status = failure_set(why, "DeleteFileW", GetLastError());
    own_files_leave(&own);
    return status;
}
