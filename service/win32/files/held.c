/*
 * Win32 does not say who has a file open. The file system does (FileProcessIdsUsingFileInformation
 * of ntdll): for a handle without a right to the content, which no share mode keeps from opening.
 */
#include "held.h"

#include <winternl.h>

#include <stdio.h>
#include <string.h>

#include "failure.h"

#ifndef STATUS_DELETE_PENDING
#define STATUS_DELETE_PENDING 0xC0000056
#endif

/* In ntdll; Win32 has no other way to tell a pending delete from a refused access. */
typedef LONG(NTAPI *last_status)(void);

/* FILE_PROCESS_IDS_USING_FILE_INFORMATION of the driver kit. */
#define PROCESS_IDS_CLASS 47
#define PROCESSES_MOST    64
#define PROCESSES_SHOWN   3
#define HOLDERS_MAX       400 /* bytes of the text */
#define PROGRAM_MAX       80  /* units of a program's name */

#define RETRY_MS 100u

struct process_ids {
    ULONG count;
    ULONG_PTR ids[PROCESSES_MOST];
};

typedef NTSTATUS(NTAPI *query_file)(HANDLE file, IO_STATUS_BLOCK *status, void *out, ULONG size,
                                    ULONG class_number);

static FARPROC native(const char *call)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll != NULL ? GetProcAddress(ntdll, call) : NULL;
}

/* The processes that have the file open; `count` 0: not known. */
static void find_holders(const wchar_t *path, struct process_ids *out)
{
    query_file query = (query_file)(void (*)(void))native("NtQueryInformationFile");
    IO_STATUS_BLOCK status;
    HANDLE file;

    out->count = 0;
    if (query == NULL)
        return;
    file = CreateFileW(path, FILE_READ_ATTRIBUTES,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    if (query(file, &status, out, sizeof(*out), PROCESS_IDS_CLASS) < 0 ||
        out->count > PROCESSES_MOST)
        out->count = 0;
    CloseHandle(file);
}

/*
 * The file name of a process's program. Empty: not known, or with characters beyond ASCII: anybody
 * names programs, and the text goes to logs and screens.
 */
static void program_name(DWORD process, char out[PROGRAM_MAX])
{
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    wchar_t path[MAX_PATH * 2];
    DWORD length = sizeof(path) / sizeof(path[0]);
    const wchar_t *name;
    size_t i;

    out[0] = '\0';
    if (handle == NULL)
        return;
    if (QueryFullProcessImageNameW(handle, 0, path, &length)) {
        name = wcsrchr(path, L'\\');
        name = name != NULL ? name + 1 : path;
        for (i = 0; name[i] >= L' ' && name[i] <= L'~' && i < PROGRAM_MAX - 1; i++)
            out[i] = (char)name[i];
        out[name[i] == L'\0' ? i : 0] = '\0';
    }
    CloseHandle(handle);
}

/* As " (notepad.exe, process 1234)"; empty: not known. */
static void holders_text(const wchar_t *path, char out[HOLDERS_MAX])
{
    struct process_ids holders;
    size_t used = 0, shown = 0;
    ULONG i;

    out[0] = '\0';
    find_holders(path, &holders);
    for (i = 0; i < holders.count && shown < PROCESSES_SHOWN; i++) {
        DWORD process = (DWORD)holders.ids[i];
        char program[PROGRAM_MAX];

        /* This process has just opened it, to ask. */
        if (process == GetCurrentProcessId())
            continue;
        program_name(process, program);
        used += (size_t)snprintf(out + used, HOLDERS_MAX - used, "%s%s%sprocess %lu",
                                 shown++ == 0 ? " (" : "; ", program,
                                 program[0] != '\0' ? ", " : "", (unsigned long)process);
    }
    if (shown > 0)
        (void)snprintf(out + used, HOLDERS_MAX - used, ")");
}

DWORD held_open_code(void)
{
    DWORD code = GetLastError();
    FARPROC found;

    if (code != ERROR_ACCESS_DENIED)
        return code;
    found = native("RtlGetLastNtStatus");
    if (found != NULL &&
        (DWORD)((last_status)(void (*)(void))found)() == (DWORD)STATUS_DELETE_PENDING)
        code = ERROR_DELETE_PENDING;
    return code;
}

bool held_is(DWORD code)
{
    return code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION ||
           code == ERROR_DELETE_PENDING;
}

HANDLE held_open(const wchar_t *path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *attributes,
                 DWORD disposition, DWORD flags, uint32_t patience_ms)
{
    uint32_t waited;

    for (waited = 0;; waited += RETRY_MS) {
        HANDLE file = CreateFileW(path, access, share, attributes, disposition, flags, NULL);
        DWORD code;

        if (file != INVALID_HANDLE_VALUE)
            return file;
        code = held_open_code();
        if (waited >= patience_ms || !held_is(code)) {
            SetLastError(code);
            return INVALID_HANDLE_VALUE;
        }
        Sleep(RETRY_MS);
    }
}

enum sys_status held_failure(const wchar_t *path, const char *call, DWORD code,
                             struct sys_failure *why)
{
    char holders[HOLDERS_MAX] = "";

    if (!held_is(code))
        return failure_set(why, call, code);
    if (path != NULL && why != NULL && code != ERROR_DELETE_PENDING)
        holders_text(path, holders);
    return failure_say(why, SYS_LATER, call, code, "held by another program%s%s", holders,
                       code == ERROR_DELETE_PENDING ? ": it is being deleted or replaced" : "");
}
