#include "release.h"

#include <windows.h>

#include "console.h"
#include "keeper_policy.h"
#include "port.h"
#include "requests.h"
#include "event_text.h"

#define VALUE_NAME L"Release"

static LSTATUS open_key(REGSAM access, HKEY *key)
{
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, RECREATE_KEY, 0, access, key);
}

bool release_take(void)
{
    DWORD wish = 0, size = sizeof(wish);
    HKEY key;

    if (open_key(KEY_QUERY_VALUE, &key) != ERROR_SUCCESS)
        return false;
    if (RegGetValueW(key, NULL, VALUE_NAME, RRF_RT_REG_DWORD, NULL, &wish, &size) != ERROR_SUCCESS)
        wish = 0;
    RegCloseKey(key);
    if (wish != 0)
        (void)release_forget(); /* else who asked for it does */
    return wish != 0;
}

uint32_t release_ask(void)
{
    const DWORD wish = 1;
    uint32_t code = recreate_prepare();
    HKEY key;

    if (code == ERROR_SUCCESS)
        code = (uint32_t)open_key(KEY_SET_VALUE, &key);
    if (code != ERROR_SUCCESS)
        return code;
    code =
        (uint32_t)RegSetValueExW(key, VALUE_NAME, 0, REG_DWORD, (const BYTE *)&wish, sizeof(wish));
    RegCloseKey(key);
    return code;
}

uint32_t release_forget(void)
{
    HKEY key;
    LSTATUS code = open_key(KEY_SET_VALUE, &key);

    if (code == ERROR_SUCCESS) {
        code = RegDeleteValueW(key, VALUE_NAME);
        RegCloseKey(key);
    }
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}

enum shmb_exit release_keepers(size_t *ended)
{
    const struct port_host host = {0};
    char text[REPORT_FAILURE];
    struct sys_failure why = {0};
    struct system system;
    struct port port;
    enum sys_status status;

    port_open(&port, &host, NULL, &system);
    status = keeping_release(&system, ended, &why);
    port_close(&port);
    if (status == SYS_OK)
        return SHMB_EXIT_DONE;
    if (status == SYS_TAKEN) {
        console_error("shmbroker: a broker runs that is not the service; stop that one");
        return SHMB_EXIT_CONFLICT;
    }
    report_failure_text(&why, text);
    console_error("shmbroker: the keeper cannot be ended: %s", text);
    return status == SYS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
}
