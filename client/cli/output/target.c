/*
 * The new file is marked for deletion while it is written, so that nothing is left if shmb is
 * killed. It gets the access list of the file that it replaces before the first byte: on the way,
 * nobody else can read or change it. A device or a pipe is written directly.
 */
#include "target.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "out.h"
#include "wide.h"

#define TRIES 100u

/* ".shmb-", two numbers and the terminator */
#define SUFFIX_MAX 40u

/* FileRenameInfoEx; the headers of mingw-w64 do not reach it. */
#define RENAME_INFO_EX ((FILE_INFO_BY_HANDLE_CLASS)22)

/* What CreateFileW can give a new file. */
#define ATTRIBUTES                                                                                 \
    (FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_ENCRYPTED | FILE_ATTRIBUTE_HIDDEN |                   \
     FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_SYSTEM)

static struct {
    const char *path;
    wchar_t *full, *made; /* `made` NULL: a device */
    HANDLE file;
    DWORD attributes;          /* of the file to be replaced */
    PSECURITY_DESCRIPTOR list; /* its access list; NULL: there is no such file */
    bool marked;               /* for deletion */
} target;

static enum shmb_exit fail(const char *what, const char *call, DWORD code)
{
    return fail_call(target.path, what, call, code);
}

static void forget(void)
{
    free(target.full);
    free(target.made);
    free(target.list);
    ZeroMemory(&target, sizeof(target));
}

/* Notes the access list and the attributes of the file. False: see GetLastError(). */
static bool note_file(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION info;
    DWORD size = 0;

    if (!GetFileInformationByHandle(file, &info))
        return false;
    target.attributes = info.dwFileAttributes & ATTRIBUTES;
    (void)GetKernelObjectSecurity(file, DACL_SECURITY_INFORMATION, NULL, 0, &size);
    target.list = malloc(size > 0 ? size : 1);
    if (target.list == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    return GetKernelObjectSecurity(file, DACL_SECURITY_INFORMATION, target.list, size, &size) != 0;
}

/* As CreateFileW for what exists. */
static HANDLE open_existing(DWORD access)
{
    return CreateFileW(target.full, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
}

/*
 * Opens a device or a pipe, such as NUL: once only, as a pipe may have a single instance. Notes
 * what a file gives to the one that replaces it. Returns 0 or a Win32 code.
 */
static DWORD open_target(void)
{
    HANDLE file = open_existing(GENERIC_WRITE), replaced;
    DWORD code = ERROR_SUCCESS;

    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    if (GetFileType(file) != FILE_TYPE_DISK) {
        target.file = file;
        return ERROR_SUCCESS;
    }
    /* Whoever may not delete it cannot replace it; neither while another program forbids it. */
    replaced = open_existing(DELETE);
    if (replaced == INVALID_HANDLE_VALUE)
        code = GetLastError();
    else
        CloseHandle(replaced);
    if (code == ERROR_SUCCESS && !note_file(file))
        code = GetLastError();
    CloseHandle(file);
    return code;
}

static bool mark_for_deletion(bool marked)
{
    FILE_DISPOSITION_INFO info = {marked};

    return SetFileInformationByHandle(target.file, FileDispositionInfo, &info, sizeof(info)) != 0;
}

/*
 * Gives the new file the access list of the replaced one, exactly. Given to CreateFileW, the list
 * would also get what the folder gives to new files.
 */
static bool copy_access_list(void)
{
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision;

    if (!GetSecurityDescriptorControl(target.list, &control, &revision))
        return false;
    /* Without this request the system drops the mark that the entries are inherited ones. */
    return ((control & SE_DACL_AUTO_INHERITED) == 0 ||
            SetSecurityDescriptorControl(target.list, SE_DACL_AUTO_INHERIT_REQ,
                                         SE_DACL_AUTO_INHERIT_REQ)) &&
           SetKernelObjectSecurity(target.file, DACL_SECURITY_INFORMATION, target.list);
}

/* Creates a file of a new name in the same folder. */
static enum shmb_exit make_file(void)
{
    DWORD access = GENERIC_WRITE | DELETE | (target.list != NULL ? WRITE_DAC : 0);
    size_t room = wcslen(target.full) + SUFFIX_MAX;
    DWORD code = ERROR_FILE_EXISTS;
    unsigned i;

    target.made = malloc(room * sizeof(*target.made));
    if (target.made == NULL)
        return fail_memory(target.path);
    for (i = 0; i < TRIES && code == ERROR_FILE_EXISTS; i++) {
        _snwprintf(target.made, room, L"%ls.shmb-%lx-%x", target.full,
                   (unsigned long)GetCurrentProcessId(), i);
        target.file = CreateFileW(target.made, access, 0, NULL, CREATE_NEW,
                                  FILE_ATTRIBUTE_NORMAL | target.attributes, NULL);
        code = target.file != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();
    }
    if (code != ERROR_SUCCESS)
        return fail("creating the file failed", "CreateFileW", code);
    /* Not every file system can; then a killed shmb leaves the file. */
    target.marked = mark_for_deletion(true);
    return SHMB_EXIT_DONE;
}

/* Closes the new file, which then is gone. */
static void drop_file(void)
{
    target.marked = target.marked || mark_for_deletion(true);
    CloseHandle(target.file);
    if (!target.marked)
        DeleteFileW(target.made);
}

static enum shmb_exit begin_file(void)
{
    enum shmb_exit code = make_file();

    if (code != SHMB_EXIT_DONE || target.list == NULL || copy_access_list())
        return code;
    code = fail("copying the access list failed", "SetKernelObjectSecurity", GetLastError());
    drop_file();
    return code;
}

/* Says why a file or a device could not be opened. */
static enum shmb_exit refuse(DWORD code)
{
    DWORD attributes =
        code == ERROR_ACCESS_DENIED ? GetFileAttributesW(target.full) : INVALID_FILE_ATTRIBUTES;

    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return fail("a folder has this name", "CreateFileW", ERROR_DIRECTORY);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) != 0)
        return fail("the file is read-only", "CreateFileW", code);
    return fail("opening the file failed", "CreateFileW", code);
}

