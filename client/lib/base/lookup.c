/*
 * Opens root and table of the directory. contract/directory.h describes both, and
 * its functions check every byte that is used here.
 *
 * The process keeps what it opened last: views of root and table, but no handle, so that no name
 * stays because of it. A later call uses them again where the root still names that table, and
 * the table is still there under its random name: its broker closes it before it ends. Other
 * programs that read the directory can keep the name of a dead broker's table, so all is opened
 * anew after a while in any case.
 */
#include "lookup.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "open_object.h"
#include "owner.h"
#include "sized.h"
#include "stand_in.h"
#include "thread.h"

/* A publication takes microseconds: a root that keeps changing this long is not the broker's. */
#define ROOT_TRIES  10000
#define TABLE_TRIES 100

/* How long the kept directory serves. To find a stand-in takes long: it lists Global\. */
#define KEPT_MS          100u
#define KEPT_STAND_IN_MS 1000u

/* Constant but for `users`. */
struct directory {
    struct section_view root_view, table_view;
    struct shmb_root_slot slot;
    struct shmb_table_view table;
    char owner[OWNER_SID_MAX]; /* the other owner that it was opened for, or empty */
    uint64_t until;            /* serves up to this GetTickCount64 */
    uint32_t users;            /* with `guard`; `kept` is one */
};

static SRWLOCK guard = SRWLOCK_INIT; /* of `kept`, and of all `users` */
static struct directory *kept;

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

static int32_t open_root(struct directory *directory, const char *bare, struct fault *fault)
{
    HANDLE root;
    int32_t result =
        open_object(SHMB_SECTION, bare, SECTION_READ_ACCESS, directory->owner, &root, fault);

    /* The root exists as long as a broker holds objects (directory.h). */
    if (result == SHMB_NOT_FOUND)
        return SHMB_NO_BROKER;
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return result;
    result = open_object_map(root, FILE_MAP_READ, 0, SHMB_ROOT_SIZE, &directory->root_view, fault);
    CloseHandle(root);
    return result;
}

/* Copies the current slot. Tries again while the broker publishes. */
static int32_t read_root(struct directory *directory, struct fault *fault)
{
    enum shmb_read verdict = SHMB_READ_AGAIN;
    int tries;

    for (tries = 0; verdict == SHMB_READ_AGAIN && tries < ROOT_TRIES; tries++) {
        verdict = shmb_root_read(directory->root_view.data, SHMB_ROOT_SIZE, &directory->slot);
        if (verdict == SHMB_READ_AGAIN)
            YieldProcessor();
    }
    return read_result(verdict, fault);
}

/* Does the root name another table by now? One that cannot be read now counts as changed. */
static bool root_changed(const struct directory *directory)
{
    struct shmb_root_slot now;

    return shmb_root_read(directory->root_view.data, SHMB_ROOT_SIZE, &now) != SHMB_READ_OK ||
           memcmp(&now, &directory->slot, sizeof(now)) != 0;
}

/* Opens what has the name of the table. */
static int32_t open_table_name(const struct directory *directory, HANDLE *out, struct fault *fault)
{
    char name[SHMB_TABLE_NAME_BYTES];
    int32_t result;

    shmb_table_name(directory->slot.suffix, name);
    result = open_object(SHMB_SECTION, name, SECTION_READ_ACCESS, directory->owner, out, fault);
    return result == SHMB_WRONG_KIND ? SHMB_NOT_OURS : result;
}

static int32_t open_table(struct directory *directory, struct fault *fault)
{
    HANDLE table;
    int32_t result = open_table_name(directory, &table, fault);

    if (result != SHMB_OK)
        return result;
    /* shmb_root_read has checked that table_size is at most SHMB_TABLE_MAX. */
    result = open_object_map(table, FILE_MAP_READ, 0, directory->slot.table_size,
                             &directory->table_view, fault);
    CloseHandle(table); /* the view keeps the section */
    if (result != SHMB_OK)
        return result;
    return read_result(shmb_table_check(directory->table_view.data, directory->slot.table_size,
                                        &directory->slot, &directory->table),
                       fault);
}

static void unmap(struct directory *directory)
{
    section_unmap(&directory->root_view);
    section_unmap(&directory->table_view);
}

/*
 * Opens the root of this name and its table. After a failure, nothing is open. `*absent`: nobody
 * has the name.
 */
