/* Reads object directories with calls of ntdll.dll: Win32 cannot list named objects. */
#include "namespace.h"

#include <windows.h>

#include <winternl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "plain.h"
#include "section.h"
#include "shmb.h"
#include "system_names.h"
#include "wide.h"

#define DIRECTORY_QUERY_ACCESS     0x0001u
#define SYMBOLIC_LINK_QUERY_ACCESS 0x0001u
#define STATUS_NO_MORE             ((LONG)0x8000001A)
#define STATUS_DENIED              ((LONG)0xC0000022)

#define SESSION_PATH_MAX 64 /* "\\Sessions\\4294967295\\BaseNamedObjects" */

/* Room for an entry and the texts that it points to. */
#define ENTRY_BYTES 4096u

struct directory_entry {
    UNICODE_STRING name, type;
};

typedef LONG(NTAPI *open_named)(HANDLE *object, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes);
typedef LONG(NTAPI *query_directory)(HANDLE directory, void *buffer, ULONG size, BOOLEAN single,
                                     BOOLEAN restart, ULONG *context, ULONG *written);
typedef ULONG(NTAPI *status_to_code)(LONG status);

/* Not in the import libraries, but on every Windows. */
struct ntdll {
    open_named open;
    query_directory query;
    status_to_code code;
};

static bool find_call(HMODULE ntdll, const char *name, void *out, size_t size)
{
    FARPROC found = GetProcAddress(ntdll, name);

    memcpy(out, &found, size);
    return found != NULL;
}

static bool find_calls(struct ntdll *calls)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll != NULL &&
           find_call(ntdll, "NtOpenDirectoryObject", &calls->open, sizeof(calls->open)) &&
           find_call(ntdll, "NtQueryDirectoryObject", &calls->query, sizeof(calls->query)) &&
           find_call(ntdll, "RtlNtStatusToDosError", &calls->code, sizeof(calls->code));
}

static bool is_type(const UNICODE_STRING *type, const wchar_t *word)
{
    size_t length = wcslen(word);

    return type->Length == length * sizeof(*word) && memcmp(type->Buffer, word, type->Length) == 0;
}

/*
 * The kind of an entry by the kernel's word for it, in which a mutex is a mutant. False:
 * another kind.
 */
static bool find_kind(const UNICODE_STRING *type, enum shmb_kind *kind)
{
    static const wchar_t *const words[] = {L"Section", L"Mutant", L"Event", L"Semaphore"};
    int i;

    for (i = SHMB_SECTION; i <= SHMB_SEMAPHORE; i++) {
        if (is_type(type, words[i])) {
            *kind = (enum shmb_kind)i;
            return true;
        }
    }
    return false;
}

/* The name as UTF-8, to be freed. NULL: ill-formed, or out of memory: see GetLastError(). */
static char *take_name(const UNICODE_STRING *name)
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

/* Asks the directory whether the broker holds the object, and for its exact size. */
static void ask_broker(struct starter_object *object)
{
    shmb_info info;

    info.size = sizeof(info);
    if (object->in_session || shmb_describe(object->name, &info) != SHMB_OK ||
        strcmp(info.name, object->name) != 0 || info.kind != (uint32_t)object->kind)
        return;
    object->held = info.state == SHMB_STATE_HELD;
    if (object->held && object->kind == SHMB_SECTION) {
        object->bytes = info.bytes;
        object->exact = true;
    }
}

static void ask_object(struct starter_object *object)
{
    LONG count, maximum;
    /*
     * Bit 0 is the right to query, for all kinds. For a section it must not be alone:
     * OpenFileMapping takes it for FILE_MAP_COPY.
     */
    DWORD mask = object->kind == SHMB_SECTION ? SECTION_QUERY | SECTION_MAP_READ : 1;
    HANDLE handle = object->kind == SHMB_MUTEX
                        ? NULL
                        : plain_open(object->in_session, object->kind, object->name, mask);

    if (handle == NULL)
        return;
    if (object->kind == SHMB_SECTION) {
        object->seen = section_size(handle, &object->bytes) == 0;
        object->backed = section_backed(handle);
    } else if (object->kind == SHMB_EVENT) {
        object->seen = plain_event(handle, &object->manual_reset, &object->set);
    } else if (plain_semaphore(handle, &count, &maximum)) {
        object->seen = true;
        object->count = count;
        object->maximum = maximum;
    }
    CloseHandle(handle);
}

