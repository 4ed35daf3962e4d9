/*
 * An order is written before the control that makes the service look for it. The names are one
 * value, replaced as a whole.
 */
#include "orders.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"
#include "names.h"
#include "wide.h"

#define PARAMETERS    L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define KEY_PATH      PARAMETERS L"\\Orders"
#define VALUE_NAMES   L"Recreate" /* REG_MULTI_SZ */
#define VALUE_RELEASE L"Release"  /* REG_DWORD, 1 */

#define NAMES_BYTES_MAX 65536u /* of all names, as the registry stores them */

/* Users read; the service may also set and delete values: KEY_READ and KEY_SET_VALUE. */
#define KEY_SDDL                                                                                   \
    "D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)(A;CI;0x2001b;;;" SHMB_SERVICE_SID ")"

/* ---- the key ---------------------------------------------------------------- */

static LSTATUS open_key(REGSAM access, HKEY *key)
{
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, KEY_PATH, 0, access, key);
}

/* Opens the key to set values, and creates it if it is missing. */
static LSTATUS create_key(HKEY *key)
{
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    struct sys_failure why;
    /*
     * The key above has what administrators act on, such as the files to remove. The service may
     * not write there, so that key does not get this list.
     */
    LSTATUS code =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, PARAMETERS, 0, NULL, 0, KEY_READ, NULL, key, NULL);

    if (code != ERROR_SUCCESS)
        return code;
    RegCloseKey(*key);
    if (descriptors_make(KEY_SDDL, &descriptor, &why) != SYS_OK)
        return (LSTATUS)why.code;
    attributes = descriptors_attributes(descriptor);
    code = RegCreateKeyExW(HKEY_LOCAL_MACHINE, KEY_PATH, 0, NULL, 0, KEY_SET_VALUE | WRITE_DAC,
                           &attributes, key, NULL);
    if (code == ERROR_SUCCESS) {
        /* An existing key may have another access list. */
        code = RegSetKeySecurity(*key, DACL_SECURITY_INFORMATION, attributes.lpSecurityDescriptor);
        if (code != ERROR_SUCCESS)
            RegCloseKey(*key);
    }
    descriptors_free(descriptor);
    return code;
}

uint32_t recreate_prepare(void)
{
    HKEY key;
    LSTATUS code = create_key(&key);

    if (code == ERROR_SUCCESS)
        RegCloseKey(key);
    return (uint32_t)code;
}

static uint32_t set_value(const wchar_t *name, DWORD type, const void *value, DWORD bytes)
{
    HKEY key;
    LSTATUS code = create_key(&key);

    if (code == ERROR_SUCCESS) {
        code = RegSetValueExW(key, name, 0, type, value, bytes);
        RegCloseKey(key);
    }
    return (uint32_t)code;
}

/* 0 also if there is no such value, or no key. */
static uint32_t delete_value(const wchar_t *name)
{
    HKEY key;
    LSTATUS code = open_key(KEY_SET_VALUE, &key);

    if (code == ERROR_SUCCESS) {
        code = RegDeleteValueW(key, name);
        RegCloseKey(key);
    }
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}

/* ---- names to recreate: the service ----------------------------------------- */

static size_t count_names(const wchar_t *list)
{
    size_t count = 0;

    for (; *list != L'\0'; list += wcslen(list) + 1)
        count++;
    return count;
}

static enum sys_status convert(const wchar_t *list, char ***names, size_t *count,
                               struct sys_failure *why)
{
    size_t all = count_names(list), i;
    char **found;

    if (all == 0)
        return SYS_OK;
    found = calloc(all, sizeof(*found));
    if (found == NULL)
        return failure_set(why, "calloc", ERROR_NOT_ENOUGH_MEMORY);
    for (i = 0; i < all; i++, list += wcslen(list) + 1) {
        found[i] = wide_to_utf8(list);
        if (found[i] == NULL) {
            DWORD code = GetLastError();

            while (i-- > 0)
                free(found[i]);
            free(found);
            return failure_set(why, "RegGetValueW", code);
        }
    }
    *names = found;
    *count = all;
    return SYS_OK;
}

