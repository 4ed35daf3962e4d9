/*
 * A new entry is put at the end, before a last semicolon. When it is removed, one semicolon goes
 * with it: what is left is what was there before.
 */
#include "machine_path.h"

#include <stdlib.h>
#include <string.h>

#include "slow_call.h"
#include "wide.h"

#define PATH_KEY   L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
#define PATH_VALUE L"Path"
#define OUR_KEY    L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define OUR_VALUE  L"Path"
#define TRIES_MAX  20u
#define UNITS_MAX  32767u /* of a variable, by Windows */
#define WINDOW_MS  1000u
#define TELL_TICKS 5u /* seconds */

/* A value as it is stored. */
struct value {
    wchar_t *at; /* terminated; freed with free() */
    size_t units;
    DWORD type;
};

/* ---- entries ---------------------------------------------------------------- */

/*
 * The unit behind the entry at `from`: its semicolon, or the end. A semicolon between two quotes is
 * part of it. A quote without a second one has no meaning, or it would swallow all that follows.
 */
static const wchar_t *entry_end(const wchar_t *from)
{
    const wchar_t *second;

    for (; *from != L'\0' && *from != L';'; from++) {
        second = *from == L'"' ? wcschr(from + 1, L'"') : NULL;
        if (second != NULL)
            from = second;
    }
    return from;
}

/* Copies the entry without quotes and last backslashes, with its variables replaced. */
static wchar_t *plain_entry(const wchar_t *from, const wchar_t *end)
{
    wchar_t *entry = malloc(((size_t)(end - from) + 1) * sizeof(*entry)), *expanded = NULL;
    size_t length = 0;
    DWORD units;

    if (entry == NULL)
        return NULL;
    for (; from < end; from++)
        if (*from != L'"')
            entry[length++] = *from;
    entry[length] = L'\0';
    units = ExpandEnvironmentStringsW(entry, NULL, 0);
    if (units > 0)
        expanded = malloc(units * sizeof(*expanded));
    if (expanded != NULL)
        units = ExpandEnvironmentStringsW(entry, expanded, units);
    free(entry);
    if (expanded == NULL)
        return NULL;
    for (length = wcslen(expanded); length > 0 && expanded[length - 1] == L'\\';)
        expanded[--length] = L'\0';
    return expanded;
}

/* As file names compare: without case, in any language. */
static bool same(const wchar_t *a, int units, const wchar_t *b)
{
    return CompareStringOrdinal(a, units, b, -1, TRUE) == CSTR_EQUAL;
}

/* Finds an entry that is the folder. `exact`: written as `folder` is. NULL: none. */
static const wchar_t *find_entry(const wchar_t *path, const wchar_t *folder, bool exact)
{
    const wchar_t *from = path, *end;
    bool found;

    for (;; from = end + 1) {
        end = entry_end(from);
        if (exact) {
            found = same(from, (int)(end - from), folder);
        } else {
            wchar_t *entry = plain_entry(from, end);

            found = entry != NULL && same(entry, -1, folder);
            free(entry);
        }
        if (found)
            return from;
        if (*end == L'\0')
            return NULL;
    }
}

/* Both change `value`; false: there is nothing to change, or no memory (then `at` is NULL). */

static bool put_entry(struct value *value, const wchar_t *folder)
{
    const size_t length = wcslen(folder);
    bool open_end = value->units == 0 || value->at[value->units - 1] == L';';
    wchar_t *grown;

    if (find_entry(value->at, folder, false) != NULL)
        return false;
    grown = malloc((value->units + length + 2) * sizeof(*grown));
    if (grown != NULL) {
        wmemcpy(grown, value->at, value->units);
        if (!open_end)
            grown[value->units++] = L';';
        wmemcpy(grown + value->units, folder, length);
        open_end = open_end && value->units > 0;
        value->units += length;
        if (open_end)
            grown[value->units++] = L';';
        grown[value->units] = L'\0';
    }
    free(value->at);
    value->at = grown;
    return grown != NULL;
}

