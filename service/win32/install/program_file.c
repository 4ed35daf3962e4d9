/*
 * Beside shmbroker.exe: .new while it is copied, .old, .old2, ... for former programs, which
 * may still run. Whoever comes first deletes these after their end: the next install, the
 * service or `start`, or Windows at its next restart.
 */
#include "program_file.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"
#include "files.h"
#include "paths.h"
#include "pending_removal.h"
#include "wide.h"

#define KEY_PATH    L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define VALUE_NAME  L"Program"
#define FORMER_MAX  20u /* old executables beside the new one */
#define TAIL_ROOM   16u /* bytes for ".old20" and the like */
#define PROGRAM_MAX (64u * 1024 * 1024)
#define RETRY_MS    100u
#define RETRY_TIMES 20u
#define TRY_MS      20u
#define TRY_TIMES   10u

#define CODE_DELETE_PENDING 303u /* not every compiler's headers have it */

#define FOLDER_SDDL "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"

/* ---- paths ------------------------------------------------------------------ */

char *program_file_target(const char *folder)
{
    static const char name[] = "\\shmbroker.exe";
    char *base = folder != NULL ? paths_absolute(folder) : paths_default_program_folder();
    size_t length = base != NULL ? strlen(base) : 0;
    char *path = base != NULL ? malloc(length + sizeof(name)) : NULL;

    while (length > 0 && base[length - 1] == '\\')
        length--;
    if (path != NULL) {
        memcpy(path, base, length);
        memcpy(path + length, name, sizeof(name));
    } else if (base != NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    free(base);
    return path;
}

/* path.new, path.old, path.old2, ...; freed with free(). NULL: no memory. */
static wchar_t *beside(const char *path, const char *tail, unsigned number)
{
    size_t size = strlen(path) + TAIL_ROOM;
    char *full = malloc(size);
    wchar_t *wide = NULL;

    if (full != NULL) {
        if (number > 1)
            snprintf(full, size, "%s.%s%u", path, tail, number);
        else
            snprintf(full, size, "%s.%s", path, tail);
        wide = wide_from_utf8(full);
    }
    free(full);
    return wide;
}

static wchar_t *folder_of(const char *path)
{
    wchar_t *folder = wide_from_utf8(path);
    wchar_t *last = folder != NULL ? wcsrchr(folder, L'\\') : NULL;

    if (last != NULL)
        *last = L'\0';
    return folder;
}

/*
 * Compares their identity on the volume, since one file can have several paths. False also if one
 * of them cannot be opened.
 */
static bool same_file(const wchar_t *a, const wchar_t *b)
{
    const wchar_t *paths[2] = {a, b};
    BY_HANDLE_FILE_INFORMATION about[2];
    HANDLE files[2];
    bool known = true;
    unsigned i;

    for (i = 0; i < 2; i++) {
        files[i] = CreateFileW(paths[i], FILE_READ_ATTRIBUTES,
                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
        known = known && files[i] != INVALID_HANDLE_VALUE &&
                GetFileInformationByHandle(files[i], &about[i]);
    }
    for (i = 0; i < 2; i++)
        if (files[i] != INVALID_HANDLE_VALUE)
            CloseHandle(files[i]);
    return known && about[0].dwVolumeSerialNumber == about[1].dwVolumeSerialNumber &&
           about[0].nFileIndexHigh == about[1].nFileIndexHigh &&
           about[0].nFileIndexLow == about[1].nFileIndexLow;
}

/* An encrypted file may be one that the service's account cannot read. */
static bool is_encrypted(const wchar_t *path)
{
    const DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0;
}

/* True: both files have the same content. */
static bool same_content(const char *a, const char *b)
{
    char *first = NULL, *second = NULL;
    size_t first_length = 0, second_length = 0;
    bool same =
        files_read(a, PROGRAM_MAX, FILES_PATIENCE_MS, &first, &first_length, NULL) == SYS_OK &&
        files_read(b, PROGRAM_MAX, FILES_PATIENCE_MS, &second, &second_length, NULL) == SYS_OK &&
        first_length == second_length && memcmp(first, second, first_length) == 0;

    free(first);
    free(second);
    return same;
}

/*
 * ERROR_SUCCESS: the name is taken, ERROR_FILE_NOT_FOUND: it is free; else why this is not known,
 * as where a server is not reachable. A deleted file that another program still has open takes
 * its name, too, until that program closes it: each access to it is denied.
 */
static DWORD look_up(const wchar_t *path)
{
    const DWORD code =
        GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES ? ERROR_SUCCESS : GetLastError();

    switch (code) {
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case CODE_DELETE_PENDING:
        return ERROR_SUCCESS;
    case ERROR_PATH_NOT_FOUND:
        return ERROR_FILE_NOT_FOUND;
    default:
        return code;
    }
}

static bool exists(const wchar_t *path)
{
    return look_up(path) == ERROR_SUCCESS;
}

/* Deletes also a read-only file, as earlier versions copied one from a CD. */
static void delete_file(const wchar_t *path)
{
    DWORD attributes;

    if (DeleteFileW(path))
        return;
    attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) != 0 &&
        SetFileAttributesW(path, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY))
        DeleteFileW(path);
}

