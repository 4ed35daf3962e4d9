/*
 * An array, an index by name, and a chain of the places that are free. What goes leaves its place:
 * a loop may be at any entry.
 */
#include "state_entries.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "string_copy.h"

#define FIRST_ENTRIES 32u

void entries_free(struct state_entries *entries)
{
    size_t i;

    for (i = 0; i < entries->count; i++) {
        free(entries->items[i].name);
        free(entries->items[i].lock);
        free(entries->items[i].sid);
        free(entries->items[i].grant);
    }
    free(entries->items);
    nameset_free(&entries->by_name);
    entries->items = NULL;
    entries->count = entries->capacity = entries->first_free = 0;
}

enum entry_kind entries_kind(const struct state_entry *entry)
{
    if (entry->grant != NULL)
        return ENTRY_GRANT;
    return entry->sid != NULL ? ENTRY_ACCOUNT : entry->saved != 0 ? ENTRY_COPY : ENTRY_OBJECT;
}

/* Names of objects ignore case. */
static bool is_object(const void *entry, const void *name)
{
    const struct state_entry *known = entry;

    return entries_kind(known) == ENTRY_OBJECT &&
           shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static bool is_account(const void *entry, const void *name)
{
    const struct state_entry *known = entry;

    return entries_kind(known) == ENTRY_ACCOUNT && strcmp(known->name, name) == 0;
}

static bool is_copy(const void *entry, const void *name)
{
    const struct state_entry *known = entry;

    return entries_kind(known) == ENTRY_COPY &&
           shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static bool is_grant(const void *entry, const void *name)
{
    const struct state_entry *known = entry;

    return entries_kind(known) == ENTRY_GRANT &&
           shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static uint32_t hash_of(const char *name, enum entry_kind kind)
{
    return shmb_name_hash(name, strlen(name)) + (uint32_t)kind;
}

struct state_entry *entries_find(const struct state_entries *entries, const char *name,
                                 enum entry_kind kind)
{
    static nameset_same *const same[] = {is_object, is_account, is_copy, is_grant};

    if (entries->count == 0)
        return NULL;
    return (struct state_entry *)nameset_find(&entries->by_name, hash_of(name, kind), name,
                                              same[kind]);
}

static void add_to_index(struct state_entries *entries, const struct state_entry *entry)
{
    (void)nameset_add(&entries->by_name, hash_of(entry->name, entries_kind(entry)), entry, NULL);
}

/* Entries move, so that all of them are indexed anew. False: no memory. */
static bool grow(struct state_entries *entries)
{
    size_t capacity = entries->capacity == 0 ? FIRST_ENTRIES : entries->capacity * 2, i;
    struct nameset larger;
    struct state_entry *items;

    /* Makes both before it drops either: after a failure nothing has changed. */
    if (!nameset_init(&larger, capacity))
        return false;
    items = realloc(entries->items, capacity * sizeof(*items));
    if (items == NULL) {
        nameset_free(&larger);
        return false;
    }
    nameset_free(&entries->by_name);
    entries->by_name = larger;
    entries->items = items;
    entries->capacity = capacity;
    for (i = 0; i < entries->count; i++)
        if (items[i].name != NULL)
            add_to_index(entries, &items[i]);
    return true;
}

/* An entry that is not in use, all zero; `use_free` takes it. NULL: no memory. */
static struct state_entry *find_free(struct state_entries *entries)
{
    struct state_entry *entry;

    if (entries->first_free != 0)
        return &entries->items[entries->first_free - 1];
    if (entries->count == entries->capacity && !grow(entries))
        return NULL;
    entry = &entries->items[entries->count];
    memset(entry, 0, sizeof(*entry));
    return entry;
}

static void use_free(struct state_entries *entries, struct state_entry *entry)
{
    if (entries->first_free == 0) {
        entries->count++;
    } else {
        entries->first_free = entry->next_free;
        entry->next_free = 0;
    }
    add_to_index(entries, entry);
}

/* The next new name gets the place: names that come and go need no more room than those of one
 * time. */
void entries_remove(struct state_entries *entries, struct state_entry *entry)
{
    nameset_remove(&entries->by_name, hash_of(entry->name, entries_kind(entry)), entry);
    free(entry->name);
    free(entry->lock);
    free(entry->sid);
    free(entry->grant);
    memset(entry, 0, sizeof(*entry));
    entry->next_free = entries->first_free;
    entries->first_free = (size_t)(entry - entries->items) + 1;
}

/* The entry of a name, added if there is none. `sid`: of an account, else NULL. NULL: no memory. */
static struct state_entry *find_or_add(struct state_entries *entries, const char *name,
                                       const char *sid)
{
    struct state_entry *entry =
        entries_find(entries, name, sid != NULL ? ENTRY_ACCOUNT : ENTRY_OBJECT);

    if (entry != NULL)
        return entry;
    entry = find_free(entries);
    if (entry == NULL)
        return NULL;
    entry->name = string_copy(name);
    entry->sid = sid != NULL ? string_copy(sid) : NULL;
    if (entry->name == NULL || (sid != NULL && entry->sid == NULL)) {
        free(entry->name);
        free(entry->sid);
        entry->name = entry->sid = NULL;
        return NULL;
    }
    use_free(entries, entry);
    return entry;
}

static bool same_lock(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* False: no memory. `lock` may be the entry's own. */
static bool set_lock(struct state_entry *entry, const char *lock)
{
    char *mine = NULL;

    if (same_lock(entry->lock, lock))
        return true;
    if (lock != NULL) {
        mine = string_copy(lock);
        if (mine == NULL)
            return false;
    }
    free(entry->lock);
    entry->lock = mine;
    return true;
}

bool entries_set_record(struct state_entries *entries, const struct state_record *record)
{
    struct state_entry *entry;

    if (record->generation == 0) {
        entry = entries_find(entries, record->name, ENTRY_OBJECT);
        if (entry != NULL)
            entries_remove(entries, entry);
        return true;
    }
    entry = find_or_add(entries, record->name, NULL);
    if (entry == NULL)
        return false;
    /* Its texts are the caller's and may end; record_of puts the entry's own in their place. */
    entry->record = *record;
    return set_lock(entry, record->lock);
}

bool entries_take_record(struct state_entries *entries, const struct state_record *read)
{
    const struct state_entry *known = entries_find(entries, read->name, ENTRY_OBJECT);
    struct state_record record = *read;

    if (known != NULL && known->record.generation == read->generation) {
        record.lock = known->lock;
        record.fast = known->record.fast;
        record.slots = known->record.slots;
    }
    if (known != NULL && known->record.generation == read->generation &&
        known->record.kind == SHMB_QUEUE) {
        record.kind = SHMB_QUEUE;
        record.queue = known->record.queue;
    }
    return entries_set_record(entries, &record);
}

/* The record that a line of a lock is about. NULL: it is about an object that does not exist. */
static const struct state_record *record_of_lock(const struct state_entries *entries,
                                                 const struct state_record *read)
{
    const struct state_entry *known = entries_find(entries, read->name, ENTRY_OBJECT);

    if (known == NULL || known->record.generation != read->generation)
        return NULL;
    return entries_record(known);
}

bool entries_take_lock(struct state_entries *entries, const struct state_record *read)
{
    const struct state_record *known = record_of_lock(entries, read);
    struct state_record record;

    if (known == NULL)
        return true;
    record = *known;
    record.lock = read->lock;
    /* A fast line follows if it is one. */
    record.fast = false;
    record.slots = 0;
    return entries_set_record(entries, &record);
}

bool entries_take_fast(struct state_entries *entries, const struct state_record *read)
{
    const struct state_record *known = record_of_lock(entries, read);
    struct state_record record;

    if (known == NULL)
        return true;
    record = *known;
    record.fast = true;
    record.slots = read->slots;
    return entries_set_record(entries, &record);
}

bool entries_take_queue(struct state_entries *entries, const struct state_record *read)
{
    const struct state_entry *known = entries_find(entries, read->name, ENTRY_OBJECT);
    struct state_record record;

    if (known == NULL || known->record.generation != read->generation ||
        shmb_kernel_kind(known->record.kind) != SHMB_SECTION)
        return true;
    record = *entries_record(known);
    record.kind = SHMB_QUEUE;
    record.queue = read->queue;
    return entries_set_record(entries, &record);
}

static bool same_queue(const struct sys_queue *a, const struct sys_queue *b)
{
    return a->slots == b->slots && a->slot_size == b->slot_size && a->flags == b->flags;
}

bool entries_set_sid(struct state_entries *entries, const char *account, const char *sid)
{
    struct state_entry *entry = find_or_add(entries, account, sid);
    char *mine;

    if (entry == NULL || strcmp(entry->sid, sid) == 0)
        return entry != NULL;
    mine = string_copy(sid);
    if (mine == NULL)
        return false;
    free(entry->sid);
    entry->sid = mine;
    return true;
}

/* A copy with its texts in one block, but for the name, which the entry has. NULL: no memory. */
static struct state_grant *copy_grant(const struct state_grant *grant)
{
    const size_t account = strlen(grant->account) + 1, rule = strlen(grant->rule) + 1;
    struct state_grant *copy = malloc(sizeof(*copy) + account + rule);
    char *texts;

    if (copy == NULL)
        return NULL;
    texts = (char *)(copy + 1);
    memcpy(texts, grant->account, account);
    memcpy(texts + account, grant->rule, rule);
    *copy = *grant;
    copy->account = texts;
    copy->rule = texts + account;
    return copy;
}

bool entries_set_grant(struct state_entries *entries, const struct state_grant *grant)
{
    struct state_entry *entry = entries_find(entries, grant->name, ENTRY_GRANT);
    struct state_grant *copy;
    char *name;

    /* One of the same name is replaced; its texts may be the grant's own. */
    copy = grant->made != 0 ? copy_grant(grant) : NULL;
    name = copy != NULL ? string_copy(grant->name) : NULL;
    if (grant->made != 0 && name == NULL) {
        free(copy);
        return false;
    }
    if (entry != NULL)
        entries_remove(entries, entry);
    if (copy == NULL)
        return true;
    entry = find_free(entries);
    if (entry == NULL) {
        free(copy);
        free(name);
        return false;
    }
    entry->name = name;
    entry->grant = copy;
    copy->name = name;
    use_free(entries, entry);
    return true;
}

bool entries_set_copy(struct state_entries *entries, const char *name, uint64_t saved)
{
    struct state_entry *entry = entries_find(entries, name, ENTRY_COPY);

    if (saved == 0) {
        if (entry != NULL)
            entries_remove(entries, entry);
        return true;
    }
    if (entry == NULL) {
        entry = find_free(entries);
        if (entry == NULL)
            return false;
        entry->name = string_copy(name);
        if (entry->name == NULL)
            return false;
        entry->saved = saved;
        use_free(entries, entry);
    }
    entry->saved = saved;
    return true;
}

struct state_entry *entries_next(const struct state_entries *entries, size_t *at)
{
    while (*at < entries->count) {
        struct state_entry *entry = &entries->items[(*at)++];

        if (entry->name != NULL)
            return entry;
    }
    return NULL;
}

const struct state_record *entries_record(const struct state_entry *entry)
{
    struct state_entry *mine = (struct state_entry *)(uintptr_t)entry;

    mine->record.name = mine->name;
    mine->record.lock = mine->lock;
    return &mine->record;
}

bool entries_same_record(const struct state_record *a, const struct state_record *b)
{
    return a->kind == b->kind && a->size == b->size && a->generation == b->generation &&
           a->control == b->control && a->block == b->block && a->retired == b->retired &&
           same_lock(a->lock, b->lock) && a->fast == b->fast && a->slots == b->slots &&
           same_queue(&a->queue, &b->queue);
}
