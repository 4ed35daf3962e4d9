/*
 * The default places come from Windows' registry, not from environment variables, which the
 * program that starts this one could set. SHGetKnownFolderPath reads the same values, but is in
 * shell32.dll: with it comes user32.dll, and a console program that has user32.dll is not notified
 * of a log-off or a shutdown.
 */
#include "paths.h"

#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wide.h"

#define PATH_UNITS 32768u /* the longest path that Windows has */

/* Where the registry has a folder. */
struct known_folder {
    const wchar_t *key, *value;
};

/* REG_EXPAND_SZ, "%SystemDrive%\ProgramData" unless somebody has moved it */
static const struct known_folder program_data = {
    L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList", L"ProgramData"};
/* REG_SZ, a full path */
static const struct known_folder program_files = {L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion",
                                                  L"ProgramFilesDir"};

/*
 * Puts Windows' own drive or folder in place of the variable that `folder` begins with. False:
 * GetLastError() says why; another variable is ERROR_BAD_PATHNAME.
 */
static bool expand(wchar_t folder[MAX_PATH])
{
    static const wchar_t drive[] = L"%SystemDrive%", root[] = L"%SystemRoot%";
    size_t skipped = 0, keeps;
    wchar_t windows[MAX_PATH], rest[MAX_PATH];
    UINT length;

    if (folder[0] != L'%')
        return true;
    if (_wcsnicmp(folder, drive, wcslen(drive)) == 0)
        skipped = wcslen(drive);
    else if (_wcsnicmp(folder, root, wcslen(root)) == 0)
        skipped = wcslen(root);
    /* Windows knows its own folder; it does not take it from a variable. */
    length = GetSystemWindowsDirectoryW(windows, MAX_PATH);
    keeps = skipped == wcslen(drive) ? 2 : length;
    wcscpy(rest, folder + skipped);
    if (skipped == 0 || length < 2 || length >= MAX_PATH || keeps + wcslen(rest) >= MAX_PATH) {
        SetLastError(ERROR_BAD_PATHNAME);
        return false;
    }
    memcpy(folder, windows, keeps * sizeof(*windows));
    wcscpy(folder + keeps, rest);
    return true;
}

/* `folder` and `tail` as one path. A missing folder fails where it is used. */
static char *in_known_folder(const struct known_folder *known, const char *tail)
{
    wchar_t folder[MAX_PATH];
    DWORD size = sizeof(folder);
    /* NOEXPAND: the variables of this process do not count. */
    const DWORD flags = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND | RRF_SUBKEY_WOW6464KEY;
    LSTATUS code =
        RegGetValueW(HKEY_LOCAL_MACHINE, known->key, known->value, flags, NULL, folder, &size);
    char *narrow, *path = NULL;

    if (code != ERROR_SUCCESS) {
        SetLastError((DWORD)code);
        return NULL;
    }
    if (!expand(folder))
        return NULL;
    narrow = wide_to_utf8(folder);
    if (narrow == NULL)
        return NULL;
    path = malloc(strlen(narrow) + strlen(tail) + 1);
    if (path != NULL) {
        strcpy(path, narrow);
        strcat(path, tail);
    } else {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    free(narrow);
    return path;
}

char *paths_default_config(void)
{
    return in_known_folder(&program_data, "\\ShmBroker\\shmbroker.yaml");
}

char *paths_default_state(void)
{
    return in_known_folder(&program_data, "\\ShmBroker\\state");
}

char *paths_default_program_folder(void)
{
    return in_known_folder(&program_files, "\\ShmBroker");
}

char *paths_default_keep(void)
{
    return in_known_folder(&program_data, "\\ShmBroker\\keep");
}

static wchar_t *new_path(void)
{
    wchar_t *path = malloc(PATH_UNITS * sizeof(wchar_t));

    if (path == NULL)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return path;
}

/* Converts and frees `path`; `units` is the result of the call that filled it. */
static char *narrow_path(wchar_t *path, DWORD units)
{
    char *narrow = NULL;

    /* PATH_UNITS or more: the path was cut off, or would need more room. */
    if (units > 0 && units < PATH_UNITS)
        narrow = wide_to_utf8(path);
    else if (units > 0)
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
    free(path);
    return narrow;
}

char *paths_executable(void)
{
    wchar_t *path = new_path();

    return path == NULL ? NULL : narrow_path(path, GetModuleFileNameW(NULL, path, PATH_UNITS));
}

char *paths_absolute(const char *path)
{
    wchar_t *relative = wide_from_utf8(path), *absolute;
    DWORD units = 0;

    if (relative == NULL)
        return NULL;
    absolute = new_path();
    if (absolute != NULL)
        units = GetFullPathNameW(relative, PATH_UNITS, absolute, NULL);
    free(relative);
    return absolute == NULL ? NULL : narrow_path(absolute, units);
}

/* https://learn.microsoft.com/windows/win32/fileio/defining-an-ms-dos-device-name */
bool paths_drive_of_logon(const char *path)
{
    static const wchar_t substituted[] = L"\\??\\";
    wchar_t drive[] = L"?:", root[] = L"?:\\", target[MAX_PATH];

    if (path[0] == '\0' || path[1] != ':')
        return false;
    drive[0] = root[0] = (wchar_t)(unsigned char)path[0];
    return GetDriveTypeW(root) == DRIVE_REMOTE ||
           (QueryDosDeviceW(drive, target, MAX_PATH) > 0 &&
            wcsncmp(target, substituted, wcslen(substituted)) == 0);
}
