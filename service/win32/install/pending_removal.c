/*
 * The value is a list of pairs: a source, and what it is renamed to, empty for a deletion. Since
 * empty strings are part of it, the functions for a REG_MULTI_SZ cannot read it.
 */
#include "pending_removal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define KEY_PATH  L"SYSTEM\\CurrentControlSet\\Control\\Session Manager"
#define PREFIX    L"\\??\\" /* how the list starts a full path */
#define TRIES_MAX 20u

/* Windows uses the second one, too. */
static const wchar_t *const values[] = {L"PendingFileRenameOperations",
                                        L"PendingFileRenameOperations2"};

/* A value as it is stored. `units` is its length; there is a terminator behind it. */
struct list {
    wchar_t *at; /* freed with free(); NULL: there is no value */
    size_t units;
};

/* ---- the list --------------------------------------------------------------- */

/* The unit behind the string at `from`, or `units` if nothing ends it. */
static size_t string_end(const struct list *list, size_t from)
{
    while (from < list->units && list->at[from] != L'\0')
        from++;
    return from < list->units ? from + 1 : list->units;
}

/*
 * Windows 10 22H2 and Windows 11 write "*1\??\C:\..." and "*2\??\C:\..."; earlier ones write
 * "\??\C:\...". https://github.com/MicrosoftDocs/sysinternals/issues/882
 */
static const wchar_t *without_mark(const wchar_t *source)
{
    if (*source != L'*')
        return source;
    for (source++; *source >= L'0' && *source <= L'9';)
        source++;
    return source;
}

/* Compares as file names compare: without case, in any language. */
static bool is_source(const wchar_t *source, const wchar_t *path)
{
    const size_t prefix = wcslen(PREFIX);

    source = without_mark(source);
    return wcsncmp(source, PREFIX, prefix) == 0 &&
           CompareStringOrdinal(source + prefix, -1, path, -1, TRUE) == CSTR_EQUAL;
}

/* Removes the pairs of `path`. An incomplete pair, and what follows the end, stay. */
static bool remove_pairs(struct list *list, const wchar_t *path)
{
    size_t from = 0;
    bool changed = false;

    while (from < list->units && list->at[from] != L'\0') {
        const size_t target = string_end(list, from), next = string_end(list, target);

        if (target < list->units && is_source(list->at + from, path)) {
            /* Moves the terminator behind the value, too. */
            memmove(list->at + from, list->at + next, (list->units - next + 1) * sizeof(wchar_t));
            list->units -= next - from;
            changed = true;
        } else {
            from = next;
        }
    }
    return changed;
}

/* ---- the registry ----------------------------------------------------------- */

static LSTATUS read_list(HKEY key, const wchar_t *value, struct list *out)
{
    DWORD type = 0, size = 0;
    LSTATUS code = RegQueryValueExW(key, value, NULL, &type, NULL, &size);

    *out = (struct list){0};
    if (code == ERROR_FILE_NOT_FOUND)
        return ERROR_SUCCESS;
    while (code == ERROR_SUCCESS) {
        free(out->at);
        out->at = calloc((size_t)size / sizeof(wchar_t) + 2, sizeof(wchar_t));
        if (out->at == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        code = RegQueryValueExW(key, value, NULL, &type, (BYTE *)out->at, &size);
        if (code != ERROR_MORE_DATA) /* it has grown in between: `size` is the new one */
            break;
        code = ERROR_SUCCESS;
    }
    if (code == ERROR_SUCCESS && (type != REG_MULTI_SZ || size % sizeof(wchar_t) != 0))
        code = ERROR_INVALID_DATA;
    out->units = size / sizeof(wchar_t);
    if (code != ERROR_SUCCESS) {
        free(out->at);
        *out = (struct list){0};
    } else {
        out->at[out->units] = L'\0';
    }
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}

static bool is_unchanged(HKEY key, const wchar_t *value, const struct list *before)
{
    struct list now;
    bool same = read_list(key, value, &now) == ERROR_SUCCESS && now.at != NULL &&
                now.units == before->units &&
                memcmp(now.at, before->at, now.units * sizeof(wchar_t)) == 0;

    free(now.at);
    return same;
}

/* Without a pair there is no value: one that is there stands for a restart that is needed. */
static LSTATUS write_list(HKEY key, const wchar_t *value, const struct list *list)
{
    if (list->units == 0 || list->at[0] == L'\0')
        return RegDeleteValueW(key, value);
    return RegSetValueExW(key, value, 0, REG_MULTI_SZ, (const BYTE *)list->at,
                          (DWORD)(list->units * sizeof(wchar_t)));
}

/* One attempt. `*again`: somebody else has changed the value in between. */
static LSTATUS forget_once(HKEY key, const wchar_t *value, const wchar_t *path, bool *again)
{
    struct list before, after = {0};
    LSTATUS code = read_list(key, value, &before);

    *again = false;
    if (code != ERROR_SUCCESS || before.at == NULL)
        return code;
    after.units = before.units;
    after.at = malloc((before.units + 1) * sizeof(wchar_t));
    if (after.at == NULL) {
        code = ERROR_NOT_ENOUGH_MEMORY;
    } else {
        memcpy(after.at, before.at, (before.units + 1) * sizeof(wchar_t));
        /* The registry has no lock. MoveFileExW itself reads and writes the value like this. */
        if (remove_pairs(&after, path)) {
            *again = !is_unchanged(key, value, &before);
            code = *again ? ERROR_SUCCESS : write_list(key, value, &after);
        }
    }
    free(after.at);
    free(before.at);
    return code;
}

static LSTATUS forget(HKEY key, const wchar_t *value, const wchar_t *path)
{
    unsigned tries;

    for (tries = 0; tries < TRIES_MAX; tries++) {
        bool again;
        LSTATUS code = forget_once(key, value, path, &again);

        if (!again)
            return code;
    }
    return ERROR_BUSY;
}

uint32_t pending_removal_forget_in(HKEY key, const wchar_t *path)
{
    LSTATUS code, result = ERROR_SUCCESS;
    size_t i;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        code = forget(key, values[i], path);
        if (result == ERROR_SUCCESS)
            result = code;
    }
    return (uint32_t)result;
}

uint32_t pending_removal_forget(const wchar_t *path)
{
    HKEY key;
    uint32_t result = (uint32_t)RegOpenKeyExW(HKEY_LOCAL_MACHINE, KEY_PATH, 0,
                                              KEY_QUERY_VALUE | KEY_SET_VALUE, &key);

    if (result != ERROR_SUCCESS)
        return result;
    result = pending_removal_forget_in(key, path);
    RegCloseKey(key);
    return result;
}
