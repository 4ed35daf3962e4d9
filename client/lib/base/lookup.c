/*
 * Opens root and table of the directory. contract/directory.h describes both, and
 * its functions check every byte that is used here.
 */
#include "lookup.h"

#include <stddef.h>
#include <string.h>

#include "names.h"
#include "open_object.h"
#include "sized.h"
#include "stand_in.h"

/* A publication takes microseconds: a root that keeps changing this long is not the broker's. */
#define ROOT_TRIES  10000
#define TABLE_TRIES 100

static int32_t read_result(enum shmb_read verdict, struct fault *fault)
{
    switch (verdict) {
    case SHMB_READ_OK:
        return SHMB_OK;
    case SHMB_READ_EMPTY:
        return fault_plain(fault, SHMB_NOT_FOUND);
    case SHMB_READ_VERSION:
        return fault_plain(fault, SHMB_VERSION_MISMATCH);
    default:
        return fault_plain(fault, SHMB_CORRUPT);
    }
}

static int32_t open_root(struct lookup *lookup, const char *bare, const char *owner,
                         struct fault *fault)
{
    int32_t result =
        open_object(SHMB_SECTION, bare, SECTION_READ_ACCESS, owner, &lookup->root, fault);

    /* The root exists as long as a broker holds objects (directory.h). */
    if (result == SHMB_NOT_FOUND)
        return SHMB_NO_BROKER;
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return result;
    return open_object_map(lookup->root, FILE_MAP_READ, 0, SHMB_ROOT_SIZE, &lookup->root_view,
                           fault);
}

/* Copies the current slot. Tries again while the broker publishes. */
static int32_t read_root(struct lookup *lookup, struct fault *fault)
{
    enum shmb_read verdict = SHMB_READ_AGAIN;
    int tries;

    for (tries = 0; verdict == SHMB_READ_AGAIN && tries < ROOT_TRIES; tries++) {
        verdict = shmb_root_read(lookup->root_view.data, SHMB_ROOT_SIZE, &lookup->slot);
        if (verdict == SHMB_READ_AGAIN)
            YieldProcessor();
    }
    return read_result(verdict, fault);
}

static int32_t open_table(struct lookup *lookup, const char *owner, struct fault *fault)
{
    char name[SHMB_TABLE_NAME_BYTES];
    HANDLE table;
    int32_t result;

    shmb_table_name(lookup->slot.suffix, name);
    result = open_object(SHMB_SECTION, name, SECTION_READ_ACCESS, owner, &table, fault);
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return result;
    /* shmb_root_read has checked that table_size is at most SHMB_TABLE_MAX. */
    result = open_object_map(table, FILE_MAP_READ, 0, lookup->slot.table_size, &lookup->table_view,
                             fault);
    CloseHandle(table); /* the view keeps the section; its name is not needed again */
    if (result != SHMB_OK)
        return result;
    return read_result(shmb_table_check(lookup->table_view.data, lookup->slot.table_size,
                                        &lookup->slot, &lookup->table),
                       fault);
}

/*
 * Opens the root of this name and its table. After a failure, nothing is open. `*absent`: nobody
 * has the name.
 */
static int32_t open_by_name(struct lookup *lookup, const char *bare, const char *owner,
                            bool *absent, struct fault *fault)
{
    int32_t result;
    int tries;

    memset(lookup, 0, sizeof(*lookup));
    result = open_root(lookup, bare, owner, fault);
    *absent = result == SHMB_NO_BROKER;
    /* A table that is gone was replaced: the root now names the next one. */
    for (tries = 0; result == SHMB_OK && tries < TABLE_TRIES; tries++) {
        result = read_root(lookup, fault);
        if (result != SHMB_OK)
            break;
        result = open_table(lookup, owner, fault);
        if (result == SHMB_OK)
            return SHMB_OK;
        if (result != SHMB_NOT_FOUND)
            break;
        /* The root still names the missing table: an ended broker left it. */
        result = lookup_changed(lookup) ? SHMB_OK : SHMB_NO_BROKER;
    }
    lookup_close(lookup);
    /* SHMB_OK here: the tries are used up. */
    return result == SHMB_OK ? fault_plain(fault, SHMB_NO_BROKER) : result;
}

struct stand_in_search {
    const char *owner;
    struct lookup *best;
    int32_t result; /* of `best`; SHMB_NO_BROKER: none yet */
    struct fault fault;
};

/*
 * Keeps the stand-in with the greatest revision: a former broker's may still be there. One that
 * cannot be used counts only if there is no other.
 */
static bool look_at_stand_in(void *context, const char *bare)
{
    struct stand_in_search *search = context;
    struct lookup found;
    struct fault fault = {CALL_NONE, 0};
    bool absent, better;
    int32_t result = open_by_name(&found, bare, search->owner, &absent, &fault);

    if (result == SHMB_OK)
        better = search->result != SHMB_OK || found.slot.revision > search->best->slot.revision;
    else
        better = search->result == SHMB_NO_BROKER && !lookup_dispensable(result);
    if (better) {
        lookup_close(search->best);
        *search->best = found;
        search->result = result;
        search->fault = fault;
    } else {
        lookup_close(&found);
    }
    return true;
}

