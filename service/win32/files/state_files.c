/*
 * A state file is replaced as a whole: the new content is written beside it, flushed, and
 * renamed over it. An addition is written in place.
 */
#include "state_files.h"

#include <windows.h>

#include <stdio.h>

#include "failure.h"
#include "files.h"
#include "held.h"
#include "own_files.h"

#define TAIL ".new"

enum sys_status state_files_read(const char *folder, const char *name, size_t limit, char **content,
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
            status = files_read_open(file, limit, content, length, why);
        CloseHandle(file);
    }
    own_files_leave(&own);
    return status;
}

enum sys_status state_files_write(const char *folder, const char *name, const void *bytes,
                                  size_t length, struct sys_failure *why)
{
    char fresh[OWN_FILES_NAME_MAX + sizeof(TAIL)];
    struct own_files own;
    enum sys_status status;

    (void)snprintf(fresh, sizeof(fresh), "%.*s" TAIL, (int)OWN_FILES_NAME_MAX, name);
    status = own_files_enter(folder, name, fresh, true, &own, why);
    if (status != SYS_OK)
        return status;
    status = own_files_replace(&own, bytes, length, true, why);
    own_files_leave(&own);
    return status;
}

/* Cuts off again, if possible, what could not be appended whole. */
static enum sys_status append_to(HANDLE file, const char *bytes, size_t length, bool flush,
                                 struct sys_failure *why)
{
    LARGE_INTEGER end = {.QuadPart = 0};
    enum sys_status status = own_files_check(file, false, why);

    if (status != SYS_OK)
        return status;
    if (!SetFilePointerEx(file, end, &end, FILE_END))
        return failure_set(why, "SetFilePointerEx", GetLastError());
    status = own_files_write_all(file, bytes, length, flush, why);
    if (status != SYS_OK && SetFilePointerEx(file, end, NULL, FILE_BEGIN))
        SetEndOfFile(file);
    return status;
}

enum sys_status state_files_append(const char *folder, const char *name, const void *bytes,
                                   size_t length, bool flush, struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = own_files_enter(folder, name, NULL, true, &own, why);
    HANDLE file;

    if (status != SYS_OK)
        return status;
    file = own_files_open(own.path, GENERIC_WRITE, OPEN_ALWAYS);
    if (file == INVALID_HANDLE_VALUE) {
        status = failure_set(why, "CreateFileW", GetLastError());
    } else {
        status = append_to(file, bytes, length, flush, why);
        CloseHandle(file);
    }
    own_files_leave(&own);
    return status;
}