/*
 * True: the file is gone. Retries: a process that has reported its end takes a moment to exit, and
 * a virus scanner to close a file.
 */
static bool delete_patiently(const wchar_t *path)
{
    unsigned tries;

    for (tries = 0; exists(path); tries++) {
        delete_file(path);
        if (!exists(path))
            break;
        if (tries == RETRY_TIMES)
            return false;
        Sleep(RETRY_MS);
    }
    return true;
}

/* ---- installing ------------------------------------------------------------- */

static enum sys_status make_folder(const char *path, bool *made, struct sys_failure *why)
{
    wchar_t *folder = folder_of(path);
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status;

    *made = false;
    if (folder == NULL)
        return failure_set(why, "CreateDirectoryW", ERROR_NOT_ENOUGH_MEMORY);
    status = descriptors_make(FOLDER_SDDL, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        *made = CreateDirectoryW(folder, &attributes) != FALSE;
        if (!*made && GetLastError() != ERROR_ALREADY_EXISTS)
            status = failure_set(why, "CreateDirectoryW", GetLastError());
        descriptors_free(descriptor);
    }
    free(folder);
    return status;
}

static void remove_folder(const char *path)
{
    wchar_t *folder = folder_of(path);

    if (folder != NULL)
        RemoveDirectoryW(folder); /* fails if it is not empty */
    free(folder);
}

/* True: trying again may help, as a scanner opens a new file for a moment. */
static bool is_in_use(DWORD code)
{
    return code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED ||
           code == ERROR_ALREADY_EXISTS;
}

/* Never replaces a file. A deleted one that is still open somewhere is waited for. */
static bool move_patiently(const wchar_t *from, const wchar_t *to)
{
    unsigned tries;

    for (tries = 0;; tries++) {
        /* Without REPLACE_EXISTING. */
        if (MoveFileExW(from, to, MOVEFILE_WRITE_THROUGH))
            return true;
        if (tries == RETRY_TIMES || !is_in_use(GetLastError()))
            return false;
        Sleep(RETRY_MS);
    }
}

/* Renames the file at `path`, if any, to a free name beside it, returned in `former`. */
static enum sys_status move_away(const char *path, const wchar_t *wide, char **former,
                                 struct sys_failure *why)
{
    DWORD code = ERROR_ALREADY_EXISTS;
    bool moved = false, tried = false;
    unsigned number;

    *former = NULL;
    for (number = 1; number <= FORMER_MAX && exists(wide) && !tried; number++) {
        wchar_t *name = beside(path, "old", number);

        if (name == NULL)
            return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
        delete_file(name); /* one that no longer runs */
        tried = !exists(name);
        moved = tried && move_patiently(wide, name);
        code = tried && !moved ? GetLastError() : code;
        if (moved)
            *former = wide_to_utf8(name);
        free(name);
    }
    if (moved)
        return *former != NULL ? SYS_OK : failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    return exists(wide) ? failure_set(why, "MoveFileExW", code) : SYS_OK;
}

/* Otherwise the installing user would own it. On failure, `status --verify` shows the owner. */
static void give_to_administrators(const wchar_t *path)
{
    struct sys_descriptor *descriptor;

    if (descriptors_make("O:BA", &descriptor, NULL) != SYS_OK)
        return;
    SetFileSecurityW(path, OWNER_SECURITY_INFORMATION,
                     descriptors_attributes(descriptor).lpSecurityDescriptor);
    descriptors_free(descriptor);
}

