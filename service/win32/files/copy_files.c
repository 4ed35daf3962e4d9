/*
 * Only the steps; their order, which makes a copy survive a crash, is in core/copies. Copies
 * are as large as segments, so they are read and written in pieces.
 */
#include "copy_files.h"

#include <windows.h>

#include <stdlib.h>

#include "failure.h"
#include "files.h"
#include "held.h"
#include "own_files.h"

#define PIECE (4u * 1024 * 1024) /* bytes of one write */

static enum sys_status read_open(HANDLE file, size_t limit, bool (*wanted)(void *context),
                                 void *context, char **content, size_t *length,
                                 struct sys_failure *why)
{
    enum sys_status status;
    LARGE_INTEGER size;
    char *buffer;

    if (!GetFileSizeEx(file, &size))
        return failure_set(why, "GetFileSizeEx", GetLastError());
    if (size.QuadPart < 0 || (uint64_t)size.QuadPart > limit)
        return failure_say(why, SYS_FAILED, "GetFileSizeEx", 0, "the file has %lld bytes, too many",
                           (long long)size.QuadPart);
    /* + 1, since malloc(0) may return NULL. */
    buffer = malloc((size_t)size.QuadPart + 1);
    if (buffer == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    status = files_read_all(file, (size_t)size.QuadPart, wanted, context, buffer, length, why);
    if (status == SYS_OK)
        *content = buffer;
    else
        free(buffer);
    return status;
}

enum sys_status copy_files_read(const char *folder, const char *name, size_t limit,
                                bool (*wanted)(void *context), void *context, char **content,
                                size_t *length, struct sys_failure *why)
{
    enum sys_status status;
    struct own_files own;
    HANDLE file;

    *content = NULL;
    *length = 0;
    status = own_files_enter(folder, name, NULL, false, &own, why);
    if (status != SYS_OK)
        return status;
    file = own_files_open(own.path, GENERIC_READ, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE) {
        status = held_failure(own.path, "CreateFileW", GetLastError(), why);
    } else {
        status = own_files_check(file, false, why);
        if (status == SYS_OK)
            status = read_open(file, limit, wanted, context, content, length, why);
        CloseHandle(file);
    }
    own_files_leave(&own);
    return status;
}

enum sys_status copy_files_create(const char *folder, const char *name, struct sys_copy **out,
                                  struct sys_failure *why)
{
    enum sys_status status;
    struct own_files own;
    HANDLE file;

    *out = NULL;
    status = own_files_enter(folder, name, NULL, true, &own, why);
    if (status != SYS_OK)
        return status;
    DeleteFileW(own.path); /* of a save that did not finish: nothing else has this name */
    /* CREATE_NEW: a file that appears in between is not used. */
    file = own_files_open(own.path, GENERIC_WRITE | DELETE, CREATE_NEW);
    if (file == INVALID_HANDLE_VALUE)
        status = failure_set(why, "CreateFileW", GetLastError());
    else
        *out = (struct sys_copy *)file;
    own_files_leave(&own);
    return status;
}

enum sys_status copy_files_write(struct sys_copy *copy, const void *bytes, size_t length,
                                 struct sys_failure *why)
{
    const char *at = bytes;

    while (length > 0) {
        DWORD piece = length < PIECE ? (DWORD)length : PIECE, done = 0;

        if (!WriteFile((HANDLE)copy, at, piece, &done, NULL))
            return failure_set(why, "WriteFile", GetLastError());
        if (done == 0)
            return failure_set(why, "WriteFile", ERROR_DISK_FULL);
        at += done;
        length -= done;
    }
    return SYS_OK;
}

enum sys_status copy_files_flush(struct sys_copy *copy, struct sys_failure *why)
{
    if (!FlushFileBuffers((HANDLE)copy))
        return failure_set(why, "FlushFileBuffers", GetLastError());
    return SYS_OK;
}

void copy_files_close(struct sys_copy *copy)
{
    if (copy != NULL)
        CloseHandle((HANDLE)copy);
}

void copy_files_discard(struct sys_copy *copy)
{
    FILE_DISPOSITION_INFO removed = {TRUE};

    /* By the handle: the file is this one, whatever has its name by now. */
    (void)SetFileInformationByHandle((HANDLE)copy, FileDispositionInfo, &removed, sizeof(removed));
    CloseHandle((HANDLE)copy);
}

enum sys_status copy_files_settle(const char *folder, const char *name, struct sys_failure *why)
{
    struct own_files own;
    HANDLE file;
    enum sys_status status = own_files_enter(folder, name, NULL, false, &own, why);

    if (status != SYS_OK)
        return status;
    /* FlushFileBuffers needs GENERIC_WRITE. */
    file = own_files_open(own.path, GENERIC_WRITE, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE) {
        status = failure_set(why, "CreateFileW", GetLastError());
    } else {
        status = own_files_check(file, false, why);
        if (status == SYS_OK && !FlushFileBuffers(file))
            status = failure_set(why, "FlushFileBuffers", GetLastError());
        CloseHandle(file);
    }
    own_files_leave(&own);
    return status;
}

enum sys_status copy_files_rename(const char *folder, const char *from, const char *to,
                                  struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = own_files_enter(folder, from, to, false, &own, why);

    if (status != SYS_OK)
        return status;
    status = own_files_rename(own.path, own.other, why);
    own_files_leave(&own);
    return status;
}