enum shmb_exit target_begin(const char *path)
{
    enum shmb_exit code = SHMB_EXIT_DONE;
    DWORD refused;

    target.path = path;
    target.full = wide_full_path(path);
    if (target.full == NULL)
        return fail("not a valid path", "GetFullPathNameW", ERROR_INVALID_NAME);
    refused = open_target();
    if (refused == ERROR_FILE_NOT_FOUND || (refused == ERROR_SUCCESS && target.file == NULL))
        code = begin_file();
    else if (refused != ERROR_SUCCESS)
        code = refuse(refused);
    if (code == SHMB_EXIT_DONE)
        out_to(target.file);
    else
        forget();
    return code;
}

/*
 * Renames the open file, also over one that others have open and let be deleted. Not every file
 * system can. Returns 0 or a Win32 code.
 */
static DWORD rename_open(void)
{
    size_t length = wcslen(target.full) * sizeof(wchar_t), size = sizeof(FILE_RENAME_INFO) + length;
    FILE_RENAME_INFO *info = calloc(1, size);
    DWORD code = ERROR_SUCCESS;

    if (info == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    info->Flags = FILE_RENAME_FLAG_REPLACE_IF_EXISTS | FILE_RENAME_FLAG_POSIX_SEMANTICS;
    info->FileNameLength = (DWORD)length;
    memcpy(info->FileName, target.full, length);
    if (!SetFileInformationByHandle(target.file, RENAME_INFO_EX, info, (DWORD)size))
        code = GetLastError();
    free(info);
    return code;
}

/*
 * Gives the file its name, and closes it. Not ReplaceFileW: its failure can leave neither file
 * under the name.
 */
static enum shmb_exit take_place(void)
{
    DWORD code;

    if (target.marked && !mark_for_deletion(false)) {
        code = GetLastError();
        drop_file();
        return fail("writing failed", "SetFileInformationByHandle", code);
    }
    target.marked = false;
    code = rename_open();
    if (code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED) {
        drop_file();
        return fail("replacing the file failed", "SetFileInformationByHandle", code);
    }
    CloseHandle(target.file);
    if (code == ERROR_SUCCESS || MoveFileExW(target.made, target.full, MOVEFILE_REPLACE_EXISTING))
        return SHMB_EXIT_DONE;
    code = GetLastError();
    DeleteFileW(target.made);
    return fail("replacing the file failed", "MoveFileExW", code);
}

static enum shmb_exit finish(enum shmb_exit code, DWORD failure)
{
    if (code == SHMB_EXIT_DONE && failure != 0)
        code = fail("writing failed", "WriteFile", failure);
    if (target.made == NULL) {
        CloseHandle(target.file);
        return code;
    }
    if (code == SHMB_EXIT_DONE)
        return take_place();
    drop_file();
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
