/*
 * launcher_session.c - simulated terminal sessions, under Wine only.
 *
 * Wine's kernelbase opens \Sessions\<N>\BaseNamedObjects once, on the first
 * call with a named object, and takes N from the process's own PEB. So it is
 * enough to create the process suspended, to overwrite PEB.SessionId, and to
 * resume it. wineserver makes the directories of sessions 0 and 1; those of
 * others are made here with the same symbolic links, as permanent objects.
 */
#include "launcher.h"

#include <winternl.h>
#include <stdio.h>
#include <wchar.h>

/* Not in every header set; values are part of the NT interface. */
#ifndef OBJ_PERMANENT
#define OBJ_PERMANENT 0x00000010L
#endif
#define DIRECTORY_ALL_ACCESS  0x000F000FUL
#define SYMLINK_ALL_ACCESS    0x000F0001UL
#define PEB64_SESSION_ID      0x2C0
#define PEB32_SESSION_ID      0x1D4
#define WOW64_INFORMATION     26 /* ProcessWow64Information */
#define STATUS_NAME_COLLISION 0xC0000035UL

typedef void (*any_function)(void);
typedef NTSTATUS(NTAPI *create_directory_fn)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *create_symlink_fn)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *,
                                           UNICODE_STRING *);
typedef NTSTATUS(NTAPI *query_process_fn)(HANDLE, ULONG, void *, ULONG, ULONG *);

static any_function nt_function(const char *name)
{
    return (any_function)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

BOOL launcher_on_wine(void)
{
    return nt_function("wine_get_version") != NULL;
}

static void set_unicode(UNICODE_STRING *out, wchar_t *text)
{
    out->Buffer = text;
    out->Length = (USHORT)(wcslen(text) * sizeof(wchar_t));
    out->MaximumLength = (USHORT)(out->Length + sizeof(wchar_t));
}

/* Creates a permanent directory, or accepts one that is there already. */
static BOOL make_directory(wchar_t *path)
{
    create_directory_fn create = (create_directory_fn)nt_function("NtCreateDirectoryObject");
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle = NULL;
    UNICODE_STRING name;
    NTSTATUS status;

    if (create == NULL)
        return FALSE;
    set_unicode(&name, path);
    InitializeObjectAttributes(&attributes, &name,
                               OBJ_CASE_INSENSITIVE | OBJ_OPENIF | OBJ_PERMANENT, NULL, NULL);
    status = create(&handle, DIRECTORY_ALL_ACCESS, &attributes);
    if (handle != NULL)
        CloseHandle(handle); /* permanent: the object stays */
    if (status < 0)
        launcher_complain(path, (DWORD)status);
    return status >= 0;
}

static BOOL make_symlink(wchar_t *path, wchar_t *target)
{
    create_symlink_fn create = (create_symlink_fn)nt_function("NtCreateSymbolicLinkObject");
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name, to;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (create == NULL)
        return FALSE;
    set_unicode(&name, path);
    set_unicode(&to, target);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    status = create(&handle, SYMLINK_ALL_ACCESS, &attributes, &to);
    if (handle != NULL)
        CloseHandle(handle);
    if ((DWORD)status == STATUS_NAME_COLLISION) /* made before */
        return TRUE;
    if (status < 0)
        launcher_complain(path, (DWORD)status);
    return status >= 0;
}

BOOL session_prepare(int session)
{
    wchar_t global[] = L"\\BaseNamedObjects", links[] = L"\\Sessions\\BNOLINKS";
    wchar_t base[64], named[96], path[160];

    if (session <= 1)
        return TRUE;
    swprintf(base, 64, L"\\Sessions\\%d", session);
    swprintf(named, 96, L"%ls\\BaseNamedObjects", base);
    if (!make_directory(base) || !make_directory(named))
        return FALSE;
    swprintf(path, 160, L"%ls\\Global", named);
    if (!make_symlink(path, global))
        return FALSE;
    swprintf(path, 160, L"%ls\\Local", named);
    if (!make_symlink(path, named))
        return FALSE;
    swprintf(path, 160, L"%ls\\Session", named);
    if (!make_symlink(path, links))
        return FALSE;
    swprintf(path, 160, L"%ls\\%d", links, session);
    if (!make_symlink(path, named))
        return FALSE;
    /* user32 looks for its window station below the session, too */
    swprintf(path, 160, L"%ls\\DosDevices", base);
    if (!make_directory(path))
        return FALSE;
    swprintf(path, 160, L"%ls\\Windows", base);
    if (!make_directory(path))
        return FALSE;
    swprintf(path, 160, L"%ls\\Windows\\WindowStations", base);
    return make_directory(path);
}

static BOOL write_session(HANDLE process, char *address, int session)
{
    DWORD value = (DWORD)session;
    SIZE_T done = 0;

    if (WriteProcessMemory(process, address, &value, sizeof(value), &done))
        return TRUE;
    launcher_complain(L"cannot write the PEB", GetLastError());
    return FALSE;
}

#ifdef _WIN64
/*
 * The 32-bit PEB of a 32-bit program, which is what its kernelbase reads; NULL
 * for a 64-bit one. Wine 8 answers just "1": its 32-bit PEB follows one page on.
 */
static char *find_peb32(query_process_fn query, HANDLE process, char *peb)
{
    ULONG_PTR peb32 = 0;
    BOOL wow64 = FALSE;

    if (!IsWow64Process(process, &wow64) || !wow64)
        return NULL;
    if (query(process, WOW64_INFORMATION, &peb32, sizeof(peb32), NULL) < 0 || peb32 <= 1)
        return peb + 0x1000;
    return (char *)peb32;
}
#endif

BOOL session_move(HANDLE process, int session)
{
    query_process_fn query = (query_process_fn)nt_function("NtQueryInformationProcess");
    PROCESS_BASIC_INFORMATION info;
    NTSTATUS status = -1;
    char *peb;

    ZeroMemory(&info, sizeof(info));
    if (query != NULL)
        status = query(process, ProcessBasicInformation, &info, sizeof(info), NULL);
    peb = (char *)info.PebBaseAddress;
    if (status < 0 || peb == NULL) {
        launcher_complain(L"cannot find the PEB", (DWORD)status);
        return FALSE;
    }
#ifdef _WIN64
    {
        char *peb32 = find_peb32(query, process, peb);

        if (peb32 != NULL && !write_session(process, peb32 + PEB32_SESSION_ID, session))
            return FALSE;
        if (peb32 == peb) /* no 64-bit PEB beside it */
            return TRUE;
    }
    return write_session(process, peb + PEB64_SESSION_ID, session);
#else
    return write_session(process, peb + PEB32_SESSION_ID, session);
#endif
}
