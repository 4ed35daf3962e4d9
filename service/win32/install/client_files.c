/*
 * Whoever may put a file where this looks for one would have it run by others: the folder
 * x86 is beside that of this program, where users may create folders if it is the root of a
 * disk. So a file counts only if it and its folders belong to whom this program belongs to, or to
 * administrators.
 */
#include "client_files.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "file_check.h"
#include "owner.h"
#include "paths.h"
#include "wide.h"

#define KEY_PATH   L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define VALUE_NAME L"ClientFiles"
#define RECORD_MAX 16384u /* bytes */

/* `from` is relative to the folder of this program, which is bin in a package. */
static const struct {
    const char *name, *from;
    const char *folders[2]; /* above the file, below the package */
} table[CLIENT_FILES] = {
    {"shmb.exe", "shmb.exe", {NULL, NULL}},
    {"shmbclient.dll", "shmbclient.dll", {NULL, NULL}},
    {"x86\\shmb.exe", "..\\x86\\bin\\shmb.exe", {"..\\x86", "..\\x86\\bin"}},
    {"x86\\shmbclient.dll", "..\\x86\\bin\\shmbclient.dll", {"..\\x86", "..\\x86\\bin"}},
};

const char *client_file_name(size_t index)
{
    return table[index].name;
}

/* ---- paths ------------------------------------------------------------------ */

/* The length of the part before the last backslash. */
static size_t folder_length(const char *path)
{
    const char *last = strrchr(path, '\\');

    return last != NULL ? (size_t)(last - path) : 0;
}

/* `tail` in the folder of `file`, freed with free(). NULL: no memory. */
static char *beside(const char *file, const char *tail)
{
    const size_t length = folder_length(file), size = length + strlen(tail) + 2;
    char *path = malloc(size);

    if (path != NULL)
        snprintf(path, size, "%.*s\\%s", (int)length, file, tail);
    return path;
}

/* As file names compare: without case, in any language. */
static bool same_path(const char *a, const char *b)
{
    wchar_t *wide_a = wide_from_utf8(a), *wide_b = wide_from_utf8(b);
    bool same = wide_a != NULL && wide_b != NULL &&
                CompareStringOrdinal(wide_a, -1, wide_b, -1, TRUE) == CSTR_EQUAL;

    free(wide_a);
    free(wide_b);
    return same;
}

/* True: the folder of `source` is `folder` in that of `program`; "": it is that one. */
static bool is_below(const char *source, const char *program, const char *folder)
{
    char *path = beside(source, ""), *other = beside(program, folder);
    bool same = path != NULL && other != NULL && same_path(path, other);

    free(other);
    free(path);
    return same;
}

bool client_files_is_beside(const char *path, const char *program)
{
    bool found = false;
    size_t i;

    for (i = 0; i < CLIENT_FILES && !found; i++) {
        char *other = beside(program, table[i].name);

        found = other != NULL && same_path(path, other);
        free(other);
    }
    return found;
}

/* True: the folder of this executable is named bin, as that of a package. */
static bool in_package(const char *source)
{
    const size_t length = folder_length(source);

    return length >= 4 && _strnicmp(source + length - 4, "\\bin", 4) == 0;
}

/* ---- owners ----------------------------------------------------------------- */