static enum sys_status write_new(const wchar_t *new, const char *content, size_t length,
                                 struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    HANDLE file;
    DWORD done;

    (void)delete_patiently(new); /* left by an attempt that was killed */
    /* CREATE_NEW and OPEN_REPARSE_POINT: never through a link that somebody has put there. */
    file = CreateFileW(new, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW,
                       FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    if (!WriteFile(file, content, (DWORD)length, &done, NULL))
        status = failure_set(why, "WriteFile", GetLastError());
    else
        FlushFileBuffers(file); /* as far as possible, before the old one is renamed */
    CloseHandle(file);
    if (status == SYS_OK)
        give_to_administrators(new);
    return status;
}

/*
 * Copies the content and nothing else. CopyFileW would also copy the attribute read-only, the
 * encryption for the user who installs (the service could not read it), and the mark of a
 * download.
 */
static enum sys_status copy_new(const char *from, const wchar_t *new, struct sys_failure *why)
{
    enum sys_status status;
    char *content = NULL;
    size_t length = 0;

    status = files_read(from, PROGRAM_MAX, FILES_PATIENCE_MS, &content, &length, why);
    if (status == SYS_OK)
        status = write_new(new, content, length, why);
    free(content);
    return status;
}

/* Copies to path.new, then swaps the names. Restores the old name on failure. */
static enum sys_status place(const char *from, const char *path, const wchar_t *to,
                             struct program_file *out, struct sys_failure *why)
{
    wchar_t *new = beside(path, "new", 1), *former;
    enum sys_status status;

    if (new == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    status = copy_new(from, new, why);
    if (status == SYS_OK)
        status = move_away(path, to, &out->former, why);
    if (status == SYS_OK && !move_patiently(new, to)) {
        status = failure_set(why, "MoveFileExW", GetLastError());
        former = out->former != NULL ? wide_from_utf8(out->former) : NULL;
        if (former != NULL)
            move_patiently(former, to);
        free(former);
    }
    if (status != SYS_OK)
        delete_file(new);
    free(new);
    return status;
}

enum sys_status program_file_put(const char *from, const char *to, struct program_file *out,
                                 struct sys_failure *why)
{
    wchar_t *wide_from = wide_from_utf8(from), *wide_to = wide_from_utf8(to);
    enum sys_status status = SYS_OK;

    *out = (struct program_file){0};
    out->path = _strdup(to);
    if (wide_from == NULL || wide_to == NULL || out->path == NULL) {
        status = failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    } else if (!is_encrypted(wide_to) &&
               (same_file(wide_from, wide_to) || same_content(from, to))) {
        give_to_administrators(wide_to);
    } else {
        status = make_folder(to, &out->folder_made, why);
        if (status == SYS_OK)
            status = place(from, to, wide_to, out, why);
        out->placed = status == SYS_OK;
        if (status != SYS_OK && out->folder_made)
            remove_folder(to);
    }
    free(wide_from);
    free(wide_to);
    return status;
}

void program_file_undo(struct program_file *file)
{
    wchar_t *path = file->placed ? wide_from_utf8(file->path) : NULL;
    wchar_t *former = file->former != NULL ? wide_from_utf8(file->former) : NULL;
    char *failed = NULL;

    if (path != NULL) {
        delete_file(path);
        (void)move_away(file->path, path, &failed, NULL); /* still running: rename it */
    }
    if (path != NULL && former != NULL)
        move_patiently(former, path);
    if (path != NULL && file->folder_made)
        remove_folder(file->path);
    free(failed);
    free(former);
    free(path);
    file->placed = false;
}

void program_file_free(struct program_file *file)
{
    free(file->path);
    free(file->former);
    *file = (struct program_file){0};
}

/* ---- removing --------------------------------------------------------------- */

static enum program_file_rest remove_file(const wchar_t *path)
{
    const DWORD code = look_up(path);

    if (code == ERROR_FILE_NOT_FOUND)
        return PROGRAM_FILE_GONE;
    if (code != ERROR_SUCCESS)
        return PROGRAM_FILE_LEFT;
    if (delete_patiently(path))
        return PROGRAM_FILE_GONE;
    /* Without a new name, Windows deletes the file at its next restart. */
    return MoveFileExW(path, NULL, MOVEFILE_DELAY_UNTIL_REBOOT) ? PROGRAM_FILE_AT_RESTART
                                                                : PROGRAM_FILE_LEFT;
}

/* Adds what became of `path` to that of other files: the worst one counts. */
static void add_rest(enum program_file_rest rest, const wchar_t *path,
                     struct program_file_removal *all)
{
    if (rest <= all->rest)
        return;
    free(all->file);
    all->rest = rest;
    all->file = wide_to_utf8(path);
}

/*
 * Renames the executable, then removes it: what Windows deletes at its next restart must not have
 * the name that the next installation uses. If it cannot be renamed, it is deleted under its own
 * name; program_file_claim takes that back.
 */
static void remove_program(const char *path, const wchar_t *wide, struct program_file_removal *out)
{
    wchar_t *renamed = NULL;
    const wchar_t *name = wide;
    char *former = NULL;

    if (look_up(wide) == ERROR_SUCCESS)
        (void)move_away(path, wide, &former, NULL);
    if (former != NULL)
        renamed = wide_from_utf8(former);
    if (renamed != NULL)
        name = renamed;
    add_rest(remove_file(name), name, out);
    free(renamed);
    free(former);
}

uint32_t program_file_claim(const char *path)
{
    wchar_t *wide = wide_from_utf8(path), *folder = folder_of(path);
    uint32_t code = ERROR_NOT_ENOUGH_MEMORY, of_folder;

    if (wide != NULL && folder != NULL) {
        code = pending_removal_forget(wide);
        of_folder = pending_removal_forget(folder);
        code = code != ERROR_SUCCESS ? code : of_folder;
    }
    free(folder);
    free(wide);
    return code;
}

/* Not for a path that cannot be looked up: each of the names would take its time. */
static void remove_former(const char *path, const wchar_t *wide, struct program_file_removal *out)
{
    const DWORD code = look_up(wide);
    unsigned number;

    if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND) {
        add_rest(PROGRAM_FILE_LEFT, wide, out);
        return;
    }
    for (number = 1; number <= FORMER_MAX; number++) {
        wchar_t *name = beside(path, "old", number);

        if (name != NULL)
            add_rest(remove_file(name), name, out);
        free(name);
    }
}

void program_file_remove_former(const char *path, struct program_file_removal *out)
{
    wchar_t *wide = wide_from_utf8(path);

    *out = (struct program_file_removal){PROGRAM_FILE_GONE, NULL};
    if (wide != NULL)
        remove_former(path, wide, out);
    free(wide);
}

/* Deletes the file, if it exists. Gives up soon, since the service waits for this. */
static void try_to_remove(const wchar_t *path)
{
    unsigned tries;

    for (tries = 0; exists(path) && !DeleteFileW(path) && tries < TRY_TIMES; tries++)
        Sleep(TRY_MS);
}

void program_file_try_remove_former_of(const char *path)
{
    unsigned number;

    for (number = 1; number <= FORMER_MAX; number++) {
        wchar_t *name = beside(path, "old", number);

        if (name != NULL)
            try_to_remove(name);
        free(name);
    }
}

void program_file_try_remove_former(void)
{
    char *own = paths_executable();

    if (own != NULL && program_file_is_ours(own))
        program_file_try_remove_former_of(own);
    free(own);
}

uint32_t program_file_remember(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    LSTATUS code;

    if (wide == NULL)
        return GetLastError();
    code = RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME, REG_SZ, wide,
                           (DWORD)((wcslen(wide) + 1) * sizeof(wchar_t)));
    free(wide);
    return (uint32_t)code;
}

