/* Reads the text first, then asks the disk: what Windows starts depends on the files there. */
#include "image_path.h"

#include <windows.h>

#include <stdlib.h>

#define EXE     L".exe"
#define PROGRAM L"shmbroker"

static bool is_blank(wchar_t unit)
{
    return unit == L' ' || unit == L'\t';
}

/* The last part of a path. */
static const wchar_t *file_of(const wchar_t *path)
{
    const wchar_t *at, *file = path;

    for (at = path; *at != L'\0'; at++)
        if (*at == L'\\' || *at == L'/')
            file = at + 1;
    return file;
}

bool image_path_is_ours(const wchar_t *path)
{
    return _wcsicmp(file_of(path), PROGRAM EXE) == 0;
}

/* The first `units` of `line`, with .exe if the file has no extension. NULL: no memory. */
static wchar_t *part(const wchar_t *line, size_t units)
{
    wchar_t *copy = calloc(units + sizeof(EXE) / sizeof(wchar_t), sizeof(*copy));

    if (copy == NULL)
        return NULL;
    wmemcpy(copy, line, units);
    if (units > 0 && wcschr(file_of(copy), L'.') == NULL)
        wcscpy(copy + units, EXE);
    return copy;
}

/* A path that Windows does not search for in other folders. */
static bool is_full(const wchar_t *path)
{
    return path[0] == L'\\' || (path[0] != L'\0' && path[1] == L':');
}

static bool is_file(const wchar_t *path)
{
    DWORD attributes = is_full(path) ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/* The end of the part of a line that begins at `units`; its blank, or the end of the line. */
static size_t next_end(const wchar_t *line, size_t units)
{
    while (is_blank(line[units]))
        units++;
    while (line[units] != L'\0' && !is_blank(line[units]))
        units++;
    return units;
}

/* Finds the end of the part for which `fits` is true. 0: there is none. False: no memory. */
static bool find_end(const wchar_t *line, bool (*fits)(const wchar_t *part), size_t *out)
{
    size_t end = 0;

    for (*out = 0; *out == 0 && line[end] != L'\0';) {
        wchar_t *path;

        end = next_end(line, end);
        path = part(line, end);
        if (path == NULL)
            return false;
        if (end > 0 && !is_blank(line[end - 1]) && fits(path))
            *out = end;
        free(path);
    }
    return true;
}

/* A second drive or a second server begins an argument, not the rest of a path. */
static bool is_path(const wchar_t *path)
{
    const wchar_t *at = path + (wcsncmp(path, L"\\\\?\\", 4) == 0 ? 4 : 0);

    return wcspbrk(at, L"\"*?<>|") == NULL &&
           (at[0] == L'\0' || at[1] == L'\0' ||
            (wcschr(at + 2, L':') == NULL && wcsstr(at + 2, L"\\\\") == NULL));
}

static bool is_ours(const wchar_t *path)
{
    return is_path(path) && image_path_is_ours(path);
}

/* The end of the program in the text: after the first .exe, or after our program's name. */
static bool find_in_text(const wchar_t *line, size_t *out)
{
    const wchar_t *at;

    for (at = line; *at != L'\0'; at++)
        if (_wcsnicmp(at, EXE, 4) == 0 && (is_blank(at[4]) || at[4] == L'\0')) {
            *out = (size_t)(at - line) + 4;
            return true;
        }
    if (!find_end(line, is_ours, out))
        return false;
    if (*out == 0)
        *out = next_end(line, 0);
    return true;
}

static bool read_without_quotes(const wchar_t *line, struct image_path *out)
{
    size_t written, found, end, i;

    if (!find_in_text(line, &written) || !find_end(line, is_file, &found))
        return false;
    end = found == 0 ? written : found;
    out->program = part(line, end);
    if (out->program == NULL)
        return false;
    if (found != 0 && found < written) {
        wchar_t *meant = part(line, written);

        if (meant == NULL)
            return false;
        if (is_ours(meant)) {
            out->other = out->program;
            out->program = meant;
            end = written;
        } else {
            free(meant);
        }
    }
    for (i = 0; i < end; i++)
        out->plain = out->plain && !is_blank(line[i]);
    out->rest = line + end;
    return true;
}

bool image_path_read(const wchar_t *line, struct image_path *out)
{
    const wchar_t *end;

    *out = (struct image_path){.plain = !is_blank(*line)};
    while (is_blank(*line))
        line++;
    if (*line != L'"')
        return read_without_quotes(line, out);
    line++;
    end = wcschr(line, L'"');
    out->rest = end != NULL ? end + 1 : line + wcslen(line);
    out->program = part(line, end != NULL ? (size_t)(end - line) : wcslen(line));
    return out->program != NULL;
}

void image_path_free(struct image_path *path)
{
    free(path->program);
    free(path->other);
    *path = (struct image_path){0};
}
