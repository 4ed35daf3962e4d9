/* shmb_open_object: mutexes, events and semaphores of the broker. */
#include "access.h"
#include "broker.h"
#include "lookup.h"
#include "object_name.h"
#include "open_object.h"

/* Waiting on a mutex or an auto-reset event changes it, so level `read` does not allow it. */
static bool readable(enum shmb_kind kind, const struct shmb_entry *entry)
{
    return kind == SHMB_SEMAPHORE ||
           (kind == SHMB_EVENT && (entry == NULL || (entry->flags & SHMB_ENTRY_MANUAL_RESET) != 0));
}

/*
 * Opens with the rights of level read or write. `entry` NULL: without the directory, the
 * reset mode of an event is unknown, and its access list decides.
 */
static int32_t open_right(enum shmb_kind kind, const char *bare, uint32_t rights,
                          const struct shmb_entry *entry, HANDLE *out, struct fault *fault)
{
    if (rights == SHMB_READ && !readable(kind, entry))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    return open_object(
        kind, bare,
        shmb_access_mask(kind, rights == SHMB_READ ? SHMB_LEVEL_READ : SHMB_LEVEL_WRITE), "", out,
        fault);
}

static int32_t open_listed(const struct lookup *lookup, enum shmb_kind kind, const char *bare,
                           uint32_t rights, HANDLE *out, struct fault *fault)
{
    struct shmb_entry_view view;
    struct shmb_info info;
    int32_t result = lookup_find(lookup, bare, &view, fault);

    if (result != SHMB_OK)
        return result;
    if (view.entry.kind != (uint32_t)kind)
        return fault_plain(fault, SHMB_WRONG_KIND);
    if (view.entry.state != SHMB_ENTRY_HELD)
        return fault_plain(fault, view.entry.state == SHMB_ENTRY_CONFLICT ? SHMB_NOT_OURS
                                                                          : SHMB_NOT_FOUND);
    lookup_info(&view, &info);
    /* By the entry's spelling: the kernel distinguishes case. */
    return open_right(kind, info.name, rights, &view.entry, out, fault);
}

static int32_t open_now(enum shmb_kind kind, const char *bare, uint32_t rights, HANDLE *out,
                        struct fault *fault)
{
    struct lookup lookup;
    int32_t result = lookup_open(&lookup, "", LOOKUP_ALL, fault);

    if (lookup_dispensable(result))
        return open_right(kind, bare, rights, NULL, out, fault);
    if (result != SHMB_OK)
        return result;
    result = open_listed(&lookup, kind, bare, rights, out, fault);
    lookup_close(&lookup);
    return result;
}

static int32_t open_checked(const char *name, uint32_t kind, uint32_t rights, uint32_t wait_ms,
                            void **handle, struct fault *fault)
{
    char bare[SHMB_NAME_BYTES];
    struct broker_wait wait;
    int32_t result;

    if (handle == NULL)
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    *handle = NULL;
    result = object_name_check(name, bare);
    if (result == SHMB_OK && (kind == SHMB_KIND_SEGMENT || kind > SHMB_KIND_SEMAPHORE ||
                              (rights != SHMB_READ && rights != SHMB_WRITE)))
        result = SHMB_BAD_ARGUMENT;
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    broker_wait_begin(&wait, wait_ms);
    do {
        result = open_now((enum shmb_kind)kind, bare, rights, handle, fault);
    } while (broker_wait_again(&wait, result));
    return broker_absent(result);
}

int32_t SHMB_CALL shmb_open_object(const char *name, uint32_t kind, uint32_t rights,
                                   uint32_t wait_ms, void **handle)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(open_checked(name, kind, rights, wait_ms, handle, &fault), &fault);
}

int32_t SHMB_CALL shmb_open_objectW(const shmb_wchar *name, uint32_t kind, uint32_t rights,
                                    uint32_t wait_ms, void **handle)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = object_name_utf8(name, narrow);

    if (result != SHMB_OK) {
        if (handle != NULL)
            *handle = NULL;
        return result_end_plain(result);
    }
    return shmb_open_object(narrow, kind, rights, wait_ms, handle);
}
