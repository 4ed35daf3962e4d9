#include "registry_key.h"

#include <wchar.h>

#include "support.h"

HKEY registry_key;

static wchar_t path[40];

int registry_key_make(void **state)
{
    (void)state;
    swprintf(path, sizeof(path) / sizeof(path[0]), L"Software\\ShmbTest.%lu",
             GetCurrentProcessId());
    return RegCreateKeyExW(HKEY_CURRENT_USER, path, 0, NULL, REG_OPTION_VOLATILE,
                           KEY_QUERY_VALUE | KEY_SET_VALUE, NULL, &registry_key,
                           NULL) != ERROR_SUCCESS;
}

int registry_key_delete(void **state)
{
    (void)state;
    RegCloseKey(registry_key);
    return RegDeleteKeyW(HKEY_CURRENT_USER, path) != ERROR_SUCCESS;
}

void registry_key_store(const wchar_t *value, DWORD type, const void *data, size_t bytes)
{
    assert_int_equal(RegSetValueExW(registry_key, value, 0, type, data, (DWORD)bytes),
                     ERROR_SUCCESS);
}

void registry_key_expect_none(const wchar_t *value)
{
    assert_int_equal(RegQueryValueExW(registry_key, value, NULL, NULL, NULL, NULL),
                     ERROR_FILE_NOT_FOUND);
}