static bool take_entry(struct value *value, const wchar_t *folder)
{
    const wchar_t *found = find_entry(value->at, folder, true);
    size_t from, to;

    if (found == NULL)
        return false;
    from = (size_t)(found - value->at);
    to = from + wcslen(folder);
    if (to < value->units)
        to++; /* its semicolon */
    else if (from > 0)
        from--; /* that of the entry before it */
    wmemmove(value->at + from, value->at + to, value->units - to + 1);
    value->units -= to - from;
    return true;
}

/* ---- the registry ----------------------------------------------------------- */

/* A value that does not exist is an empty text. */
static uint32_t read_value(HKEY key, struct value *out)
{
    DWORD size = 0;
    LSTATUS code = RegQueryValueExW(key, PATH_VALUE, NULL, &out->type, NULL, &size);

    *out = (struct value){.type = out->type};
    if (code == ERROR_FILE_NOT_FOUND) {
        out->type = REG_EXPAND_SZ;
        size = 0;
    } else if (code != ERROR_SUCCESS) {
        return (uint32_t)code;
    } else if ((out->type != REG_SZ && out->type != REG_EXPAND_SZ) || size % sizeof(wchar_t) != 0) {
        return ERROR_INVALID_DATA;
    }
    out->at = calloc(size / sizeof(wchar_t) + 1, sizeof(wchar_t));
    if (out->at == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (code == ERROR_SUCCESS)
        code = RegQueryValueExW(key, PATH_VALUE, NULL, &out->type, (BYTE *)out->at, &size);
    else
        code = ERROR_SUCCESS;
    if (code == ERROR_SUCCESS) {
        out->units = size / sizeof(wchar_t);
        while (out->units > 0 && out->at[out->units - 1] == L'\0')
            out->units--;
        if (wcslen(out->at) != out->units)
            code = ERROR_INVALID_DATA; /* it goes on behind a terminator */
    }
    return (uint32_t)code;
}

static bool same_value(const struct value *a, const struct value *b)
{
    return a->type == b->type && a->units == b->units && wcscmp(a->at, b->at) == 0;
}

/* One attempt. ERROR_MORE_DATA: another program has changed the value since it was read. */
static uint32_t change(HKEY key, const wchar_t *folder,
                       bool (*edit)(struct value *value, const wchar_t *folder), bool *changed)
{
    struct value value = {0}, read = {0}, again = {0};
    uint32_t code = read_value(key, &value);

    *changed = false;
    if (code == ERROR_SUCCESS)
        code = read_value(key, &read);
    if (code == ERROR_SUCCESS && !same_value(&value, &read))
        code = ERROR_MORE_DATA;
    if (code == ERROR_SUCCESS)
        *changed = edit(&value, folder);
    if (code == ERROR_SUCCESS && value.at == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    if (code == ERROR_SUCCESS && *changed && value.units >= UNITS_MAX)
        code = ERROR_BUFFER_OVERFLOW;
    /* No call compares and writes at once: a change by others between these two is lost. */
    if (code == ERROR_SUCCESS && *changed)
        code = read_value(key, &again);
    if (code == ERROR_SUCCESS && *changed && !same_value(&read, &again))
        code = ERROR_MORE_DATA;
    if (code == ERROR_SUCCESS && *changed)
        code = (uint32_t)RegSetValueExW(key, PATH_VALUE, 0, value.type, (const BYTE *)value.at,
                                        (DWORD)((value.units + 1) * sizeof(wchar_t)));
    *changed = *changed && code == ERROR_SUCCESS;
    free(value.at);
    free(read.at);
    free(again.at);
    return code;
}

static uint32_t change_patiently(HKEY key, const char *folder,
                                 bool (*edit)(struct value *value, const wchar_t *folder),
                                 bool *changed)
{
    wchar_t *wide = wide_from_utf8(folder);
    uint32_t code = ERROR_MORE_DATA;
    unsigned tries;

    *changed = false;
    if (wide == NULL)
        return GetLastError();
    for (tries = 0; tries < TRIES_MAX && code == ERROR_MORE_DATA; tries++)
        code = change(key, wide, edit, changed);
    free(wide);
    return code == ERROR_MORE_DATA ? ERROR_BUSY : code;
}

uint32_t machine_path_add_in(HKEY key, const char *folder, bool *added)
{
    *added = false;
    if (strpbrk(folder, ";%\"") != NULL)
        return ERROR_INVALID_NAME;
    return change_patiently(key, folder, put_entry, added);
}

uint32_t machine_path_remove_in(HKEY key, const char *folder)
{
    bool changed;

    return change_patiently(key, folder, take_entry, &changed);
}

static uint32_t open_key(REGSAM access, HKEY *out)
{
    return (uint32_t)RegOpenKeyExW(HKEY_LOCAL_MACHINE, PATH_KEY, 0, access, out);
}

uint32_t machine_path_add(const char *folder, bool *added)
{
    HKEY key;
    uint32_t code = open_key(KEY_QUERY_VALUE | KEY_SET_VALUE, &key);

    *added = false;
    if (code != ERROR_SUCCESS)
        return code;
    code = machine_path_add_in(key, folder, added);
    RegCloseKey(key);
    return code;
}

uint32_t machine_path_remove(const char *folder)
{
    HKEY key;
    uint32_t code = open_key(KEY_QUERY_VALUE | KEY_SET_VALUE, &key);

    if (code != ERROR_SUCCESS)
        return code;
    code = machine_path_remove_in(key, folder);
    RegCloseKey(key);
    return code;
}

bool machine_path_has(const char *folder)
{
    wchar_t *wide = wide_from_utf8(folder);
    struct value value = {0};
    bool has = false;
    HKEY key;

    if (wide != NULL && open_key(KEY_QUERY_VALUE, &key) == ERROR_SUCCESS) {
        has = read_value(key, &value) == ERROR_SUCCESS && find_entry(value.at, wide, false) != NULL;
        RegCloseKey(key);
    }
    free(value.at);
    free(wide);
    return has;
}

/* ---- telling programs ------------------------------------------------------- */

typedef LRESULT(WINAPI *send_message)(HWND, UINT, WPARAM, LPARAM, UINT, UINT, PDWORD_PTR);

/* Not imported: Windows does not tell a console program with this DLL of a shutdown. */
static void tell(void *job)
{
    HMODULE user = LoadLibraryExW(L"user32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    FARPROC found = user != NULL ? GetProcAddress(user, "SendMessageTimeoutW") : NULL;
    wchar_t what[] = L"Environment";
    send_message send;
    DWORD_PTR answer;

    (void)job;
    memcpy(&send, &found, sizeof(send));
    if (send != NULL)
        send(HWND_BROADCAST, WM_SETTINGCHANGE, 0, (LPARAM)what, SMTO_ABORTIFHUNG, WINDOW_MS,
             &answer);
}

static bool wait_on(void *context)
{
    unsigned *ticks = context;

    return ++*ticks < TELL_TICKS;
}

static void free_nothing(void *job)
{
    (void)job;
}

void machine_path_tell(void)
{
    unsigned ticks = 0;
    const struct slow_call slow = {tell, free_nothing, wait_on, &ticks};

    (void)slow_call_run(&slow, NULL);
}

/* ---- the record ------------------------------------------------------------- */

uint32_t machine_path_remember(const char *folder)
{
    wchar_t *wide = wide_from_utf8(folder);
    LSTATUS code;

    if (wide == NULL)
        return GetLastError();
    code = RegSetKeyValueW(HKEY_LOCAL_MACHINE, OUR_KEY, OUR_VALUE, REG_SZ, wide,
                           (DWORD)((wcslen(wide) + 1) * sizeof(wchar_t)));
    free(wide);
    return (uint32_t)code;
}

uint32_t machine_path_forget(void)
{
    LSTATUS code = RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, OUR_KEY, OUR_VALUE);

    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}

char *machine_path_recorded(void)
{
    wchar_t folder[MAX_PATH * 2];
    DWORD size = sizeof(folder);

    return RegGetValueW(HKEY_LOCAL_MACHINE, OUR_KEY, OUR_VALUE, RRF_RT_REG_SZ, NULL, folder,
                        &size) == ERROR_SUCCESS
               ? wide_to_utf8(folder)
               : NULL;
}
