/*
 * Win32 can neither refuse a link nor name a directory for an object. So the kernel's own calls
 * are used, with the directory of Global\ and the bare name, once the probe has seen that they do
 * what Win32's calls do and that they refuse a link; Win32's calls otherwise.
 */
#include "global_object.h"

#include <winternl.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "access.h"
#include "global_name.h"
#include "listing.h"
#include "named_object.h"

#define DONT_REPARSE        0x1000u /* OBJ_DONT_REPARSE; winternl.h has neither */
#define REPARSE_ENCOUNTERED ((NTSTATUS)0xC000050B)
#define DIRECTORY_PASS      0x0002u /* DIRECTORY_TRAVERSE */
#define LINK_ALL            0xF0001u
#define PROBE_NAME          L"Global\\ShmBroker.Probe."
#define PROBE_UNITS         80u

typedef NTSTATUS(NTAPI *open_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *section_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, LARGE_INTEGER *,
                                      ULONG, ULONG, HANDLE);
typedef NTSTATUS(NTAPI *mutex_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, BOOLEAN);
/* Type 0: reset by hand, 1: automatically. */
typedef NTSTATUS(NTAPI *event_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, LONG, BOOLEAN);
typedef NTSTATUS(NTAPI *semaphore_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, LONG, LONG);
typedef NTSTATUS(NTAPI *link_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *);

static struct {
    bool probed, refuses_links;
    HANDLE directory; /* of Global\; stays open */
    section_call section;
    mutex_call mutex;
    event_call event;
    semaphore_call semaphore;
    open_call open[SHMB_KERNEL_KINDS];
} native;

/* The attributes of `Global\X` below the directory; `name` must live as long as they. */
static void describe(const wchar_t *full, void *descriptor, UNICODE_STRING *name,
                     OBJECT_ATTRIBUTES *attributes)
{
    const wchar_t *bare = wcschr(full, L'\\');

    listing_attributes(bare != NULL ? bare + 1 : full, name, attributes);
    attributes->RootDirectory = native.directory;
    attributes->Attributes = DONT_REPARSE;
    attributes->SecurityDescriptor = descriptor;
}

static NTSTATUS create_native(const struct sys_spec *spec, void *descriptor, const wchar_t *full,
                              HANDLE *out, const char **call)
{
    const enum shmb_kind kind = shmb_kernel_kind(spec->kind);
    const ACCESS_MASK access = shmb_access_mask(kind, SHMB_LEVEL_FULL);
    OBJECT_ATTRIBUTES attributes;
    LARGE_INTEGER size;
    UNICODE_STRING name;

    describe(full, descriptor, &name, &attributes);
    switch (kind) {
    case SHMB_SECTION:
        *call = "NtCreateSection";
        size.QuadPart = (LONGLONG)spec->size;
        return native.section(out, access, &attributes, &size, PAGE_READWRITE, SEC_COMMIT, NULL);
    case SHMB_MUTEX:
        *call = "NtCreateMutant";
        return native.mutex(out, access, &attributes, FALSE);
    case SHMB_EVENT:
        *call = "NtCreateEvent";
        return native.event(out, access, &attributes, spec->manual_reset ? 0 : 1, spec->set);
    default:
        *call = "NtCreateSemaphore";
        return native.semaphore(out, access, &attributes, spec->initial, spec->maximum);
    }
}

static NTSTATUS open_native(enum shmb_kind kind, const wchar_t *full, DWORD access, HANDLE *out)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;

    describe(full, NULL, &name, &attributes);
    return native.open[shmb_kernel_kind(kind)](out, access, &attributes);
}

/* ---- the probe -------------------------------------------------------------- */

static bool find_calls(void)
{
    return listing_ntdll("NtCreateSection", &native.section, sizeof(native.section)) &&
           listing_ntdll("NtCreateMutant", &native.mutex, sizeof(native.mutex)) &&
           listing_ntdll("NtCreateEvent", &native.event, sizeof(native.event)) &&
           listing_ntdll("NtCreateSemaphore", &native.semaphore, sizeof(native.semaphore)) &&
           listing_ntdll("NtOpenSection", &native.open[SHMB_SECTION], sizeof(open_call)) &&
           listing_ntdll("NtOpenMutant", &native.open[SHMB_MUTEX], sizeof(open_call)) &&
           listing_ntdll("NtOpenEvent", &native.open[SHMB_EVENT], sizeof(open_call)) &&
           listing_ntdll("NtOpenSemaphore", &native.open[SHMB_SEMAPHORE], sizeof(open_call));
}

static bool open_directory(void)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    open_call open;

    listing_attributes(LISTING_GLOBAL, &name, &attributes);
    return listing_ntdll("NtOpenDirectoryObject", &open, sizeof(open)) &&
           open(&native.directory, DIRECTORY_PASS, &attributes) >= 0;
}

/* A link at the probe's name, to another free one. NULL: it cannot be made. */
static HANDLE make_link(const wchar_t *full)
{
    wchar_t path[PROBE_UNITS + 64];
    UNICODE_STRING name, target;
    OBJECT_ATTRIBUTES attributes, unused;
    HANDLE link = NULL;
    link_call make;

    (void)swprintf(path, sizeof(path) / sizeof(path[0]), LISTING_GLOBAL L"\\%ls.Target",
                   wcschr(full, L'\\') + 1);
    listing_attributes(path, &target, &unused);
    describe(full, NULL, &name, &attributes);
    attributes.Attributes = 0;
    if (!listing_ntdll("NtCreateSymbolicLinkObject", &make, sizeof(make)) ||
        make(&link, LINK_ALL, &attributes, &target) < 0)
        return NULL;
    return link;
}

