#include "namespace.h"

#include <windows.h>

#include <winternl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "names.h"
#include "plain.h"
#include "section.h"
#include "shmb.h"
#include "system_names.h"
#include "wide.h"

#define SYMBOLIC_LINK_QUERY_ACCESS 0x0001u
#define STATUS_DENIED              ((LONG)0xC0000022)

#define SESSION_PATH_MAX 64 /* "\\Sessions\\4294967295\\BaseNamedObjects" */

typedef LONG(NTAPI *open_link)(HANDLE *link, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes);

/* A queue is a section to the system; only the directory tells. */
static bool is_of_kind(const struct starter_object *object, uint32_t kind)
{
    return kind == (uint32_t)object->kind || (kind == SHMB_QUEUE && object->kind == SHMB_SECTION);
}

/* Asks the directory whether the broker holds the object, and for its exact size. */
static void ask_broker(struct starter_object *object)
{
    shmb_info info;

    info.size = sizeof(info);
    if (object->in_session || shmb_describe(object->name, &info) != SHMB_OK ||
        strcmp(info.name, object->name) != 0 || !is_of_kind(object, info.kind))
        return;
    object->held = info.state == SHMB_STATE_HELD;
    if (object->held)
        object->kind = (enum shmb_kind)info.kind;
    if (starter_has_bytes(object) && object->held) {
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
    HANDLE handle = object->kind == SHMB_MUTEX || object->kind == SHMB_QUEUE
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

/* What namespace_add is asked for. */
struct walk {
    struct namespace_list *list;
    bool in_session;
    const char *pattern;
};

static uint32_t take_entry(void *context, const UNICODE_STRING *entry, const UNICODE_STRING *type)
{
    const struct walk *walk = context;
    enum shmb_kind kind;
    char *name;
    DWORD code;

    if (!listing_kind(type, &kind))
        return 0;
    name = listing_name(entry);
    if (name == NULL) {
        code = GetLastError();
        if (code == ERROR_NOT_ENOUGH_MEMORY)
            return code;
        walk->list->ill_formed++;
        return 0;
    }
    if (!wanted(name, walk->pattern)) {
        free(name);
        return 0;
    }
    return add(walk->list, kind, walk->in_session, name);
}

static void session_path(uint32_t session, wchar_t out[SESSION_PATH_MAX])
{
    _snwprintf(out, SESSION_PATH_MAX, L"\\Sessions\\%lu\\BaseNamedObjects", (unsigned long)session);
}

uint32_t namespace_add(struct namespace_list *list, bool in_session, uint32_t session,
                       const char *pattern)
{
    wchar_t path[SESSION_PATH_MAX] = LISTING_GLOBAL;
    struct walk walk = {list, in_session, pattern};

    if (in_session)
        session_path(session, path);
    return listing_walk(path, take_entry, &walk);
}

bool namespace_links(uint32_t session, const char *name)
{
    wchar_t path[SESSION_PATH_MAX + SHMB_NAME_MAX + 1], *wide = wide_from_utf8(name);
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING text;
    open_link open;
    HANDLE link = NULL;
    LONG status;

    if (wide == NULL || wcslen(wide) > SHMB_NAME_MAX ||
        !listing_ntdll("NtOpenSymbolicLinkObject", &open, sizeof(open))) {
        free(wide);
        return false;
    }
    session_path(session, path);
    wcscat(path, L"\\");
    wcscat(path, wide);
    free(wide);
    listing_attributes(path, &text, &attributes);
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
