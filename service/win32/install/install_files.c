/*
 * The data folder comes first, since the others and the configuration are in it;
 * first_files_undo goes backwards and removes only what was new.
 */
#include "install_files.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"
#include "files.h"
#include "paths.h"
#include "resources.h"
#include "wide.h"

/* The configuration in this program's resources. NULL: GetLastError() says why. */
static const void *resource(DWORD *size)
{
    HRSRC found = FindResourceW(NULL, MAKEINTRESOURCEW(RESOURCE_CONFIGURATION),
                                MAKEINTRESOURCEW(RESOURCE_RAW_DATA));
    HGLOBAL loaded = found != NULL ? LoadResource(NULL, found) : NULL;

    *size = found != NULL ? SizeofResource(NULL, found) : 0;
    return loaded != NULL ? LockResource(loaded) : NULL;
}

/* `*put`: the file was written; false with SYS_OK if one exists. */
static enum sys_status write_to(const wchar_t *path, SECURITY_ATTRIBUTES *attributes,
                                const void *bytes, DWORD size, bool *put, struct sys_failure *why)
{
    /* CREATE_NEW: never replaces a configuration that exists. */
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, 0, attributes, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
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

/* Writes the first configuration, unless the file exists; never changes one. */
static enum sys_status put_config(const char *config, bool *put, struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status;
    const void *bytes;
    wchar_t *path;
    DWORD size;

    bytes = resource(&size);
    if (bytes == NULL)
        return failure_set(why, "LoadResource", GetLastError());
    path = wide_from_utf8(config);
    if (path == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    status = descriptors_make(SECURE_FILE_CONFIG, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        status = write_to(path, &attributes, bytes, size, put, why);
        descriptors_free(descriptor);
    }
    free(path);
    return status;
}

/* The folder that `path` is in, freed with free(). NULL: no memory. */
static char *folder_of(const char *path)
{
    char *folder = _strdup(path);
    char *last = folder != NULL ? strrchr(folder, '\\') : NULL;

    if (last != NULL)
        *last = '\0';
    return folder;
}

static enum sys_status take_folders(struct first_files *out, struct sys_failure *why)
{
    static const char *const lists[FIRST_FOLDERS] = {
        [FIRST_DATA] = SECURE_FOLDER_OWNER SECURE_FOLDER_READ,
        [FIRST_STATE] = SECURE_FOLDER_OWNER SECURE_FOLDER_OWN,
        [FIRST_KEEP] = SECURE_FOLDER_OWNER SECURE_FOLDER_OWN,
    };
    enum sys_status status = SYS_OK;
    size_t i;

    for (i = 0; i < FIRST_FOLDERS && status == SYS_OK; i++)
        status = secure_folder_take(out->folders[i].path, lists[i], &out->folders[i].taken, why);
    return status;
}

enum sys_status first_files_make(bool config, struct first_files *out, struct sys_failure *why)
{
    struct first_folder *folders = out->folders;
    enum sys_status status;

    *out = (struct first_files){0};
    out->config = paths_default_config();
    folders[FIRST_STATE].path = paths_default_state();
    folders[FIRST_KEEP].path = paths_default_keep();
    if (out->config == NULL || folders[FIRST_STATE].path == NULL ||
        folders[FIRST_KEEP].path == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    folders[FIRST_DATA].path = folder_of(out->config);
    if (folders[FIRST_DATA].path == NULL)
        return failure_set(why, "_strdup", ERROR_NOT_ENOUGH_MEMORY);
    status = take_folders(out, why);
    if (status == SYS_OK && config)
        status = put_config(out->config, &out->put, why);
    return status;
}

static void remove_path(const char *path, BOOL(WINAPI *remove)(LPCWSTR))
{
    wchar_t *wide = wide_from_utf8(path);

    if (wide != NULL)
        (void)remove(wide);
    free(wide);
}

void first_files_undo(struct first_files *files)
{
    size_t i;

    if (files->put)
        remove_path(files->config, DeleteFileW);
    for (i = FIRST_FOLDERS; i-- > 0;)
        if (files->folders[i].taken.made)
            remove_path(files->folders[i].path, RemoveDirectoryW);
    for (i = 0; i < FIRST_FOLDERS; i++)
        files->folders[i].taken.made = false;
    files->put = false;
}

void first_files_free(struct first_files *files)
{
    size_t i;

    for (i = 0; i < FIRST_FOLDERS; i++) {
        free(files->folders[i].path);
        free(files->folders[i].taken.aside);
    }
    free(files->config);
    *files = (struct first_files){0};
}

bool first_files_remove_unchanged(void)
{
    char *config = paths_default_config(), *content = NULL, *folder;
    bool removed = false;
    const void *bytes;
    size_t length;
    DWORD size;

    bytes = resource(&size);
    if (config != NULL && bytes != NULL &&
        files_read(config, size, FILES_PATIENCE_MS, &content, &length, NULL) == SYS_OK &&
        length == size && memcmp(content, bytes, size) == 0) {
        remove_path(config, DeleteFileW);
        removed = true;
    }
    folder = config != NULL ? folder_of(config) : NULL;
    if (removed && folder != NULL)
        remove_path(folder, RemoveDirectoryW); /* fails if it is not empty */
    free(folder);
    free(content);
    free(config);
    return removed;
}
