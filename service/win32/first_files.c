#include "first_files.h"

#include <windows.h>

#include <stdlib.h>

#include "failure.h"
#include "paths.h"
#include "resources.h"
#include "state_files.h"
#include "wide.h"

enum sys_status first_files_folders(struct sys_failure *why)
{
    char *state = paths_default_state();
    enum sys_status status;

    if (state == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = state_files_folder(state, why);
    free(state);
    return status;
}

/* The file this program was linked with. NULL: GetLastError() says why. */
static const void *carried(DWORD *size)
{
    HRSRC found = FindResourceW(NULL, MAKEINTRESOURCEW(RESOURCE_CONFIGURATION),
                                MAKEINTRESOURCEW(RESOURCE_RAW_DATA));
    HGLOBAL loaded = found != NULL ? LoadResource(NULL, found) : NULL;

    *size = found != NULL ? SizeofResource(NULL, found) : 0;
    return loaded != NULL ? LockResource(loaded) : NULL;
}

static enum sys_status write_new(const wchar_t *path, const void *bytes, DWORD size, bool *put,
                                 struct sys_failure *why)
{
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    enum sys_status status = SYS_OK;
    DWORD done;

    if (file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_EXISTS)
        return SYS_OK;
    if (file == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    if (!WriteFile(file, bytes, size, &done, NULL))
        status = failure_set(why, "WriteFile", GetLastError());
    CloseHandle(file);
    if (status != SYS_OK)
        DeleteFileW(path);
    *put = status == SYS_OK;
    return status;
}

enum sys_status first_files_put(const char *config, bool *put, struct sys_failure *why)
{
    enum sys_status status = first_files_folders(why);
    const void *bytes;
    wchar_t *path;
    DWORD size;

    *put = false;
    if (status != SYS_OK)
        return status;
    bytes = carried(&size);
    if (bytes == NULL)
        return failure_set(why, "LoadResource", GetLastError());
    path = wide_from_utf8(config);
    if (path == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    status = write_new(path, bytes, size, put, why);
    free(path);
    return status;
}