/* Also of a folder. False: it does not exist, is a link, or has no owner that can be read. */
static bool read_owner(const char *path, char owner[OWNER_SID_MAX], DWORD *code)
{
    wchar_t *wide = wide_from_utf8(path);
    BY_HANDLE_FILE_INFORMATION about;
    HANDLE file = INVALID_HANDLE_VALUE;

    if (wide != NULL)
        file =
            CreateFileW(wide, READ_CONTROL | FILE_READ_ATTRIBUTES,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                        FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    *code = file != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    *code = owner_read(file, owner);
    if (*code == ERROR_SUCCESS && !GetFileInformationByHandle(file, &about))
        *code = GetLastError();
    if (*code == ERROR_SUCCESS && (about.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        *code = ERROR_CANT_ACCESS_FILE;
    CloseHandle(file);
    return *code == ERROR_SUCCESS;
}

/* One file or folder, which `ours` or administrators must own. */
static enum client_file_state look_at(const char *source, const char *tail, const char *ours)
{
    char *path = beside(source, tail), owner[OWNER_SID_MAX];
    enum client_file_state state = CLIENT_FILE_FOREIGN;
    DWORD code = ERROR_SUCCESS;

    if (path != NULL && read_owner(path, owner, &code) &&
        (strcmp(owner, ours) == 0 || owner_trusted(owner)))
        state = CLIENT_FILE_THERE;
    else if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND)
        state = CLIENT_FILE_ABSENT;
    free(path);
    return state;
}

/* Whether the package has the file: THERE, ABSENT or FOREIGN. */
static enum client_file_state find(const char *source, size_t index)
{
    enum client_file_state state = CLIENT_FILE_THERE;
    char ours[OWNER_SID_MAX];
    DWORD code;
    size_t i;

    if (table[index].folders[0] != NULL && !in_package(source))
        return CLIENT_FILE_ABSENT;
    if (!read_owner(source, ours, &code))
        return CLIENT_FILE_FOREIGN;
    for (i = 0; i < 2 && state == CLIENT_FILE_THERE; i++)
        if (table[index].folders[i] != NULL)
            state = look_at(source, table[index].folders[i], ours);
    return state == CLIENT_FILE_THERE ? look_at(source, table[index].from, ours) : state;
}

/* ---- the record ------------------------------------------------------------- */

static wchar_t *read_record(DWORD *units)
{
    wchar_t *record = calloc(1, RECORD_MAX + 2 * sizeof(wchar_t));
    DWORD size = RECORD_MAX;

    *units = 0;
    if (record != NULL && RegGetValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME,
                                       RRF_RT_REG_MULTI_SZ, NULL, record, &size) == ERROR_SUCCESS) {
        while (record[*units] != L'\0')
            *units += (DWORD)wcslen(record + *units) + 1;
        return record;
    }
    free(record);
    return NULL;
}

/* True: `path` is one of the texts of the list. */
static bool has_path(const wchar_t *list, const wchar_t *path)
{
    for (; list != NULL && *list != L'\0'; list += wcslen(list) + 1)
        if (CompareStringOrdinal(list, -1, path, -1, TRUE) == CSTR_EQUAL)
            return true;
    return false;
}

static bool is_recorded(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    DWORD units;
    wchar_t *record = read_record(&units);
    bool recorded = wide != NULL && has_path(record, wide);

    free(record);
    free(wide);
    return recorded;
}

char *client_files_recorded(void)
{
    DWORD units;
    wchar_t *record = read_record(&units);
    int size = 0;
    char *list = NULL;

    if (record != NULL && units > 0)
        size = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, record, (int)units + 1, NULL, 0,
                                   NULL, NULL);
    if (size > 0)
        list = calloc(1, (size_t)size + 1);
    if (list != NULL && WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, record, (int)units + 1,
                                            list, size, NULL, NULL) != size) {
        free(list);
        list = NULL;
    }
    free(record);
    return list;
}

/* Appends a path that is not in the list. 0 or a Win32 code. */
static uint32_t add_path(wchar_t *list, DWORD *units, const char *path)
{
    wchar_t *wide = wide_from_utf8(path);
    uint32_t code = wide != NULL ? ERROR_SUCCESS : GetLastError();
    size_t length = wide != NULL ? wcslen(wide) + 1 : 0;

    if (wide != NULL && !has_path(list, wide)) {
        if ((*units + length + 1) * sizeof(wchar_t) <= RECORD_MAX) {
            wmemcpy(list + *units, wide, length);
            *units += (DWORD)length;
            list[*units] = L'\0';
        } else {
            code = ERROR_BUFFER_OVERFLOW;
        }
    }
    free(wide);
    return code;
}

