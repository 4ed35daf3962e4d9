/*
 * Win32 has no calls for folders and links of the object manager: those of ntdll are found at
 * run time. They return an NTSTATUS; below 0 it is a failure.
 */
#include "sessions.h"

#include <windows.h>
#include <winternl.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "failure.h"
#include "name_holder.h"
#include "names.h"
#include "owner.h"
#include "wide.h"

/* winternl.h declares neither these functions nor these constants. */
typedef NTSTATUS(NTAPI *open_directory)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *query_directory)(HANDLE, void *, ULONG, BOOLEAN, BOOLEAN, ULONG *, ULONG *);
typedef NTSTATUS(NTAPI *create_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *);
typedef NTSTATUS(NTAPI *open_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *query_link)(HANDLE, UNICODE_STRING *, ULONG *);

#define DIRECTORY_LOOK  0x0003u /* query and traverse */
#define LINK_ALL        0xF0001u
#define LINK_LOOK       0x20001u /* query, read control */
#define NAME_COLLISION  ((NTSTATUS)0xC0000035)
#define NOT_A_LINK      ((NTSTATUS)0xC0000024)
#define NOT_FOR_US      ((NTSTATUS)0xC0000022) /* access denied */
#define NAME_NOT_FOUND  ((NTSTATUS)0xC0000034)
#define PATH_NOT_FOUND  ((NTSTATUS)0xC000003A)
#define NO_MORE_ENTRIES ((NTSTATUS)0x8000001A)
#define SESSIONS_MOST   65536u

static const wchar_t globals[] = L"\\BaseNamedObjects\\";

/* What NtQueryDirectoryObject fills: a name and a type. */
struct entry {
    UNICODE_STRING name, type;
    wchar_t text[256];
};

static FARPROC nt(const char *name)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll != NULL ? GetProcAddress(ntdll, name) : NULL;
}

#define NT_FUNCTION(type, variable, name)                                                          \
    type variable = NULL;                                                                          \
    FARPROC found_##variable = nt(name);                                                           \
    memcpy(&(variable), &found_##variable, sizeof(variable))

static enum sys_status refused(struct sys_failure *why, const char *call, NTSTATUS status)
{
    return failure_set(why, call, RtlNtStatusToDosError(status));
}

static UNICODE_STRING counted(const wchar_t *text)
{
    UNICODE_STRING string;

    string.Buffer = (wchar_t *)(uintptr_t)text; /* only read */
    string.Length = (USHORT)(wcslen(text) * sizeof(wchar_t));
    string.MaximumLength = (USHORT)(string.Length + sizeof(wchar_t));
    return string;
}

static OBJECT_ATTRIBUTES attributes_of(UNICODE_STRING *name,
                                       const struct sys_descriptor *descriptor)
{
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, name, 0, NULL, (void *)(uintptr_t)descriptor);
    return attributes;
}

/* ---- the list ----------------------------------------------------------------- */

/* The number of a session with names of its own. False: session 0, or not a number. */
static bool session_number(const UNICODE_STRING *name, uint32_t *session)
{
    size_t i, count = name->Length / sizeof(wchar_t);
    uint64_t value = 0;

    for (i = 0; i < count && value <= UINT32_MAX; i++) {
        if (name->Buffer[i] < L'0' || name->Buffer[i] > L'9')
            return false;
        value = value * 10 + (uint64_t)(name->Buffer[i] - L'0');
    }
    *session = (uint32_t)value;
    return count > 0 && value > 0 && value <= UINT32_MAX;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static enum sys_status read_list(HANDLE folder, uint32_t **sessions, size_t *count,
                                 struct sys_failure *why)
{
    NT_FUNCTION(query_directory, query, "NtQueryDirectoryObject");
    struct entry entry;
    ULONG context = 0, written;
    NTSTATUS status = 0;

    while (query != NULL && *count < SESSIONS_MOST) {
        /* One entry for each call; the first call begins at the start. */
        status = query(folder, &entry, sizeof(entry), TRUE, context == 0, &context, &written);
        if (status < 0)
            break;
        /* The array doubles at every power of two. */
        if ((*count & (*count - 1)) == 0) {
            size_t most = *count == 0 ? 1 : 2 * *count;
            uint32_t *more = realloc(*sessions, most * sizeof(*more));

            if (more == NULL)
                return failure_set(why, "NtQueryDirectoryObject", ERROR_NOT_ENOUGH_MEMORY);
            *sessions = more;
        }
        *count += session_number(&entry.name, &(*sessions)[*count]);
    }
    if (query == NULL || status != NO_MORE_ENTRIES)
        return refused(why, "NtQueryDirectoryObject", status);
    qsort(*sessions, *count, sizeof(**sessions), ascending);
    return SYS_OK;
}

enum sys_status sessions_list(uint32_t **sessions, size_t *count, struct sys_failure *why)
{
    NT_FUNCTION(open_directory, open, "NtOpenDirectoryObject");
    UNICODE_STRING name = counted(L"\\Sessions");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, NULL);
    HANDLE folder = NULL;
    enum sys_status result;
    NTSTATUS status;

    *sessions = NULL;
    *count = 0;
    if (open == NULL)
        return failure_set(why, "NtOpenDirectoryObject", ERROR_PROC_NOT_FOUND);
    status = open(&folder, DIRECTORY_LOOK, &attributes);
    if (status < 0)
        return refused(why, "NtOpenDirectoryObject", status);
    result = read_list(folder, sessions, count, why);
    CloseHandle(folder);
    if (result != SYS_OK) {
        free(*sessions);
        *sessions = NULL;
        *count = 0;
    }
    return result;
}