static int32_t open_by_name(struct directory *directory, const char *bare, const char *owner,
                            bool *absent, struct fault *fault)
{
    int32_t result;
    int tries;

    memset(directory, 0, sizeof(*directory));
    strcpy(directory->owner, owner);
    result = open_root(directory, bare, fault);
    *absent = result == SHMB_NO_BROKER;
    /* A table that is gone was replaced: the root now names the next one. */
    for (tries = 0; result == SHMB_OK && tries < TABLE_TRIES; tries++) {
        result = read_root(directory, fault);
        if (result != SHMB_OK)
            break;
        result = open_table(directory, fault);
        if (result == SHMB_OK)
            return SHMB_OK;
        if (result != SHMB_NOT_FOUND)
            break;
        /* The root still names the missing table: an ended broker left it. */
        result = root_changed(directory) ? SHMB_OK : SHMB_NO_BROKER;
    }
    unmap(directory);
    /* SHMB_OK here: the tries are used up. */
    return result == SHMB_OK ? fault_plain(fault, SHMB_NO_BROKER) : result;
}

struct stand_in_search {
    const char *owner;
    struct directory *best;
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
    struct directory found;
    struct fault fault = {CALL_NONE, 0};
    bool absent, better;
    int32_t result = open_by_name(&found, bare, search->owner, &absent, &fault);

