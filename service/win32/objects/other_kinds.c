/*
 * Asks for READ_CONTROL as one kind after the other. Win32 has no calls for directories and links:
 * those of ntdll are found at run time.
 */
#include "other_kinds.h"

#include <winternl.h>

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "names.h"

typedef NTSTATUS(NTAPI *open_object)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);

#define DENIED ((NTSTATUS)0xC0000022)

/* True: the name is one of this kind. */
static bool ask_native(const char *call, const wchar_t *name, HANDLE *object)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, call) : NULL;
    wchar_t path[SHMB_NAME_MAX + 32] = L"\\BaseNamedObjects\\";
    const wchar_t *bare = wcschr(name, L'\\');
    OBJECT_ATTRIBUTES attributes;
    open_object open;
    UNICODE_STRING text;
    NTSTATUS status;

    if (found == NULL || bare == NULL || wcslen(bare + 1) > SHMB_NAME_MAX)
        return false;
    wcscat(path, bare + 1);
    text.Buffer = path;
    text.Length = (USHORT)(wcslen(path) * sizeof(*path));
    text.MaximumLength = (USHORT)sizeof(path);
    InitializeObjectAttributes(&attributes, &text, 0, NULL, NULL);
    memcpy(&open, &found, sizeof(open));
    status = open(object, READ_CONTROL, &attributes);
    if (status < 0)
        *object = NULL;
    return status >= 0 || status == DENIED;
}

static bool is_kind(HANDLE object)
{
    return object != NULL || GetLastError() == ERROR_ACCESS_DENIED;
}

const char *other_kinds_ask(const wchar_t *name, HANDLE *object)
{
    /* The link first: each other call follows it. */
    if (ask_native("NtOpenSymbolicLinkObject", name, object))
        return "a symbolic link of the object manager";
    if (ask_native("NtOpenDirectoryObject", name, object))
        return "a directory of the object manager";
    *object = OpenWaitableTimerW(READ_CONTROL, FALSE, name);
    if (is_kind(*object))
        return "a waitable timer";
    *object = OpenJobObjectW(READ_CONTROL, FALSE, name);
    return is_kind(*object) ? "a job" : NULL;
}
