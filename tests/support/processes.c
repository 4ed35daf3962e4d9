#include "processes.h"

#include <tlhelp32.h>

#include <stdlib.h>

#include "support.h"

#define MANY 64

struct found {
    DWORD process, parent;
};

static size_t list(const wchar_t *image, struct found found[MANY])
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry;
    size_t count = 0;
    BOOL more;

    assert_true(all != INVALID_HANDLE_VALUE);
    entry.dwSize = sizeof(entry);
    for (more = Process32FirstW(all, &entry); more && count < MANY;
         more = Process32NextW(all, &entry)) {
        if (_wcsnicmp(entry.szExeFile, image, wcslen(image)) != 0)
            continue;
        found[count].process = entry.th32ProcessID;
        found[count++].parent = entry.th32ParentProcessID;
    }
    CloseHandle(all);
    return count;
}

size_t processes_count(void)
{
    struct found found[MANY];

    return list(L"shmbroker", found);
}

void processes_expect(size_t count)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (processes_count() != count && GetTickCount64() < until)
        Sleep(1);
    assert_int_equal(processes_count(), count);
}

DWORD processes_child_of(DWORD parent)
{
    return processes_child_named(parent, L"shmbroker");
}

DWORD processes_child_named(DWORD parent, const wchar_t *image)
{
    struct found found[MANY];
    size_t count = list(image, found), i;

    for (i = 0; i < count; i++)
        if (found[i].parent == parent)
            return found[i].process;
    return 0;
}

DWORD processes_broker(void)
{
    struct found found[MANY];
    size_t count = list(L"shmbroker", found), i, k;

    for (i = 0; i < count; i++)
        for (k = 0; k < count; k++)
            if (found[k].parent == found[i].process)
                return found[i].process;
    return 0;
}

HANDLE processes_open(DWORD process)
{
    HANDLE handle = OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE, FALSE, process);

    assert_non_null(handle);
    return handle;
}

void processes_wait(HANDLE process)
{
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
}

void processes_kill(DWORD process)
{
    HANDLE handle = processes_open(process);

    assert_true(TerminateProcess(handle, 77));
    processes_wait(handle);
}

/* SystemExtendedHandleInformation: process ids in full, unlike the first of its kind. */
struct handle_entry {
    void *object;
    ULONG_PTR process, handle;
    ULONG access;
    USHORT trace, type;
    ULONG attributes, reserved;
};
struct handle_table {
    ULONG_PTR count, reserved;
    struct handle_entry entries[1];
};
typedef LONG(NTAPI *query_fn)(ULONG what, void *out, ULONG size, ULONG *needed);
#define HANDLE_INFORMATION 64u
#define TOO_SMALL          ((LONG)0xC0000004)

size_t processes_handles(DWORD process)
{
    query_fn query = (query_fn)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
                                                              "NtQuerySystemInformation");
    struct handle_table *table = NULL;
    ULONG size = 1u << 20, needed;
    LONG status = TOO_SMALL;
    size_t count = 0, i;

    for (; status == TOO_SMALL && size < 1u << 30; size *= 2) {
        free(table);
        table = malloc(size);
        assert_non_null(table);
        status = query(HANDLE_INFORMATION, table, size, &needed);
    }
    assert_true(status >= 0);
    for (i = 0; i < table->count; i++)
        count += table->entries[i].process == process;
    free(table);
    return count;
}
