#include "process_id.h"

#include <winternl.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define NAME_START L"shmbroker"

#define PROCESS_INFORMATION_CLASS 5
#define LENGTH_MISMATCH           ((LONG)0xC0000004)
#define FIRST_ROOM                (256u * 1024)
#define MOST_ROOM                 (64u * 1024 * 1024)

/* The start of SYSTEM_PROCESS_INFORMATION; winternl.h shows parts of it as bytes only. */
struct process_entry {
    ULONG next; /* bytes to the next one; 0: the last */
    ULONG threads;
    LARGE_INTEGER working_set;
    ULONG faults, most_threads;
    ULONGLONG cycles;
    LARGE_INTEGER started, user, kernel;
    UNICODE_STRING name;
    LONG priority;
    HANDLE id;
};

typedef LONG(NTAPI *query_system)(int what, void *out, ULONG size, ULONG *written);

uint64_t process_id_started(HANDLE process)
{
    FILETIME made, ended, kernel, user;

    if (!GetProcessTimes(process, &made, &ended, &kernel, &user))
        return 0;
    return (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
}

/* All processes, as process_entry; freed with free(). NULL: not known. */
static void *list_all(ULONG *size)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQuerySystemInformation") : NULL;
    query_system query;
    ULONG room;

    if (found == NULL)
        return NULL;
    memcpy(&query, &found, sizeof(query));
    for (room = FIRST_ROOM; room <= MOST_ROOM; room *= 2) {
        void *list = malloc(room);
        LONG status = list != NULL ? query(PROCESS_INFORMATION_CLASS, list, room, size) : -1;

        if (status >= 0)
            return list;
        free(list);
        if (status != LENGTH_MISMATCH)
            return NULL;
    }
    return NULL;
}

/* Looks it up in the list of all processes, which anybody may read. True also if unknown. */
static bool is_listed(DWORD id, uint64_t started)
{
    ULONG size = 0;
    size_t at = 0;
    BYTE *list = list_all(&size);
    bool listed = list == NULL;

    while (!listed && at + sizeof(struct process_entry) <= size) {
        struct process_entry entry;

        memcpy(&entry, list + at, sizeof(entry));
        /* Without threads it has ended, and only handles keep it. */
        listed = (DWORD)(uintptr_t)entry.id == id && (uint64_t)entry.started.QuadPart == started &&
                 entry.threads > 0;
        if (entry.next == 0)
            break;
        at += entry.next;
    }
    free(list);
    return listed;
}

bool process_id_runs(DWORD id, uint64_t started)
{
    HANDLE process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    bool runs;

    if (process == NULL)
        return GetLastError() != ERROR_INVALID_PARAMETER && is_listed(id, started);
    runs =
        process_id_started(process) == started && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    CloseHandle(process);
    return runs;
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