    if (result == SHMB_OK)
        better = search->result != SHMB_OK || found.slot.revision > search->best->slot.revision;
    else
        better = search->result == SHMB_NO_BROKER && !lookup_dispensable(result);
    if (better) {
        unmap(search->best);
        *search->best = found;
        search->result = result;
        search->fault = fault;
    } else {
        unmap(&found);
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

static int32_t open_anew(struct directory *directory, const char *owner, enum lookup_search search,
                         struct fault *fault)
{
    struct stand_in_search stand_in = {.owner = owner, .best = directory, .result = SHMB_NO_BROKER};
    bool absent;
    int32_t result = open_by_name(directory, SHMB_ROOT_NAME, owner, &absent, fault);

    directory->until = GetTickCount64() + KEPT_MS;
    if (!may_stand_in(result, absent, search))
        return result;
    stand_in_each(SHMB_ROOT_NAME, look_at_stand_in, &stand_in);
    if (stand_in.result == SHMB_NO_BROKER)
        return result;
    directory->until = GetTickCount64() + KEPT_STAND_IN_MS;
    *fault = stand_in.fault;
    return stand_in.result;
}

/* One user less. With the last one it is gone. */
static void leave(struct directory *directory)
{
    bool last;

    AcquireSRWLockExclusive(&guard);
    last = --directory->users == 0;
    ReleaseSRWLockExclusive(&guard);
    if (!last)
        return;
    unmap(directory);
    free(directory);
}

/* The kept directory of this owner, with one user more. NULL: none. */
static struct directory *take_kept(const char *owner)
{
    struct directory *found = NULL;

    AcquireSRWLockExclusive(&guard);
    if (kept != NULL && strcmp(kept->owner, owner) == 0) {
        found = kept;
        found->users++;
    }
    ReleaseSRWLockExclusive(&guard);
    return found;
}

/* Keeps it no longer. The caller is one of its users. */
static void forget(struct directory *directory)
{
    AcquireSRWLockExclusive(&guard);
    if (kept == directory) {
        kept = NULL;
        directory->users--;
    }
    ReleaseSRWLockExclusive(&guard);
}

/* Other threads may have been ended while they had the lock: the process ends then. */
static void forget_at_unload(void)
{
    struct directory *was;

    if (!TryAcquireSRWLockExclusive(&guard))
        return;
    was = kept;
    kept = NULL;
    ReleaseSRWLockExclusive(&guard);
    if (was != NULL)
        leave(was);
}

/* Keeps this one. */
static void keep(struct directory *directory)
{
    static volatile LONG asked;
    struct directory *was;

    if (InterlockedExchange(&asked, 1) == 0)
        thread_at_unload(forget_at_unload);
    AcquireSRWLockExclusive(&guard);
    was = kept;
    kept = directory;
    directory->users++;
    ReleaseSRWLockExclusive(&guard);
    if (was != NULL)
        leave(was);
}

/* Is its broker's table still there? */
static bool table_is_there(const struct directory *directory)
{
    struct fault ignored;
    HANDLE table;

    if (open_table_name(directory, &table, &ignored) != SHMB_OK)
        return false;
    CloseHandle(table);
    return true;
}

static bool is_current(const struct directory *directory)
{
    return !root_changed(directory) && table_is_there(directory);
}

static void use(struct lookup *lookup, struct directory *directory)
{
    lookup->directory = directory;
    lookup->table = directory->table;
}

/* Uses the kept directory. `proved`: as lookup_open; else as lookup_open_kept. */
static bool use_kept(struct lookup *lookup, const char *owner, bool proved)
{
    struct directory *directory = take_kept(owner);

    if (directory == NULL)
        return false;
    if (GetTickCount64() < directory->until &&
        (proved ? is_current(directory) : !root_changed(directory))) {
        use(lookup, directory);
        return true;
    }
    forget(directory);
    leave(directory);
    return false;
}

static int32_t open_directory(struct lookup *lookup, const char *owner, enum lookup_search search,
                              struct fault *fault)
{
    struct directory *directory = malloc(sizeof(*directory));
    int32_t result;

    if (directory == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    result = open_anew(directory, owner, search, fault);
    if (result != SHMB_OK) {
        free(directory);
        return result;
    }
    directory->users = 1;
    keep(directory);
    use(lookup, directory);
    return SHMB_OK;
}

int32_t lookup_open(struct lookup *lookup, const char *owner, enum lookup_search search,
                    struct fault *fault)
{
    memset(lookup, 0, sizeof(*lookup));
    return use_kept(lookup, owner, true) ? SHMB_OK : open_directory(lookup, owner, search, fault);
}

int32_t lookup_open_kept(struct lookup *lookup, const char *owner, struct fault *fault)
{
    memset(lookup, 0, sizeof(*lookup));
    return use_kept(lookup, owner, false) ? SHMB_OK
                                          : open_directory(lookup, owner, LOOKUP_ALL, fault);
}

void lookup_close(struct lookup *lookup)
{
    if (lookup->directory != NULL)
        leave(lookup->directory);
    memset(lookup, 0, sizeof(*lookup));
}

int32_t lookup_find(const struct lookup *lookup, const char *bare, struct shmb_entry_view *out,
                    struct fault *fault)
{
    return read_result(shmb_table_find(&lookup->table, bare, strlen(bare), out), fault);
}

bool lookup_changed(const struct lookup *lookup)
{
    if (is_current(lookup->directory))
        return false;
    forget(lookup->directory);
    return true;
}

bool lookup_dispensable(int32_t result)
{
    return result == SHMB_NO_BROKER || result == SHMB_ACCESS_DENIED || result == SHMB_NOT_OURS;
}

static void copy_text(const char *text, size_t length, char *out, size_t room)
{
    if (text == NULL || length >= room)
        return; /* cannot happen: a checked text fits. `out` is already zero. */
    memcpy(out, text, length);
}

/* Few objects are requested: of all others only the first bytes of the two texts are cleared. */
static void give_request(const struct shmb_entry_view *view, struct shmb_info *info)
{
    if (view->rule == NULL) {
        info->rule[0] = info->account[0] = '\0';
        return;
    }
    memset(info->rule, 0, sizeof(info->rule) + sizeof(info->account));
    copy_text(view->rule, view->entry.rule.length, info->rule, sizeof(info->rule));
    copy_text(view->account, view->entry.account.length, info->account, sizeof(info->account));
}

void lookup_info(const struct shmb_entry_view *view, struct shmb_info *info)
{
    const struct shmb_entry *entry = &view->entry;

    memset(info, 0, offsetof(struct shmb_info, rule));
    info->size = sizeof(*info);
    info->kind = entry->kind;
    info->state = entry->state;
    info->flags = entry->flags & ~SHMB_ENTRY_WAITERS; /* for this library alone */
    info->bytes = entry->size;
    info->generation = entry->generation;
    info->initial = entry->initial;
    info->maximum = entry->maximum;
    info->slots = entry->queue_slots;
    info->slot_size = entry->queue_slot_size;
    copy_text(view->name, entry->name.length, info->name, sizeof(info->name));
    if (entry->lock_kind != SHMB_ENTRY_LOCK_NONE) {
        info->flags |= SHMB_FLAG_HAS_LOCK;
        if (entry->lock_kind == SHMB_ENTRY_LOCK_FAST)
            info->flags |= SHMB_FLAG_FAST;
        copy_text(view->lock_name, entry->lock_name.length, info->lock, sizeof(info->lock));
    }
    give_request(view, info);
}

void lookup_give(const struct shmb_info *info, struct shmb_info *out)
{
    sized_give(info, sizeof(*info), out);
    /* Half a name would be the name of another object. */
    sized_clear_part(out, offsetof(struct shmb_info, name), sizeof(out->name));
    sized_clear_part(out, offsetof(struct shmb_info, lock), sizeof(out->lock));
    sized_clear_part(out, offsetof(struct shmb_info, rule), sizeof(out->rule));
    sized_clear_part(out, offsetof(struct shmb_info, account), sizeof(out->account));
}

_Static_assert(SHMB_STATE_HELD == SHMB_ENTRY_HELD, "states are passed on as they are");
_Static_assert(SHMB_STATE_CONFLICT == SHMB_ENTRY_CONFLICT, "states are passed on as they are");
_Static_assert(SHMB_STATE_FAILED == SHMB_ENTRY_FAILED, "states are passed on as they are");
_Static_assert(SHMB_FLAG_MANUAL_RESET == SHMB_ENTRY_MANUAL_RESET, "flags are passed on");
_Static_assert(SHMB_FLAG_READERS_MAY_WAIT == SHMB_ENTRY_READERS_MAY_WAIT, "flags are passed on");
_Static_assert(SHMB_FLAG_INITIAL == SHMB_ENTRY_INITIAL, "flags are passed on");
_Static_assert(SHMB_FLAG_NOTIFY == SHMB_ENTRY_NOTIFY, "flags are passed on");
_Static_assert(SHMB_FLAG_COMPANION == SHMB_ENTRY_COMPANION, "flags are passed on");
_Static_assert(SHMB_FLAG_DOUBLE == SHMB_ENTRY_DOUBLE, "flags are passed on");
_Static_assert(SHMB_FLAG_ONE_PRODUCER == SHMB_ENTRY_ONE_PRODUCER, "flags are passed on");
_Static_assert(SHMB_FLAG_ONE_CONSUMER == SHMB_ENTRY_ONE_CONSUMER, "flags are passed on");
_Static_assert(SHMB_FLAG_REFUSE == SHMB_ENTRY_REFUSE, "flags are passed on");
_Static_assert(SHMB_FLAG_DROP_OLDEST == SHMB_ENTRY_DROP_OLDEST, "flags are passed on");
_Static_assert(SHMB_FLAG_REQUESTED == SHMB_ENTRY_REQUESTED, "flags are passed on");
_Static_assert(SHMB_RULE_SIZE > SHMB_RULE_NAME_MAX, "every rule fits");
_Static_assert(SHMB_ACCOUNT_SIZE > SHMB_ACCOUNT_MAX, "every SID fits");
_Static_assert(SHMB_KIND_SEGMENT == SHMB_SECTION, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_MUTEX == SHMB_MUTEX, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_EVENT == SHMB_EVENT, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_SEMAPHORE == SHMB_SEMAPHORE, "kinds are passed on as they are");
_Static_assert(SHMB_KIND_QUEUE == SHMB_QUEUE, "kinds are passed on as they are");
_Static_assert(SHMB_NAME_SIZE >= SHMB_NAME_BYTES, "every name fits");
_Static_assert(offsetof(struct shmb_info, name) == SHMB_INFO_SIZE_MIN, "the texts are last");
_Static_assert(sizeof(struct shmb_info) == 1536, "shmb_info has one layout in both bitnesses");

void lookup_broker(const struct lookup *lookup, struct shmb_broker_info *info)
{
    const void *data = lookup->directory->root_view.data;
    const struct shmb_root *root = data;

    static_assert(sizeof(info->version) == SHMB_ROOT_VERSION, "the version of the root fits");
    memset(info, 0, sizeof(*info));
    info->size = sizeof(*info);
    info->process = root->broker_pid;
    info->started = root->broker_started;
    shmb_root_version(root, info->version);
}

bool lookup_without_pipe(const struct lookup *lookup)
{
    const void *data = lookup->directory->root_view.data;
    const struct shmb_root *root = data;

    return shmb_load32(&root->requests) == SHMB_ROOT_REQUESTS_NONE;
}
