#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "wide.h"

#define DIRECTORY_QUERY_ACCESS 0x0001u
#define STATUS_NO_MORE         ((LONG)0x8000001A)
#define STATUS_UNIMPLEMENTED   ((LONG)0xC0000002)

/*
 * Room for hundreds of entries in one call: each call counts from the start of the directory
 * again. A name can have 64 KiB, and one that does not fit would end the list.
 */
#define BUFFER_BYTES (256u * 1024)

struct entry {
    UNICODE_STRING name, type;
};

typedef LONG(NTAPI *open_directory)(HANDLE *object, ACCESS_MASK access,
                                    OBJECT_ATTRIBUTES *attributes);
typedef LONG(NTAPI *query_directory)(HANDLE directory, void *buffer, ULONG size, BOOLEAN single,
                                     BOOLEAN restart, ULONG *context, ULONG *written);
typedef ULONG(NTAPI *status_to_code)(LONG status);

struct calls {
    open_directory open;
    query_directory query;
    status_to_code code;
};

bool listing_ntdll(const char *name, void *out, size_t size)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll == NULL ? NULL : GetProcAddress(ntdll, name);

    memcpy(out, &found, size);
    return found != NULL;
}

static bool find_calls(struct calls *calls)
{
    return listing_ntdll("NtOpenDirectoryObject", &calls->open, sizeof(calls->open)) &&
           listing_ntdll("NtQueryDirectoryObject", &calls->query, sizeof(calls->query)) &&
           listing_ntdll("RtlNtStatusToDosError", &calls->code, sizeof(calls->code));
}

void listing_attributes(const wchar_t *path, UNICODE_STRING *name, OBJECT_ATTRIBUTES *attributes)
{
    name->Buffer = (wchar_t *)(uintptr_t)path;
    name->Length = (USHORT)(wcslen(path) * sizeof(*path));
    name->MaximumLength = name->Length;
    InitializeObjectAttributes(attributes, name, 0, NULL, NULL);
}

bool listing_kind(const UNICODE_STRING *type, enum shmb_kind *kind)
{
    /* The kernel's word for a mutex is mutant. */
    static const wchar_t *const words[] = {L"Section", L"Mutant", L"Event", L"Semaphore"};
    int i;

    for (i = SHMB_SECTION; i <= SHMB_SEMAPHORE; i++) {
        size_t bytes = wcslen(words[i]) * sizeof(*words[i]);

        if (type->Length == bytes && memcmp(type->Buffer, words[i], bytes) == 0) {
            *kind = (enum shmb_kind)i;
            return true;
        }
    }
    return false;
}

char *listing_name(const UNICODE_STRING *name)
{
    wchar_t *copy = malloc(name->Length + sizeof(*copy));
    char *text;

    if (copy == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memcpy(copy, name->Buffer, name->Length);
    copy[name->Length / sizeof(*copy)] = L'\0';
    text = wide_to_utf8(copy);
    free(copy);
    return text;
}

/* An entry without a name is the last one; after a call for a single entry, only the first counts.
 */
static uint32_t take_all(const struct entry *entry, bool single, listing_take *take, void *context)
{
    uint32_t code = 0;

    for (; code == 0 && entry->name.Buffer != NULL; entry++) {
        code = take(context, &entry->name, &entry->type);
        if (single)
            break;
    }
    return code;
}

static uint32_t walk(const struct calls *calls, HANDLE directory, struct entry *buffer,
                     listing_take *take, void *context)
{
    ULONG position = 0, written;
    bool single = false; /* true where the system cannot give more, as Wine 8 */
    uint32_t code = 0;

    while (code == 0) {
        LONG status = calls->query(directory, buffer, BUFFER_BYTES, single, position == 0,
                                   &position, &written);

        if (status == STATUS_UNIMPLEMENTED && !single) {
            single = true;
            continue;
        }
        if (status == STATUS_NO_MORE)
            break;
        code = status < 0 ? calls->code(status) : take_all(buffer, single, take, context);
    }
    return code;
}

uint32_t listing_walk(const wchar_t *path, listing_take *take, void *context)
{
    struct entry *buffer = malloc(BUFFER_BYTES);
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    struct calls calls;
    HANDLE directory;
    uint32_t code;
    LONG status;

    if (buffer == NULL || !find_calls(&calls)) {
        free(buffer);
        return buffer == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_PROC_NOT_FOUND;
    }
    listing_attributes(path, &name, &attributes);
    status = calls.open(&directory, DIRECTORY_QUERY_ACCESS, &attributes);
    if (status < 0) {
        code = calls.code(status);
    } else {
        code = walk(&calls, directory, buffer, take, context);
        CloseHandle(directory);
    }
    free(buffer);
    return code;
}