uint32_t client_files_remember(const struct client_files *files)
{
    DWORD units, before;
    wchar_t *list = read_record(&units);
    uint32_t code = ERROR_SUCCESS;
    size_t i;

    if (list == NULL)
        list = calloc(1, RECORD_MAX + 2 * sizeof(wchar_t));
    if (list == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    before = units;
    for (i = 0; i < CLIENT_FILES && code == ERROR_SUCCESS; i++)
        if (files->files[i].placed)
            code = add_path(list, &units, files->files[i].path);
    if (code == ERROR_SUCCESS && units != before)
        code = (uint32_t)RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME, REG_MULTI_SZ,
                                         list, (DWORD)((units + 1) * sizeof(wchar_t)));
    free(list);
    return code;
}

uint32_t client_files_claim(const struct client_files *files)
{
    uint32_t code = ERROR_SUCCESS, one;
    size_t i;

    for (i = 0; i < CLIENT_FILES; i++) {
        one = files->states[i] == CLIENT_FILE_THERE ? program_file_claim(files->files[i].path)
                                                    : ERROR_SUCCESS;
        code = code != ERROR_SUCCESS ? code : one;
    }
    return code;
}

/* ---- putting and removing --------------------------------------------------- */

/*
 * The way to a folder that exists, before anything is written there. A folder that does not exist
 * is made in one that only administrators can change.
 */
static enum sys_status check_way(const char *path, bool unsafe, struct sys_failure *why)
{
    enum sys_status status = unsafe ? SYS_OK : file_check_way(path, why);

    return status == SYS_NOT_FOUND ? SYS_OK : status;
}

static enum sys_status put(const char *source, const char *program, size_t index, bool unsafe,
                           struct client_files *out, struct sys_failure *why)
{
    char *from = beside(source, table[index].from), *to = beside(program, table[index].name);
    char *full = from != NULL ? paths_absolute(from) : NULL;
    enum sys_status status;

    if (full == NULL || to == NULL)
        status = failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    else
        status = check_way(to, unsafe, why);
    if (status == SYS_OK)
        status = program_file_put(full, to, &out->files[index], why);
    if (status == SYS_OK && !unsafe)
        status = file_check_file(to, why);
    free(full);
    free(from);
    free(to);
    return status;
}

enum sys_status client_files_put(const char *source, const char *program, bool unsafe,
                                 struct client_files *out, struct sys_failure *why)
{
    const bool laid = is_below(source, program, "bin\\");
    enum sys_status status = SYS_OK;
    size_t i;

    *out = (struct client_files){0};
    if (is_below(source, program, ""))
        return SYS_OK;
    for (i = 0; i < CLIENT_FILES && status == SYS_OK; i++) {
        char *to = laid ? beside(program, table[i].name) : NULL;
        const bool unneeded = laid && (to == NULL || !is_recorded(to));

        free(to);
        out->states[i] = unneeded ? CLIENT_FILE_UNNEEDED : find(source, i);
        if (out->states[i] == CLIENT_FILE_THERE)
            status = put(source, program, i, unsafe, out, why);
        if (status != SYS_OK)
            out->failed = table[i].name;
    }
    if (status != SYS_OK)
        client_files_undo(out);
    return status;
}

void client_files_undo(struct client_files *files)
{
    size_t i;

    for (i = CLIENT_FILES; i-- > 0;)
        program_file_undo(&files->files[i]);
}

void client_files_free(struct client_files *files)
{
    size_t i;

    for (i = 0; i < CLIENT_FILES; i++)
        program_file_free(&files->files[i]);
}

void client_files_try_remove_former(void)
{
    char *list = client_files_recorded();
    const char *path;

    for (path = list; path != NULL && *path != '\0'; path += strlen(path) + 1)
        program_file_try_remove_former_of(path);
    free(list);
}
