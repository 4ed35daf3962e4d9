#include "process_id.h"

#include <wchar.h>

#define NAME_START L"shmbroker"

uint64_t process_id_started(HANDLE process)
{
    FILETIME made, ended, kernel, user;

    if (!GetProcessTimes(process, &made, &ended, &kernel, &user))
        return 0;
    return (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
}

bool process_id_name_is_ours(const wchar_t *file)
{
    return _wcsnicmp(file, NAME_START, wcslen(NAME_START)) == 0;
}

bool process_id_is_ours(HANDLE process)
{
    wchar_t path[MAX_PATH * 4];
    const wchar_t *name;
    DWORD size = MAX_PATH * 4;

    if (!QueryFullProcessImageNameW(process, 0, path, &size))
        return false;
    name = wcsrchr(path, L'\\');
    return process_id_name_is_ours(name != NULL ? name + 1 : path);
}
