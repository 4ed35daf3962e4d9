#include "whole_file.h"

#include <windows.h>

#include <stdlib.h>
#include <wchar.h>

#include "wide.h"

static uint32_t read_all(HANDLE file, size_t most, char **text, size_t *length)
{
    LARGE_INTEGER size;
    DWORD got;

    if (!GetFileSizeEx(file, &size))
        return GetLastError();
    if ((uint64_t)size.QuadPart > most)
        return ERROR_FILE_TOO_LARGE;
    *text = malloc((size_t)size.QuadPart + 1);
    if (*text == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!ReadFile(file, *text, (DWORD)size.QuadPart, &got, NULL)) {
        DWORD code = GetLastError();

        free(*text);
        *text = NULL;
        return code;
    }
    (*text)[got] = '\0';
    *length = got;
    return 0;
}

uint32_t whole_file_read(const char *path, size_t most, char **text, size_t *length)
{
    wchar_t *wide = wide_from_utf8(path);
    HANDLE file;
    uint32_t code;

    *text = NULL;
    *length = 0;
    if (wide == NULL)
        return GetLastError();
    file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    code = file == INVALID_HANDLE_VALUE ? GetLastError() : read_all(file, most, text, length);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    free(wide);
    return code;
}

/* The folder of a file, in the one above it, which is there. */
static void make_folder(wchar_t *path)
{
    wchar_t *last = wcsrchr(path, L'\\');

    if (last == NULL)
        return;
    *last = L'\0';
    CreateDirectoryW(path, NULL);
    *last = L'\\';
}

static uint32_t write_new(const wchar_t *path, const char *text, size_t length)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    uint32_t code = 0;
    DWORD done;

    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    if (!WriteFile(file, text, (DWORD)length, &done, NULL))
        code = GetLastError();
    CloseHandle(file);
    return code;
}

uint32_t whole_file_replace(const char *path, const char *text, size_t length)
{
    static const wchar_t tail[] = L".new";
    wchar_t *wide = wide_from_utf8(path), *next = NULL;
    uint32_t code = ERROR_NOT_ENOUGH_MEMORY;

    if (wide != NULL)
        next = malloc(wcslen(wide) * sizeof(*wide) + sizeof(tail));
    if (next != NULL) {
        wcscpy(next, wide);
        wcscat(next, tail);
        code = write_new(next, text, length);
        if (code == ERROR_PATH_NOT_FOUND) {
            make_folder(next);
            code = write_new(next, text, length);
        }
        if (code == 0 && !MoveFileExW(next, wide, MOVEFILE_REPLACE_EXISTING)) {
            code = GetLastError();
            DeleteFileW(next);
        }
    }
    free(next);
    free(wide);
    return code;
}
