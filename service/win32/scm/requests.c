#include "requests.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "names.h"
#include "objects.h"
#include "wide.h"

#define VALUE_NAME L"Recreate"

/* Users read; the service may also set and delete values: KEY_READ and KEY_SET_VALUE. */
#define KEY_SDDL                                                                                   \
    "D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)(A;CI;0x2001b;;;" SHMB_SERVICE_SID ")"

/* ---- the side of the service ------------------------------------------------ */

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

/* The value, to be freed with free(); NULL with ERROR_SUCCESS never. */
static wchar_t *read_value(HKEY key, LSTATUS *code)
{
    DWORD size = RECREATE_BYTES_MAX;
    wchar_t *list = malloc(size);

    *code = ERROR_NOT_ENOUGH_MEMORY;
    if (list == NULL)
        return NULL;
    *code = RegGetValueW(key, NULL, VALUE_NAME, RRF_RT_REG_MULTI_SZ, NULL, list, &size);
    if (*code == ERROR_SUCCESS)
        return list;
    free(list);
    return NULL;
}

static enum sys_status take(HKEY key, char ***names, size_t *count, struct sys_failure *why)
{
    enum sys_status status;
    wchar_t *list;
    LSTATUS code;

    list = read_value(key, &code);
    if (list == NULL)
        return code == ERROR_FILE_NOT_FOUND ? SYS_OK
                                            : failure_set(why, "RegGetValueW", (uint32_t)code);
    /* First forgotten, then done: a name that stays would be made anew again and again. */
    code = RegDeleteValueW(key, VALUE_NAME);
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
    code =
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, RECREATE_KEY, 0, KEY_QUERY_VALUE | KEY_SET_VALUE, &key);
    /* Without the right to forget, one that only reads still tells whether there is anything. */
    if (code == ERROR_ACCESS_DENIED)
        code = RegOpenKeyExW(HKEY_LOCAL_MACHINE, RECREATE_KEY, 0, KEY_QUERY_VALUE, &key);
    if (code == ERROR_FILE_NOT_FOUND)
        return SYS_OK;
    if (code != ERROR_SUCCESS)
        return failure_set(why, "RegOpenKeyExW", (uint32_t)code);
    status = take(key, names, count, why);
    RegCloseKey(key);
    return status;
}

/* ---- the side of the verbs -------------------------------------------------- */

static LSTATUS open_or_make(HKEY *key)
{
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES attributes;
    struct sys_failure why;
    LSTATUS code;

    if (descriptors_make(KEY_SDDL, &descriptor, &why) != SYS_OK)
        return (LSTATUS)why.code;
    attributes = descriptors_attributes(descriptor);
    code = RegCreateKeyExW(HKEY_LOCAL_MACHINE, RECREATE_KEY, 0, NULL, 0, KEY_SET_VALUE | WRITE_DAC,
                           &attributes, key, NULL);
    if (code == ERROR_SUCCESS) {
        /* One that was there may have been made without. */
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
    LSTATUS code = open_or_make(&key);

    if (code == ERROR_SUCCESS)
        RegCloseKey(key);
    return (uint32_t)code;
}

/* The names with their terminators and one more; to be freed with free(). */
static wchar_t *join(const char *const *names, size_t count, DWORD *bytes)
{
    size_t room = RECREATE_BYTES_MAX / sizeof(wchar_t), used = 0, i;
    wchar_t *list = malloc(RECREATE_BYTES_MAX);

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
    LSTATUS code;
    HKEY key;

    if (list == NULL)
        return GetLastError();
    code = open_or_make(&key);
    if (code == ERROR_SUCCESS) {
        code = RegSetValueExW(key, VALUE_NAME, 0, REG_MULTI_SZ, (const BYTE *)list, bytes);
        RegCloseKey(key);
    }
    free(list);
    return (uint32_t)code;
}

uint32_t recreate_forget(void)
{
    LSTATUS code;
    HKEY key;

    code = RegOpenKeyExW(HKEY_LOCAL_MACHINE, RECREATE_KEY, 0, KEY_SET_VALUE, &key);
    if (code == ERROR_SUCCESS) {
        code = RegDeleteValueW(key, VALUE_NAME);
        RegCloseKey(key);
    }
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}