/* The list of names, freed with free(). NULL: `*code` says why. */
static wchar_t *read_value(HKEY key, LSTATUS *code)
{
    DWORD size = NAMES_BYTES_MAX;
    wchar_t *list = malloc(size);

    *code = ERROR_NOT_ENOUGH_MEMORY;
    if (list == NULL)
        return NULL;
    /* Ends the list with an empty string even if the stored value lacks it. */
    *code = RegGetValueW(key, NULL, VALUE_NAMES, RRF_RT_REG_MULTI_SZ, NULL, list, &size);
    if (*code == ERROR_SUCCESS)
        return list;
    free(list);
    return NULL;
}

/* Reads and deletes the names. Without the value: SYS_OK and no names. */
static enum sys_status take(HKEY key, char ***names, size_t *count, struct sys_failure *why)
{
    enum sys_status status;
    wchar_t *list;
    LSTATUS code;

    list = read_value(key, &code);
    if (list == NULL)
        return code == ERROR_FILE_NOT_FOUND ? SYS_OK
                                            : failure_set(why, "RegGetValueW", (uint32_t)code);
    /* Delete first: names that stay would be recreated again and again. */
    code = RegDeleteValueW(key, VALUE_NAMES);
    status = code == ERROR_SUCCESS ? convert(list, names, count, why)
                                   : failure_set(why, "RegDeleteValueW", (uint32_t)code);
    free(list);
    return status;
}

enum sys_status recreate_take(char ***names, size_t *count, struct sys_failure *why)
{
    enum sys_status status;
    LSTATUS code;
    HKEY key;

    *names = NULL;
    *count = 0;
    code = open_key(KEY_QUERY_VALUE | KEY_SET_VALUE, &key);
    /* Without the right to delete, an absent value still means: no names. */
    if (code == ERROR_ACCESS_DENIED)
        code = open_key(KEY_QUERY_VALUE, &key);
    if (code == ERROR_FILE_NOT_FOUND)
        return SYS_OK;
    if (code != ERROR_SUCCESS)
        return failure_set(why, "RegOpenKeyExW", (uint32_t)code);
    status = take(key, names, count, why);
    RegCloseKey(key);
    return status;
}

/* ---- names to recreate: the verb -------------------------------------------- */

/*
 * The names as a REG_MULTI_SZ, freed with free(). NULL: GetLastError() says why.
 * An empty name would end the list, so it is an error.
 */
static wchar_t *join(const char *const *names, size_t count, DWORD *bytes)
{
    size_t room = NAMES_BYTES_MAX / sizeof(wchar_t), used = 0, i;
    wchar_t *list = malloc(NAMES_BYTES_MAX);

    if (list == NULL)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    for (i = 0; list != NULL && i < count; i++) {
        wchar_t *name = wide_from_utf8(names[i]);
        size_t units = name == NULL ? 0 : wcslen(name) + 1;

        if (units > 1 && used + units < room) {
            memcpy(list + used, name, units * sizeof(*name));
            used += units;
        } else {
            free(list);
            list = NULL;
            SetLastError(ERROR_INVALID_PARAMETER);
        }
        free(name);
    }
    if (list != NULL)
        list[used++] = L'\0';
    *bytes = (DWORD)(used * sizeof(wchar_t));
    return list;
}

uint32_t recreate_ask(const char *const *names, size_t count)
{
    DWORD bytes;
    wchar_t *list = join(names, count, &bytes);
    uint32_t code;

    if (list == NULL)
        return GetLastError();
    code = set_value(VALUE_NAMES, REG_MULTI_SZ, list, bytes);
    free(list);
    return code;
}

uint32_t recreate_forget(void)
{
    return delete_value(VALUE_NAMES);
}

/* ---- release ---------------------------------------------------------------- */

bool release_take(void)
{
    DWORD ordered = 0, size = sizeof(ordered);
    HKEY key;

    if (open_key(KEY_QUERY_VALUE, &key) != ERROR_SUCCESS)
        return false;
    if (RegGetValueW(key, NULL, VALUE_RELEASE, RRF_RT_REG_DWORD, NULL, &ordered, &size) !=
        ERROR_SUCCESS)
        ordered = 0;
    RegCloseKey(key);
    if (ordered != 0)
        (void)release_forget(); /* if this fails, the verb that asked withdraws it */
    return ordered != 0;
}

uint32_t release_ask(void)
{
    const DWORD ordered = 1;

    return set_value(VALUE_RELEASE, REG_DWORD, &ordered, sizeof(ordered));
}

uint32_t release_forget(void)
{
    return delete_value(VALUE_RELEASE);
}
