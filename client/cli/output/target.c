/*
 * The new file is marked for deletion while it is written, so that nothing is left if shmb is
 * killed. A device or a pipe is written directly.
 */
#include "target.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "out.h"
#include "wide.h"

#define TRIES 100u

/* ".shmb-", two numbers and the terminator */
#define SUFFIX_MAX 40u

static struct {
    const char *path;
    wchar_t *full, *made; /* `made` NULL: a device */
    HANDLE file;
} target;

static enum shmb_exit fail(const char *what, const char *call, DWORD code)
{
    return fail_call(target.path, what, call, code);
}

static void forget(void)
{
    free(target.full);
    free(target.made);
    ZeroMemory(&target, sizeof(target));
}

/* The full path, to be freed: the current folder of a process can change. */
static wchar_t *full_path(const char *path)
{
    wchar_t *wide = wide_from_utf8(path), *full = NULL;
    DWORD length = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;

    if (length > 0)
        full = malloc(length * sizeof(*full));
    if (full != NULL && GetFullPathNameW(wide, length, full, NULL) >= length) {
        free(full);
        full = NULL;
    }
    free(wide);
    return full;
}

/* Opens a device or a pipe, such as NUL. False: it is a file, a folder, or does not exist. */
static bool open_device(void)
{
    HANDLE file = CreateFileW(target.full, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);

    if (file == INVALID_HANDLE_VALUE)
        return false;
    if (GetFileType(file) == FILE_TYPE_DISK) {
        CloseHandle(file);
        return false;
    }
    target.file = file;
    return true;
}

static bool mark_for_deletion(bool marked)
{
    FILE_DISPOSITION_INFO info = {marked};

    return SetFileInformationByHandle(target.file, FileDispositionInfo, &info, sizeof(info)) != 0;
}

/* Creates a file of a new name in the same folder. */
static enum shmb_exit make_file(void)
{
    size_t room = wcslen(target.full) + SUFFIX_MAX;
    DWORD code = ERROR_FILE_EXISTS;
    unsigned i;

    target.made = malloc(room * sizeof(*target.made));
    if (target.made == NULL)
        return fail_memory(target.path);
    for (i = 0; i < TRIES && code == ERROR_FILE_EXISTS; i++) {
        _snwprintf(target.made, room, L"%ls.shmb-%lx-%x", target.full,
                   (unsigned long)GetCurrentProcessId(), i);
        target.file = CreateFileW(target.made, GENERIC_WRITE | DELETE, 0, NULL, CREATE_NEW,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
        code = target.file != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();
    }
    if (code != ERROR_SUCCESS)
        return fail("creating the file failed", "CreateFileW", code);
    /* Not every file system can; then a killed shmb leaves the file. */
    (void)mark_for_deletion(true);
    return SHMB_EXIT_DONE;
}

enum shmb_exit target_begin(const char *path)
{
    enum shmb_exit code = SHMB_EXIT_DONE;
    DWORD attributes;

    target.path = path;
    target.full = full_path(path);
    if (target.full == NULL)
        return fail("not a valid path", "GetFullPathNameW", ERROR_INVALID_NAME);
    attributes = GetFileAttributesW(target.full);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        code = fail("a folder has this name", "CreateFileW", ERROR_DIRECTORY);
    else if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) != 0)
        code = fail("the file is read-only", "CreateFileW", ERROR_ACCESS_DENIED);
    else if (!open_device())
        code = make_file();
    if (code == SHMB_EXIT_DONE)
        out_to(target.file);
    else
        forget();
    return code;
}

/* ReplaceFile keeps the access list and the attributes of an existing file. */
static bool take_place(void)
{
    if (GetFileAttributesW(target.full) == INVALID_FILE_ATTRIBUTES)
        return MoveFileExW(target.made, target.full, 0) != 0;
    return ReplaceFileW(target.full, target.made, NULL, REPLACEFILE_IGNORE_MERGE_ERRORS, NULL,
                        NULL) != 0;
}

static enum shmb_exit finish(enum shmb_exit code, DWORD lost)
{
    if (code == SHMB_EXIT_DONE && lost != 0)
        code = fail("writing failed", "WriteFile", lost);
    if (target.made == NULL) {
        CloseHandle(target.file);
        return code;
    }
    if (code == SHMB_EXIT_DONE && !mark_for_deletion(false))
        code = fail("writing failed", "SetFileInformationByHandle", GetLastError());
    CloseHandle(target.file);
    if (code == SHMB_EXIT_DONE && !take_place())
        code = fail("replacing the file failed", "ReplaceFileW", GetLastError());
    if (code != SHMB_EXIT_DONE)
        DeleteFileW(target.made); /* already gone if it was marked */
    return code;
}

enum shmb_exit target_end(enum shmb_exit code)
{
    if (target.full == NULL)
        return code;
    code = finish(code, out_to(NULL));
    forget();
    return code;
}