bool program_file_is_ours(const char *path)
{
    wchar_t *wide = wide_from_utf8(path), noted[MAX_PATH * 2];
    DWORD size = sizeof(noted);
    bool ours = wide != NULL && RegGetValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME,
                                             RRF_RT_REG_SZ, NULL, noted, &size) == ERROR_SUCCESS;

    /* As file names compare: without case, in any language. */
    ours = ours && CompareStringOrdinal(wide, -1, noted, -1, TRUE) == CSTR_EQUAL;
    free(wide);
    return ours;
}

void program_file_remove(const char *path, struct program_file_removal *out)
{
    wchar_t *wide = wide_from_utf8(path), *folder = folder_of(path);

    *out = (struct program_file_removal){PROGRAM_FILE_GONE, NULL};
    if (wide != NULL && folder != NULL) {
        remove_former(path, wide, out);
        remove_program(path, wide, out);
        if (out->rest == PROGRAM_FILE_GONE)
            RemoveDirectoryW(folder); /* fails if it is not empty */
        else if (out->rest == PROGRAM_FILE_AT_RESTART)
            MoveFileExW(folder, NULL, MOVEFILE_DELAY_UNTIL_REBOOT); /* deleted if empty then */
    } else {
        *out = (struct program_file_removal){PROGRAM_FILE_LEFT, _strdup(path)};
    }
    free(folder);
    free(wide);
}

void program_file_removal_free(struct program_file_removal *removal)
{
    free(removal->file);
    *removal = (struct program_file_removal){PROGRAM_FILE_GONE, NULL};
}
