#include "process.h"

#include <tlhelp32.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define MOST      64
#define ENDING_MS 60000u /* a process that is terminated is gone at once, but on a busy machine */

HANDLE process_start(const wchar_t *command)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    wchar_t *writable = _wcsdup(command);
    BOOL ok = writable != NULL && CreateProcessW(NULL, writable, NULL, NULL, FALSE,
                                                 CREATE_NO_WINDOW, NULL, NULL, &startup, &info);
    DWORD code = GetLastError();

    free(writable);
    if (!ok) {
        SetLastError(code);
        return NULL;
    }
    CloseHandle(info.hThread);
    return info.hProcess;
}

DWORD process_end(HANDLE process, DWORD patience_ms)
{
    DWORD code = PROCESS_HANGS;

    if (WaitForSingleObject(process, patience_ms) == WAIT_OBJECT_0)
        GetExitCodeProcess(process, &code);
    else
        (void)TerminateProcess(process, PROCESS_HANGS);
    CloseHandle(process);
    return code;
}

bool process_lives(DWORD id)
{
    HANDLE process = id != 0 ? OpenProcess(SYNCHRONIZE, FALSE, id) : NULL;
    bool lives = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;

    if (process != NULL)
        CloseHandle(process);
    return lives;
}

bool process_kill(DWORD id)
{
    HANDLE process = id != 0 ? OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE, FALSE, id) : NULL;
    bool killed;

    if (process == NULL)
        return false;
    killed =
        TerminateProcess(process, 1) && WaitForSingleObject(process, ENDING_MS) == WAIT_OBJECT_0;
    CloseHandle(process);
    return killed;
}

size_t process_find(const wchar_t *program, DWORD *ids, size_t most)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    size_t count = 0;
    BOOL found = snapshot != INVALID_HANDLE_VALUE && Process32FirstW(snapshot, &entry);

    for (; found && count < most; found = Process32NextW(snapshot, &entry))
        if (_wcsicmp(entry.szExeFile, program) == 0)
            ids[count++] = entry.th32ProcessID;
    if (snapshot != INVALID_HANDLE_VALUE)
        CloseHandle(snapshot);
    return count;
}

size_t process_count(const wchar_t *program)
{
    DWORD ids[MOST];

    return process_find(program, ids, MOST);
}

static bool is_from(DWORD id, const wchar_t *folder)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    wchar_t path[1024];
    DWORD size = sizeof(path) / sizeof(path[0]);
    bool from;

    if (process == NULL)
        return false;
    from = QueryFullProcessImageNameW(process, 0, path, &size) &&
           _wcsnicmp(path, folder, wcslen(folder)) == 0;
    CloseHandle(process);
    return from;
}

void process_kill_all(const wchar_t *program, const wchar_t *folder)
{
    DWORD ids[MOST];
    size_t count = process_find(program, ids, MOST), i;

    for (i = 0; i < count; i++)
        if (is_from(ids[i], folder))
            (void)process_kill(ids[i]);
}

/* ---- handles ---- */

typedef LONG(NTAPI *query_system)(ULONG what, void *out, ULONG size, ULONG *needed);

/* SystemExtendedHandleInformation; GetProcessHandleCount always says 0 under Wine. */
struct entry {
    void *object;
    ULONG_PTR process, handle;
    ULONG access;
    USHORT trace, type;
    ULONG attributes, reserved;
};
struct directory_table {
    ULONG_PTR count, reserved;
    struct entry entries[1];
};
#define ALL_HANDLES 64u
#define TOO_SMALL   ((LONG)0xC0000004)

uint32_t process_handles(DWORD id)
{
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    ULONG size = 1u << 20, needed;
    struct directory_table *table = NULL;
    LONG status = TOO_SMALL;
    query_system query;
    uint32_t count = 0;
    ULONG_PTR i;

    if (found == NULL)
        return 0;
    memcpy(&query, &found, sizeof(query));
    for (; status == TOO_SMALL && size < 1u << 30; size *= 2) {
        free(table);
        table = malloc(size);
        if (table == NULL)
            return 0;
        status = query(ALL_HANDLES, table, size, &needed);
    }
    for (i = 0; status >= 0 && i < table->count; i++)
        count += table->entries[i].process == id;
    free(table);
    return count;
}
