/*
 * The values are those that Windows documents for an event source. `install` writes the entry,
 * `uninstall` removes it, `status --verify` compares it with the service's program.
 */
#include "event_source.h"

#include <windows.h>

#include <stdlib.h>

#include "wide.h"

#define SOURCE_KEY    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker"
#define PROGRAM_UNITS 4096u

static LSTATUS set_values(HKEY key, const wchar_t *executable)
{
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    DWORD size = (DWORD)((wcslen(executable) + 1) * sizeof(wchar_t));
    LSTATUS code =
        RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ, (const BYTE *)executable, size);

    if (code != ERROR_SUCCESS)
        return code;
    return RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, (const BYTE *)&types,
                          sizeof(types));
}

uint32_t event_source_register(const char *executable)
{
    wchar_t *wide = wide_from_utf8(executable);
    LSTATUS code;
    HKEY key;

    if (wide == NULL)
        return GetLastError();
    code = RegCreateKeyExW(HKEY_LOCAL_MACHINE, SOURCE_KEY, 0, NULL, 0, KEY_SET_VALUE, NULL, &key,
                           NULL);
    if (code == ERROR_SUCCESS) {
        code = set_values(key, wide);
        RegCloseKey(key);
    }
    free(wide);
    return (uint32_t)code;
}

uint32_t event_source_remove(void)
{
    LSTATUS code = RegDeleteKeyW(HKEY_LOCAL_MACHINE, SOURCE_KEY);

    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}

char *event_source_program(void)
{
    DWORD size = PROGRAM_UNITS * sizeof(wchar_t);
    wchar_t *wide = malloc(size);
    char *program = NULL;
    LSTATUS code = ERROR_NOT_ENOUGH_MEMORY;

    if (wide != NULL)
        /* NOEXPAND: the text as it is stored, which `status --verify` compares. */
        code = RegGetValueW(HKEY_LOCAL_MACHINE, SOURCE_KEY, L"EventMessageFile",
                            RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, NULL, wide, &size);
    if (code == ERROR_SUCCESS)
        program = wide_to_utf8(wide);
    else
        SetLastError((DWORD)code);
    free(wide);
    return program;
}