/* After this result for the first name: can the directory be that of a stand-in? */
static bool may_stand_in(int32_t result, bool absent, enum lookup_search search)
{
    if (search == LOOKUP_ONE || (absent && search != LOOKUP_ALL))
        return false;
    /* SHMB_NOT_FOUND: a broker that ended before it published left the root, or one starts. */
    return lookup_dispensable(result) || result == SHMB_NOT_FOUND;
}

int32_t lookup_open(struct lookup *lookup, const char *owner, enum lookup_search search,
                    struct fault *fault)
{
    struct stand_in_search stand_in = {.owner = owner, .best = lookup, .result = SHMB_NO_BROKER};
    bool absent;
    int32_t result = open_by_name(lookup, SHMB_ROOT_NAME, owner, &absent, fault);

    if (!may_stand_in(result, absent, search))
        return result;
    stand_in_each(SHMB_ROOT_NAME, look_at_stand_in, &stand_in);
    if (stand_in.result == SHMB_NO_BROKER)
        return result;
    *fault = stand_in.fault;
    return stand_in.result;
}

void lookup_leave_root(struct lookup *lookup)
{
    section_unmap(&lookup->root_view);
    if (lookup->root != NULL)
        CloseHandle(lookup->root);
    lookup->root = NULL;
}

void lookup_close(struct lookup *lookup)
{
    lookup_leave_root(lookup);
    section_unmap(&lookup->table_view);
    memset(lookup, 0, sizeof(*lookup));
}

int32_t lookup_find(const struct lookup *lookup, const char *bare, struct shmb_entry_view *out,
                    struct fault *fault)
{
    return read_result(shmb_table_find(&lookup->table, bare, strlen(bare), out), fault);
}

bool lookup_changed(const struct lookup *lookup)
{
    struct shmb_root_slot now;

    /* A root that cannot be read now counts as changed, so that callers try again. */
    return shmb_root_read(lookup->root_view.data, SHMB_ROOT_SIZE, &now) != SHMB_READ_OK ||
           memcmp(&now, &lookup->slot, sizeof(now)) != 0;
}

bool lookup_dispensable(int32_t result)
{
    return result == SHMB_NO_BROKER || result == SHMB_ACCESS_DENIED || result == SHMB_NOT_OURS;
}

static void copy_text(const char *text, size_t length, char out[SHMB_NAME_SIZE])
{
    if (text == NULL || length >= SHMB_NAME_SIZE)
        return; /* cannot happen: a checked name fits. `out` is already zero. */
    memcpy(out, text, length);
}

void lookup_info(const struct shmb_entry_view *view, struct shmb_info *info)
{
    const struct shmb_entry *entry = &view->entry;

    memset(info, 0, sizeof(*info));
    info->size = sizeof(*info);
    info->kind = entry->kind;
    info->state = entry->state;
    info->flags = entry->flags;
    info->bytes = entry->size;
    info->generation = entry->generation;
    info->initial = entry->initial;
    info->maximum = entry->maximum;
    copy_text(view->name, entry->name.length, info->name);
    if (entry->lock_kind == SHMB_ENTRY_LOCK_MUTEX) {
        info->flags |= SHMB_FLAG_HAS_LOCK;
        copy_text(view->lock_name, entry->lock_name.length, info->lock);
    }
}

/* Clears a text of the caller's structure that is there in part. */
static void clear_part(struct shmb_info *out, size_t offset, size_t size)
{
    if (out->size > offset && out->size < offset + size)
        memset((char *)out + offset, 0, out->size - offset);
}

void lookup_give(const struct shmb_info *info, struct shmb_info *out)
{
    sized_give(info, sizeof(*info), out);
    /* Half a name would be the name of another object. */
    clear_part(out, offsetof(struct shmb_info, name), sizeof(out->name));
    clear_part(out, offsetof(struct shmb_info, lock), sizeof(out->lock));
}

_Static_assert(SHMB_STATE_HELD == SHMB_ENTRY_HELD, "states are passed on as they are");
_Static_assert(SHMB_STATE_CONFLICT == SHMB_ENTRY_CONFLICT, "states are passed on as they are");
_Static_assert(SHMB_STATE_FAILED == SHMB_ENTRY_FAILED, "states are passed on as they are");
_Static_assert(SHMB_FLAG_MANUAL_RESET == SHMB_ENTRY_MANUAL_RESET, "flags are passed on");
_Static_assert(SHMB_FLAG_READERS_MAY_WAIT == SHMB_ENTRY_READERS_MAY_WAIT, "flags are passed on");
_Static_assert(SHMB_FLAG_INITIAL == SHMB_ENTRY_INITIAL, "flags are passed on");
_Static_assert(SHMB_FLAG_NOTIFY == SHMB_ENTRY_NOTIFY, "flags are passed on");
_Static_assert(SHMB_FLAG_COMPANION == SHMB_ENTRY_COMPANION, "flags are passed on");
_Static_assert(SHMB_KIND_SEGMENT == SHMB_SECTION, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_MUTEX == SHMB_MUTEX, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_EVENT == SHMB_EVENT, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_SEMAPHORE == SHMB_SEMAPHORE, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_QUEUE == SHMB_QUEUE, "kinds are passed on as they are");
_Static_assert(SHMB_NAME_SIZE >= SHMB_NAME_BYTES, "every name fits");
_Static_assert(offsetof(struct shmb_info, name) == SHMB_INFO_SIZE_MIN, "the texts are last");
_Static_assert(sizeof(struct shmb_info) == 1280, "shmb_info has one layout in both bitnesses");