/* ---- a link ------------------------------------------------------------------- */

struct link_paths {
    wchar_t from[96 + OBJECT_NAME_UNITS], to[sizeof(globals) / sizeof(wchar_t) + OBJECT_NAME_UNITS];
};

/* The path of the link and of its target. False: no memory, or the name is too long. */
static bool make_paths(uint32_t session, const char *name, struct link_paths *paths)
{
    wchar_t *wide = wide_from_utf8(name);
    bool fits = wide != NULL && wcslen(wide) <= SHMB_NAME_MAX;

    if (fits) {
        (void)swprintf(paths->from, sizeof(paths->from) / sizeof(wchar_t),
                       L"\\Sessions\\%lu\\BaseNamedObjects\\%ls", (unsigned long)session, wide);
        (void)swprintf(paths->to, sizeof(paths->to) / sizeof(wchar_t), L"%ls%ls", globals, wide);
    }
    free(wide);
    return fits;
}

/*
 * True if the owner could be a broker's, under whatever account. That is proof enough: an adopted
 * link leads where this broker's would.
 */
static bool has_trusted_owner(HANDLE link)
{
    char owner[OWNER_SID_MAX];

    return owner_read(link, owner) == ERROR_SUCCESS && owner_trusted(owner);
}

/* True if the link points to `target`. */
static bool leads_to(HANDLE link, const wchar_t *target)
{
    NT_FUNCTION(query_link, query, "NtQuerySymbolicLinkObject");
    wchar_t text[sizeof(((struct link_paths *)0)->to) / sizeof(wchar_t)];
    UNICODE_STRING found = {0, sizeof(text), text};
    size_t length = wcslen(target) * sizeof(wchar_t);

    return query != NULL && query(link, &found, NULL) >= 0 && found.Length == length &&
           memcmp(text, target, length) == 0;
}

/*
 * Adopts a link of an earlier broker, which its keeper holds. SYS_NOT_FOUND: nothing has the
 * name. SYS_TAKEN: something else has it.
 */
static enum sys_status take_over(UNICODE_STRING *from, const wchar_t *to, struct sys_object **out,
                                 struct sys_failure *why)
{
    NT_FUNCTION(open_link, open, "NtOpenSymbolicLinkObject");
    OBJECT_ATTRIBUTES attributes = attributes_of(from, NULL);
    HANDLE link = NULL;
    NTSTATUS status;

    if (open == NULL)
        return failure_set(why, "NtOpenSymbolicLinkObject", ERROR_PROC_NOT_FOUND);
    status = open(&link, LINK_LOOK, &attributes);
    if (status >= 0 && has_trusted_owner(link) && leads_to(link, to)) {
        *out = (struct sys_object *)link;
        return SYS_OK;
    }
    if (link != NULL)
        CloseHandle(link);
    if (status == NAME_NOT_FOUND || status == PATH_NOT_FOUND)
        return failure_say(why, SYS_NOT_FOUND, "NtOpenSymbolicLinkObject", ERROR_FILE_NOT_FOUND,
                           "there is none");
    if (status < 0 && status != NOT_A_LINK && status != NOT_FOR_US)
        return refused(why, "NtOpenSymbolicLinkObject", status);
    return failure_say(why, SYS_TAKEN, "NtOpenSymbolicLinkObject", RtlNtStatusToDosError(status),
                       status == NOT_A_LINK ? "a program of the session has an object of that name"
                                            : "another program has created a link of that name");
}

enum sys_status sessions_link(uint32_t session, const char *name,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why)
{
    NT_FUNCTION(create_link, create, "NtCreateSymbolicLinkObject");
    struct link_paths paths;
    UNICODE_STRING from, to;
    OBJECT_ATTRIBUTES attributes;
    HANDLE link = NULL;
    enum sys_status known;
    NTSTATUS status;

    *out = NULL;
    if (create == NULL)
        return failure_set(why, "NtCreateSymbolicLinkObject", ERROR_PROC_NOT_FOUND);
    if (!make_paths(session, name, &paths))
        return failure_set(why, "NtCreateSymbolicLinkObject", ERROR_INVALID_NAME);
    from = counted(paths.from);
    to = counted(paths.to);
    /* Adopt first: creating a link where one exists may follow it instead of failing. */
    known = take_over(&from, paths.to, out, why);
    if (known != SYS_NOT_FOUND)
        return known;
    attributes = attributes_of(&from, descriptor);
    status = create(&link, LINK_ALL, &attributes, &to);
    if (status == NAME_COLLISION)
        return failure_say(why, SYS_TAKEN, "NtCreateSymbolicLinkObject", ERROR_ALREADY_EXISTS,
                           "a program of the session has just created an object of that name");
    if (status == PATH_NOT_FOUND)
        return failure_say(why, SYS_NOT_FOUND, "NtCreateSymbolicLinkObject", ERROR_PATH_NOT_FOUND,
                           "the session is gone");
    if (status < 0)
        return refused(why, "NtCreateSymbolicLinkObject", status);
    *out = (struct sys_object *)link;
    return SYS_OK;
}
