/*
 * Called for the includes and patterns of a configuration. Only the last part of a path may
 * have wildcards (pattern.h), so one listing of one folder finds all matches.
 */
#include "expand.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "failure.h"
#include "file_check.h"
#include "held.h"
#include "names.h"
#include "paths.h"
#include "pattern.h"
#include "wide.h"

static bool is_separator(char c)
{
    return c == '\\' || c == '/';
}

/* `length` bytes of `first`, then `second`. NULL: no memory (GetLastError). */
static char *join(const char *first, size_t length, const char *second)
{
    size_t rest = strlen(second) + 1;
    char *joined = malloc(length + rest);

    if (joined == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memcpy(joined, first, length);
    memcpy(joined + length, second, rest);
    return joined;
}

/* How many bytes of `base` precede a path: none, its drive, or its folder. */
static size_t part_before(const char *base, const char *path)
{
    bool has_drive = path[0] != '\0' && path[1] == ':';

    if (base == NULL || has_drive || (is_separator(path[0]) && is_separator(path[1])))
        return 0;
    if (is_separator(path[0]))
        /* "\x" begins at the root of the base's drive. */
        return base[0] != '\0' && base[1] == ':' ? 2 : 0;
    return (size_t)(pattern_last_part(base) - base);
}

/* True for a path whose meaning depends on the current drive or folder of the process. */
static bool depends_on_process(const char *base, const char *path)
{
    if (base == NULL)
        return false;
    /* Windows has a current folder for each drive, and C:x starts from that of C. */
    if (path[0] != '\0' && path[1] == ':')
        return !is_separator(path[2]);
    return is_separator(path[0]) && !is_separator(path[1]) && part_before(base, path) == 0;
}

enum sys_status expand_path(const char *base, const char *path, char **out, struct sys_failure *why)
{
    char *joined;

    *out = NULL;
    if (depends_on_process(base, path))
        return failure_say(why, SYS_FAILED, NULL, 0,
                           "the path depends on the current drive or folder; write the full path");
    joined = join(base, part_before(base, path), path);
    if (joined != NULL)
        *out = paths_absolute(joined);
    if (*out == NULL) {
        DWORD code = GetLastError();

        free(joined);
        return failure_set(why, "GetFullPathNameW", code);
    }
    free(joined);
    return SYS_OK;
}

/* A list of paths that grows. */
struct found {
    char **paths;
    size_t count;
};

static void free_found(struct found *found)
{
    size_t i;

    for (i = 0; i < found->count; i++)
        free(found->paths[i]);
    free(found->paths);
    *found = (struct found){0};
}

/* Adds `path`, and owns it from here on. NULL: GetLastError() says why. */
static enum sys_status add(struct found *found, char *path, struct sys_failure *why)
{
    char **paths;

    if (path == NULL)
        return failure_set(why, "FindFirstFileExW", GetLastError());
    if (found->count == SYS_PATHS_MAX) {
        free(path);
        return failure_say(why, SYS_FAILED, NULL, 0, "more than %u files", SYS_PATHS_MAX);
    }
    paths = realloc(found->paths, (found->count + 1) * sizeof(*paths));
    if (paths == NULL) {
        free(path);
        return failure_set(why, "realloc", ERROR_NOT_ENOUGH_MEMORY);
    }
    found->paths = paths;
    paths[found->count++] = path;
    return SYS_OK;
}

/* True for what `apply` puts beside a configuration. */
static bool is_beside(const char *name)
{
    return pattern_match("*" BESIDE_FORMER, name) || pattern_match("*" BESIDE_NEW, name) ||
           pattern_match("*" BESIDE_LOCK, name);
}

/*
 * Adds a file if it matches. Windows' own matching also compares short names, and so
 * finds x.yaml~ for *.yaml; therefore all files are listed and matched here.
 */
static enum sys_status add_entry(struct found *found, const char *pattern,
                                 const WIN32_FIND_DATAW *entry, struct sys_failure *why)
{
    const DWORD skipped = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN;
    const char *wanted = pattern_last_part(pattern);
    enum sys_status status = SYS_OK;
    char *name;

    if ((entry->dwFileAttributes & skipped) != 0)
        return SYS_OK;
    name = wide_to_utf8(entry->cFileName);
    if (name == NULL && GetLastError() == ERROR_NO_UNICODE_TRANSLATION)
        return SYS_OK; /* no pattern can match this name */
    if (name == NULL)
        return failure_set(why, "FindFirstFileExW", GetLastError());
    if (pattern_match(wanted, name) && !is_beside(name))
        status = add(found, join(pattern, (size_t)(wanted - pattern), name), why);
    free(name);
    return status;
}

static enum sys_status list_folder(const wchar_t *all, const char *pattern, struct found *found,
                                   struct sys_failure *why)
{
    WIN32_FIND_DATAW entry;
    /* FindExInfoBasic: without short names, which nobody needs here. */
    HANDLE search = FindFirstFileExW(all, FindExInfoBasic, &entry, FindExSearchNameMatch, NULL, 0);
    enum sys_status status = SYS_OK;
    DWORD code = ERROR_NO_MORE_FILES;

    if (search == INVALID_HANDLE_VALUE)
        code = GetLastError();
    while (search != INVALID_HANDLE_VALUE) {
        status = add_entry(found, pattern, &entry, why);
        if (status != SYS_OK)
            break;
        if (!FindNextFileW(search, &entry)) {
            code = GetLastError();
            break;
        }
    }
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    /* No match and no folder are no failures: there are no files. */
    if (status != SYS_OK || code == ERROR_NO_MORE_FILES || code == ERROR_FILE_NOT_FOUND ||
        code == ERROR_PATH_NOT_FOUND)
        return status;
    return held_failure(NULL, "FindFirstFileExW", code, why);
}

static int compare_paths(const void *a, const void *b)
{
    return pattern_compare(*(char *const *)a, *(char *const *)b);
}

/* A missing folder is no failure: it has no files. */
static enum sys_status check_folder(const char *pattern, struct sys_failure *why)
{
    enum sys_status status = file_check_way(pattern, why);

    return status == SYS_NOT_FOUND ? SYS_OK : status;
}

static bool same_path(const char *a, const char *b)
{
    return shmb_name_same(a, strlen(a), b, strlen(b));
}

/* Adds the path, as if it were there, if it matches and was not found. */
static enum sys_status add_also(struct found *found, const char *pattern, const char *path,
                                struct sys_failure *why)
{
    const char *wanted = pattern_last_part(pattern), *name = pattern_last_part(path);
    size_t i;

    if (!shmb_name_same(pattern, (size_t)(wanted - pattern), path, (size_t)(name - path)) ||
        !pattern_match(wanted, name) || is_beside(name))
        return SYS_OK;
    for (i = 0; i < found->count; i++)
        if (same_path(found->paths[i], path))
            return SYS_OK;
    return add(found, join(path, strlen(path), ""), why);
}

/* `safe`: checks the folder first. Who may add files to it could add to the configuration. */
static enum sys_status find_files(const char *pattern, bool safe, const char *also,
                                  struct found *found, struct sys_failure *why)
{
    char *all = join(pattern, (size_t)(pattern_last_part(pattern) - pattern), "*");
    wchar_t *wide = all != NULL ? wide_from_utf8(all) : NULL;
    enum sys_status status = safe ? check_folder(pattern, why) : SYS_OK;

    if (status == SYS_OK && wide == NULL)
        status = failure_set(why, "FindFirstFileExW", GetLastError());
    else if (status == SYS_OK)
        status = list_folder(wide, pattern, found, why);
    if (status == SYS_OK && also != NULL)
        status = add_also(found, pattern, also, why);
    free(wide);
    free(all);
    if (status == SYS_OK && found->count > 1)
        /* A listing has the order of the file system; the result must not depend on it. */
        qsort(found->paths, found->count, sizeof(*found->paths), compare_paths);
    return status;
}

enum sys_status expand_pattern(const char *base, const char *pattern, bool safe, const char *also,
                               char ***paths, size_t *count, struct sys_failure *why)
{
    struct found found = {0};
    enum sys_status status;
    char *whole;

    *paths = NULL;
    *count = 0;
    status = expand_path(base, pattern, &whole, why);
    if (status != SYS_OK)
        return status;
    if (pattern_has_wildcard(pattern))
        status = find_files(whole, safe, also, &found, why);
    else
        status = add(&found, join(whole, strlen(whole), ""), why);
    free(whole);
    if (status != SYS_OK) {
        free_found(&found);
        return status;
    }
    *paths = found.paths;
    *count = found.count;
    return SYS_OK;
}
