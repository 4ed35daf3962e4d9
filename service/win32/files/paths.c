/*
 * The default places come from Windows, not from environment variables, which the program that
 * starts this one could set.
 */
#include "paths.h"

#include <windows.h>
#include <initguid.h>
#include <objbase.h>
#include <knownfolders.h>
#include <shlobj.h>

#include <stdlib.h>
#include <string.h>

#include "wide.h"

#define PATH_UNITS 32768u /* the longest path that Windows has */

static char *in_known_folder(const KNOWNFOLDERID *id, const char *tail)
{
    wchar_t *folder = NULL;
    char *narrow, *path = NULL;
    /* DONT_VERIFY: a missing folder fails where it is used, with a better message. */
    HRESULT result = SHGetKnownFolderPath(id, KF_FLAG_DONT_VERIFY, NULL, &folder);

    if (FAILED(result)) {
        CoTaskMemFree(folder);
        SetLastError(ERROR_PATH_NOT_FOUND);
        return NULL;
    }
    narrow = wide_to_utf8(folder);
    CoTaskMemFree(folder);
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
    return in_known_folder(&FOLDERID_ProgramData, "\\ShmBroker\\shmbroker.yaml");
}

char *paths_default_state(void)
{
    return in_known_folder(&FOLDERID_ProgramData, "\\ShmBroker\\state");
}

char *paths_default_program_folder(void)
{
    return in_known_folder(&FOLDERID_ProgramFiles, "\\ShmBroker");
}

char *paths_default_keep(void)
{
    return in_known_folder(&FOLDERID_ProgramData, "\\ShmBroker\\keep");
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
