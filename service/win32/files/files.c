/*
 * The configuration for the core (port_files.c), and other files without a check. All share
 * modes are allowed, so that reading never keeps an editor from saving; but see
 * files_read_unwritten.
 */
#include "files.h"

#include <stdlib.h>

#include "failure.h"
#include "file_check.h"
#include "held.h"
#include "paths.h"
#include "wide.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define PIECE     (4u * 1024 * 1024) /* bytes of one read, between two questions whether to go on */

static enum sys_status cannot_open(const wchar_t *path, DWORD code, struct sys_failure *why)
{
    DWORD attributes = GetFileAttributesW(path);

    /* For a folder Windows only says "access denied". */
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return failure_say(why, SYS_FAILED, NULL, 0, "this is a folder, not a file");
    return held_failure(path, "CreateFileW", code, why);
}

enum sys_status files_read_all(HANDLE file, size_t size, bool (*wanted)(void *context),
                               void *context, char *content, size_t *length,
                               struct sys_failure *why)
{
    size_t done = 0;
    DWORD got = 1;

    while (done < size && got != 0) {
        size_t left = size - done;

        if (!ReadFile(file, content + done, left < PIECE ? (DWORD)left : PIECE, &got, NULL))
            return held_failure(NULL, "ReadFile", GetLastError(), why);
        done += got;
        if (wanted != NULL && !wanted(context) && done < size)
            return failure_say(why, SYS_LATER, "ReadFile", 0, "a stop was requested");
    }
    *length = done;
    return SYS_OK;
}

static enum sys_status read_open(HANDLE file, size_t limit, bool (*wanted)(void *context),
                                 void *context, char **content, size_t *length,
                                 struct sys_failure *why)
{
    enum sys_status status;
    LARGE_INTEGER size;
    char *buffer;

    /* Names such as CON open a device in any folder, and reading it may never end. */
    if (GetFileType(file) != FILE_TYPE_DISK)
        return failure_say(why, SYS_FAILED, NULL, 0, "this is a device, not a file");
    if (!GetFileSizeEx(file, &size))
        return failure_set(why, "GetFileSizeEx", GetLastError());
    if (size.QuadPart < 0 || (uint64_t)size.QuadPart > limit)
        return failure_say(why, SYS_FAILED, NULL, 0,
                           "the file has %lld bytes, more than the limit of %llu",
                           (long long)size.QuadPart, (unsigned long long)limit);
    buffer = malloc((size_t)size.QuadPart + 1);
    if (buffer == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    status = files_read_all(file, (size_t)size.QuadPart, wanted, context, buffer, length, why);
    if (status != SYS_OK) {
        free(buffer);
        return status;
    }
    buffer[*length] = '\0';
    *content = buffer;
    return SYS_OK;
}

enum sys_status files_read_open(HANDLE file, size_t limit, char **content, size_t *length,
                                struct sys_failure *why)
{
    return read_open(file, limit, NULL, NULL, content, length, why);
}

/* `check`: also checks the file itself; its folders have passed already. */
static enum sys_status read_path(const char *path, bool check, DWORD share, size_t limit,
                                 uint32_t patience, bool (*wanted)(void *context), void *context,
                                 char **content, size_t *length, struct sys_failure *why)
{
    wchar_t *wide = wide_from_utf8(path);
    enum sys_status status = SYS_OK;
    HANDLE file;

    if (wide == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    /* Checked: opens a link itself, and the check refuses it. Else the link is followed. */
    file =
        held_open(wide, GENERIC_READ, share, NULL, OPEN_EXISTING,
                  FILE_FLAG_SEQUENTIAL_SCAN | (check ? FILE_FLAG_OPEN_REPARSE_POINT : 0), patience);
    if (file == INVALID_HANDLE_VALUE) {
        status = cannot_open(wide, GetLastError(), why);
    } else {
        if (check)
            status = file_check_open(file, FILE_ROLE_FILE, path, why);
        if (status == SYS_OK)
            status = read_open(file, limit, wanted, context, content, length, why);
        CloseHandle(file);
    }
    free(wide);
    return status;
}

enum sys_status files_read(const char *path, size_t limit, uint32_t patience, char **content,
                           size_t *length, struct sys_failure *why)
{
    *content = NULL;
    *length = 0;
    return read_path(path, false, SHARE_ALL, limit, patience, NULL, NULL, content, length, why);
}

enum sys_status files_read_unwritten(const char *path, size_t limit, uint32_t patience,
                                     char **content, size_t *length, struct sys_failure *why)
{
    *content = NULL;
    *length = 0;
    return read_path(path, false, FILE_SHARE_READ | FILE_SHARE_DELETE, limit, patience, NULL, NULL,
                     content, length, why);
}

static enum sys_status read_safe(const char *path, size_t limit, uint32_t patience,
                                 bool (*wanted)(void *context), void *context, char **content,
                                 size_t *length, struct sys_failure *why)
{
    char *absolute = paths_absolute(path);
    enum sys_status status;

    if (absolute == NULL)
        return failure_set(why, "GetFullPathNameW", GetLastError());
    status = file_check_way(absolute, why);
    if (status == SYS_OK)
        status = read_path(absolute, true, SHARE_ALL, limit, patience, wanted, context, content,
                           length, why);
    free(absolute);
    return status;
}

enum sys_status files_read_safe(const char *path, size_t limit, uint32_t patience, char **content,
                                size_t *length, struct sys_failure *why)
{
    *content = NULL;
    *length = 0;
    return read_safe(path, limit, patience, NULL, NULL, content, length, why);
}

enum sys_status files_read_while(const char *path, bool safe, size_t limit,
                                 bool (*wanted)(void *context), void *context, char **content,
                                 size_t *length, struct sys_failure *why)
{
    *content = NULL;
    *length = 0;
    return safe
               ? read_safe(path, limit, 0, wanted, context, content, length, why)
               : read_path(path, false, SHARE_ALL, limit, 0, wanted, context, content, length, why);
}
