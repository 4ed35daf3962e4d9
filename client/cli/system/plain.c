/*
 * Plain Win32 and, where Win32 has no query, ntdll.dll. What a program without the library
 * would see: no owner is checked here.
 */
#include "plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "named_object.h"
#include "wide.h"

typedef LONG(NTAPI *query_object)(HANDLE object, int what, void *out, ULONG size, ULONG *needed);

#define PREFIX_MAX 7 /* of "Global\" */

/* The full name, freed with free(). NULL: see GetLastError(). */
static wchar_t *full_name(bool local, const char *name)
{
    wchar_t *bare = wide_from_utf8(name), *full;

    if (bare == NULL)
        return NULL;
    full = malloc((PREFIX_MAX + wcslen(bare) + 1) * sizeof(*full));
    if (full != NULL) {
        wcscpy(full, local ? L"Local\\" : L"Global\\");
        wcscat(full, bare);
    }
    free(bare);
    if (full == NULL)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return full;
}

HANDLE plain_open(bool local, enum shmb_kind kind, const char *name, DWORD mask)
{
    wchar_t *full = full_name(local, name);
    HANDLE handle;
    DWORD code;

    if (full == NULL)
        return NULL;
    handle = named_object_open(kind, full, mask);
    /* free may change the last error. */
    code = GetLastError();
    free(full);
    SetLastError(code);
    return handle;
}

bool plain_find(bool local, const char *name, enum shmb_kind *kind)
{
    wchar_t *full = full_name(local, name);
    HANDLE handle;
    DWORD code;

    if (full == NULL)
        return false;
    handle = named_object_find(full, kind, &code);
    if (handle != NULL)
        CloseHandle(handle);
    free(full);
    return code == ERROR_SUCCESS || code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_HANDLE;
}

/* Calls one of the NtQuery functions with class 0, the basic information of each kind. */
static bool query(const char *name, HANDLE object, void *out, ULONG size)
{
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
    query_object call;

    if (found == NULL)
        return false;
    memcpy(&call, &found, sizeof(call));
    return call(object, 0, out, size, NULL) >= 0;
}

bool plain_semaphore(HANDLE semaphore, LONG *count, LONG *maximum)
{
    struct {
        LONG current, maximum;
    } basic;

    if (!query("NtQuerySemaphore", semaphore, &basic, sizeof(basic)))
        return false;
    *count = basic.current;
    *maximum = basic.maximum;
    return true;
}

bool plain_event(HANDLE event, bool *manual_reset, bool *set)
{
    struct {
        LONG type, state;
    } basic;

    if (!query("NtQueryEvent", event, &basic, sizeof(basic)))
        return false;
    *manual_reset = basic.type == 0; /* NotificationEvent */
    *set = basic.state != 0;
    return true;
}

bool plain_rights(HANDLE object, uint32_t *rights)
{
    struct {
        /* OBJECT_BASIC_INFORMATION; the size must be exact. */
        ULONG attributes, access, handles, pointers, reserved[10];
    } basic;

    if (!query("NtQueryObject", object, &basic, sizeof(basic)))
        return false;
    *rights = basic.access;
    return true;
}