static uint32_t add(struct namespace_list *list, enum shmb_kind kind, bool in_session, char *name)
{
    struct starter_object *object;

    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : list->room * 2;

        object = realloc(list->objects, room * sizeof(*object));
        if (object == NULL) {
            free(name);
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        list->objects = object;
        list->room = room;
    }
    object = &list->objects[list->count++];
    memset(object, 0, sizeof(*object));
    object->name = name;
    object->kind = kind;
    object->in_session = in_session;
    ask_broker(object);
    if (!list->all && !object->held && system_name(name)) {
        list->count--;
        list->left_out++;
        free(name);
        return 0;
    }
    ask_object(object);
    /* Again, since ask_object writes the rounded size. */
    ask_broker(object);
    return 0;
}

static bool wanted(const char *name, const char *pattern)
{
    size_t length = strlen(SHMB_RESERVED_PREFIX);

    if (strlen(name) >= length && shmb_name_same(name, length, SHMB_RESERVED_PREFIX, length))
        return false;
    return pattern == NULL || starter_fits(pattern, name);
}

static uint32_t take_entry(struct namespace_list *list, const struct directory_entry *entry,
                           bool in_session, const char *pattern)
{
    enum shmb_kind kind;
    char *name;

    if (!find_kind(&entry->type, &kind))
        return 0;
    name = take_name(&entry->name);
    if (name == NULL) /* skip an ill-formed name: it cannot be shown or configured */
        return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? ERROR_NOT_ENOUGH_MEMORY : 0;
    if (!wanted(name, pattern)) {
        free(name);
        return 0;
    }
    return add(list, kind, in_session, name);
}

static uint32_t add_all(struct namespace_list *list, const struct ntdll *calls, HANDLE directory,
                        bool in_session, const char *pattern)
{
    union {
        struct directory_entry entry;
        BYTE bytes[ENTRY_BYTES];
    } buffer;
    ULONG context = 0, written;
    uint32_t code = 0;

    while (code == 0) {
        LONG status = calls->query(directory, &buffer, sizeof(buffer), TRUE, context == 0, &context,
                                   &written);

        if (status == STATUS_NO_MORE)
            break;
        code =
            status < 0 ? calls->code(status) : take_entry(list, &buffer.entry, in_session, pattern);
    }
    return code;
}

static void session_path(uint32_t session, wchar_t out[SESSION_PATH_MAX])
{
    _snwprintf(out, SESSION_PATH_MAX, L"\\Sessions\\%lu\\BaseNamedObjects", (unsigned long)session);
}

/* `path` and `name` must live as long as the attributes. */
static void set_attributes(wchar_t *path, UNICODE_STRING *name, OBJECT_ATTRIBUTES *attributes)
{
    name->Buffer = path;
    name->Length = (USHORT)(wcslen(path) * sizeof(*path));
    name->MaximumLength = name->Length;
    InitializeObjectAttributes(attributes, name, 0, NULL, NULL);
}

uint32_t namespace_add(struct namespace_list *list, bool in_session, uint32_t session,
                       const char *pattern)
{
    wchar_t path[SESSION_PATH_MAX] = L"\\BaseNamedObjects";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    struct ntdll calls;
    HANDLE directory;
    uint32_t code;
    LONG status;

    if (!find_calls(&calls))
        return ERROR_PROC_NOT_FOUND;
    if (in_session)
        session_path(session, path);
    set_attributes(path, &name, &attributes);
    status = calls.open(&directory, DIRECTORY_QUERY_ACCESS, &attributes);
    if (status < 0)
        return calls.code(status);
    code = add_all(list, &calls, directory, in_session, pattern);
    CloseHandle(directory);
    return code;
}

bool namespace_links(uint32_t session, const char *name)
{
    wchar_t path[SESSION_PATH_MAX + SHMB_NAME_MAX + 1], *wide = wide_from_utf8(name);
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING text;
    open_named open;
    HANDLE link = NULL;
    LONG status;

    if (wide == NULL || wcslen(wide) > SHMB_NAME_MAX || ntdll == NULL ||
        !find_call(ntdll, "NtOpenSymbolicLinkObject", &open, sizeof(open))) {
        free(wide);
        return false;
    }
    session_path(session, path);
    wcscat(path, L"\\");
    wcscat(path, wide);
    free(wide);
    set_attributes(path, &text, &attributes);
    /* The system checks the type before it checks rights: "denied" means a link. */
    status = open(&link, SYMBOLIC_LINK_QUERY_ACCESS, &attributes);
    if (status >= 0)
        CloseHandle(link);
    return status >= 0 || status == STATUS_DENIED;
}

void namespace_free(struct namespace_list *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        free((char *)(uintptr_t)list->objects[i].name);
    free(list->objects);
    memset(list, 0, sizeof(*list));
}