/* True: what the kernel's calls create at a free name is what Win32 finds in Global\. */
static bool creates(const struct sys_spec *spec, const wchar_t *full)
{
    HANDLE made = NULL, found = NULL, again = NULL;
    const char *call;
    bool same;

    if (create_native(spec, NULL, full, &made, &call) < 0)
        return false;
    found = named_object_open(spec->kind, full, READ_CONTROL);
    same = found != NULL && open_native(spec->kind, full, READ_CONTROL, &again) >= 0;
    if (again != NULL)
        CloseHandle(again);
    if (found != NULL)
        CloseHandle(found);
    CloseHandle(made);
    return same;
}

/* True: neither call follows the link at this name. */
static bool refuses(const struct sys_spec *spec, const wchar_t *full)
{
    HANDLE object = NULL;
    const char *call;
    NTSTATUS made = create_native(spec, NULL, full, &object, &call), opened;

    if (made >= 0)
        CloseHandle(object);
    opened = open_native(spec->kind, full, READ_CONTROL, &object);
    if (opened >= 0)
        CloseHandle(object);
    return made == REPARSE_ENCOUNTERED && opened == REPARSE_ENCOUNTERED;
}

/* Whoever takes the names first makes the probe fail, which costs time alone. */
static bool probe(void)
{
    struct sys_spec spec = {.size = 4096, .maximum = 1};
    wchar_t full[PROBE_UNITS];
    LARGE_INTEGER now;
    bool good = true;
    HANDLE link;
    int kind;

    QueryPerformanceCounter(&now);
    (void)swprintf(full, PROBE_UNITS, PROBE_NAME L"%lu.%llx", GetCurrentProcessId(),
                   (unsigned long long)now.QuadPart);
    for (kind = 0; good && kind < SHMB_KERNEL_KINDS; kind++) {
        spec.kind = (enum shmb_kind)kind;
        good = creates(&spec, full);
    }
    link = good ? make_link(full) : NULL;
    if (link == NULL)
        return false;
    for (kind = 0; good && kind < SHMB_KERNEL_KINDS; kind++) {
        spec.kind = (enum shmb_kind)kind;
        good = refuses(&spec, full);
    }
    CloseHandle(link);
    return good;
}

void global_object_probe(void)
{
    if (native.probed)
        return;
    native.probed = true;
    native.refuses_links = find_calls() && open_directory() && probe();
}

/* ---- what the broker uses --------------------------------------------------- */

static HANDLE create_win32(const struct sys_spec *spec, SECURITY_ATTRIBUTES *attributes,
                           const wchar_t *name, const char **call)
{
    switch (shmb_kernel_kind(spec->kind)) {
    case SHMB_SECTION:
        *call = "CreateFileMappingW";
        /* In the page file, and committed: fails now if there is too little, not at a write. */
        return CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE,
                                  (DWORD)(spec->size >> 32), (DWORD)(spec->size & 0xFFFFFFFFu),
                                  name);
    case SHMB_MUTEX:
        *call = "CreateMutexW";
        return CreateMutexW(attributes, FALSE, name);
    case SHMB_EVENT:
        *call = "CreateEventW";
        return CreateEventW(attributes, spec->manual_reset, spec->set, name);
    default:
        *call = "CreateSemaphoreW";
        return CreateSemaphoreW(attributes, spec->initial, spec->maximum, name);
    }
}

HANDLE global_object_create(const struct sys_spec *spec, SECURITY_ATTRIBUTES *attributes,
                            const wchar_t *name, const char **call)
{
    HANDLE object = NULL;
    bool existed;

    if (native.refuses_links) {
        NTSTATUS status =
            create_native(spec, attributes->lpSecurityDescriptor, name, &object, call);

        if (status >= 0)
            return object;
        SetLastError(status == REPARSE_ENCOUNTERED ? GLOBAL_OBJECT_LINK
                                                   : RtlNtStatusToDosError(status));
        return NULL;
    }
    SetLastError(ERROR_SUCCESS);
    object = create_win32(spec, attributes, name, call);
    if (object == NULL)
        return NULL;
    /* The call has opened what another program created, or created it where a link leads to. */
    existed = GetLastError() == ERROR_ALREADY_EXISTS;
    if (!existed && global_name_is(object, name))
        return object;
    CloseHandle(object);
    SetLastError(ERROR_ALREADY_EXISTS);
    return NULL;
}

HANDLE global_object_open(enum shmb_kind kind, const wchar_t *name, DWORD access)
{
    HANDLE object = NULL;

    if (native.refuses_links) {
        NTSTATUS status = open_native(kind, name, access, &object);

        if (status >= 0)
            return object;
        SetLastError(status == REPARSE_ENCOUNTERED ? ERROR_INVALID_HANDLE
                                                   : RtlNtStatusToDosError(status));
        return NULL;
    }
    object = named_object_open(kind, name, access);
    if (object == NULL || global_name_is(object, name))
        return object;
    /* A link has led to it; it is an object of another name. */
    CloseHandle(object);
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}
