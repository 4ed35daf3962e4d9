#include "log_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "file_check.h"
#include "output_file.h"
#include "own_files.h"
#include "wide.h"

static void close_file(struct log_file *log)
{
    if (log->file != NULL)
        CloseHandle(log->file);
    log->file = NULL;
}

/* Checks the way to it, and opens it to add to its end. */
static enum sys_status open_file(struct log_file *log, struct sys_failure *why)
{
    enum sys_status status =
        log->check ? file_check_way_of(log->path, output_file_trusted, why) : SYS_OK;
    BY_HANDLE_FILE_INFORMATION information;
    wchar_t *path;
    HANDLE file;

    if (status != SYS_OK)
        return status;
    path = wide_from_utf8(log->path);
    if (path == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    file = own_files_open(path, FILE_APPEND_DATA, OPEN_ALWAYS);
    free(path);
    if (file == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    if (!GetFileInformationByHandle(file, &information) ||
        (information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
        CloseHandle(file);
        return failure_say(why, SYS_DENIED, "CreateFileW", 0, "it is a link to somewhere else");
    }
    log->file = file;
    log->used = (uint64_t)information.nFileSizeHigh << 32 | information.nFileSizeLow;
    return SYS_OK;
}

static bool is_same(const struct log_file *log, const struct sys_log *wanted)
{
    return log->path != NULL && strcmp(log->path, wanted->file) == 0;
}

enum sys_status log_file_use(struct log_file *log, const struct sys_log *wanted, bool check,
                             struct sys_failure *why)
{
    if (wanted == NULL || !is_same(log, wanted))
        log_file_close(log);
    if (wanted == NULL)
        return SYS_OK;
    if (log->path == NULL)
        log->path = _strdup(wanted->file);
    if (log->path == NULL)
        return failure_no_memory(why);
    log->most = wanted->size;
    log->former = wanted->former;
    log->json = wanted->json;
    log->check = check;
    if (log->file == NULL)
        log->status = open_file(log, &log->why);
    if (log->status != SYS_OK)
        failure_copy(why, &log->why);
    return log->status;
}

/* FILE for number 0, else FILE.n; freed with free(). */
static wchar_t *name_of(const struct log_file *log, uint32_t number)
{
    size_t size = strlen(log->path) + 16;
    char *name = malloc(size);
    wchar_t *wide = NULL;

    if (name != NULL) {
        (void)snprintf(name, size, number > 0 ? "%s.%lu" : "%s", log->path, (unsigned long)number);
        wide = wide_from_utf8(name);
    }
    free(name);
    return wide;
}

static bool exists(const struct log_file *log, uint32_t number)
{
    wchar_t *name = name_of(log, number);
    bool is = name != NULL && GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;

    free(name);
    return is;
}

/* Gives a file the next higher number. False: a program holds it, or the one of that number. */
static bool rename_one(const struct log_file *log, uint32_t number)
{
    wchar_t *from = name_of(log, number), *to = name_of(log, number + 1);
    bool done =
        from != NULL && to != NULL && MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING) != FALSE;

    free(from);
    free(to);
    return done;
}

/*
 * Only up to the first number that is free, and no further than a file that a program holds: the
 * file then grows, each line tries again, and all that is lost is the oldest file, once.
 */
static void rename_all(const struct log_file *log)
{
    uint32_t number = 1;

    while (number < log->former && exists(log, number))
        number++;
    while (number > 0 && rename_one(log, number - 1))
        number--;
}

void log_file_add(struct log_file *log, const char *line, size_t length)
{
    DWORD done = 0;

    if (log->file == NULL)
        return;
    if (log->used > 0 && log->used + length > log->most) {
        close_file(log);
        rename_all(log);
        log->status = open_file(log, &log->why);
        if (log->status != SYS_OK)
            return;
    }
    if (WriteFile(log->file, line, (DWORD)length, &done, NULL) && done == length) {
        log->used += length;
        return;
    }
    log->status =
        failure_set(&log->why, "WriteFile",
                    done < length && GetLastError() == 0 ? ERROR_DISK_FULL : GetLastError());
    close_file(log); /* the next log_file_use opens it again */
}

void log_file_close(struct log_file *log)
{
    close_file(log);
    free(log->path);
    memset(log, 0, sizeof(*log));
}
