/*
 * The lock that a segment was made with, and that an object was made as a queue, is in the state,
 * for an object to be adopted (carried_locks_find), and in the item of one that is held, which a
 * reload carries over (reload/apply_carry.c).
 */
#include "carried_locks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "misfit.h"
#include "names.h"
#include "queue_layout.h"
#include "string_copy.h"

#define EVENT_NAME_BYTES (SHMB_NAME_BYTES + sizeof(SHMB_QUEUE_ITEMS_SUFFIX))

static void event_name(const struct item *queue, size_t event, char out[EVENT_NAME_BYTES])
{
    (void)snprintf(out, EVENT_NAME_BYTES, "%s%s", queue->spec.name, shmb_queue_suffixes[event]);
}

/* In the names of carried_events_set. */
static const char *event_of(const struct item *queue, size_t event)
{
    return item_rare(queue)->carried_lock + event * EVENT_NAME_BYTES;
}

bool carried_lock_differs(const struct state_record *record, const struct item *item, char *reason,
                          size_t size)
{
    struct misfit_lock live, wanted = {item->lock, item->fast};

    if (record == NULL || record->kind != SHMB_SECTION || record->lock == NULL)
        return false;
    live.name = record->lock[0] != '\0' ? record->lock : NULL;
    live.fast = record->fast;
    return misfit_of_lock(live, wanted, reason, size);
}

static bool is_held_now(struct name_index *held, const struct item *item)
{
    size_t found =
        held != NULL ? name_index_find(held, item->spec.name, item->hash) : NAME_INDEX_NONE;

    return found != NAME_INDEX_NONE && item_is_held(&held->items[found]);
}

/*
 * False only if the recorded object is surely gone: one that cannot be opened may be there. Finds
 * the access of one of another kind than configured: its lock has it, too.
 */
static bool may_be_there(const struct maker *maker, struct item *item)
{
    const struct system *system = maker->system;
    struct sys_object *object = NULL;
    struct sys_facts facts;
    struct adoption judged;
    enum sys_status status = adoption_open(system, maker->state, maker->identity->owner,
                                           &item->spec, &facts, &judged, &object, NULL);

    system->objects.close(system->self, object);
    if (status == SYS_OK && judged.generation != 0 && !item_is_kind(item, &judged.live, false))
        (void)item_set_live_access(maker->inventory, item, judged.live.kind, facts.sddl);
    free(facts.sddl);
    if (status == SYS_OK && !judged.unasked)
        return judged.generation != 0;
    return status != SYS_NOT_FOUND;
}

/* True: the record is that of a queue, and the configuration wants another kind of object. */
static bool is_other_queue(const struct state_record *record, const struct item *item)
{
    return record != NULL && record->kind == SHMB_QUEUE && item->spec.kind != SHMB_QUEUE;
}

/* The item owns `names` then; NULL: no memory for them. False: no memory. */
static bool carry(struct item *item, char *names, bool fast, bool events)
{
    struct item_rare *rare = names != NULL ? item_make_rare(item) : NULL;

    if (rare == NULL) {
        free(names);
        return false;
    }
    free(rare->carried_lock);
    rare->carried_lock = names;
    rare->carried_fast = fast;
    rare->carried_events = events;
    return true;
}

/* The state may name one lock for two segments, if it passed from one to the other. */
static bool is_added(const struct inventory *inventory, size_t first, const struct item *lock)
{
    size_t i;

    for (i = first; i < inventory->count; i++)
        if (inventory->items[i].hash == lock->hash &&
            shmb_name_same(inventory->items[i].spec.name, strlen(inventory->items[i].spec.name),
                           lock->spec.name, strlen(lock->spec.name)))
            return true;
    return false;
}

/* The entry of `of` names what `of` carries as `lock` anyway, perhaps as another kind. */
static void use_configured(struct inventory *wanted, struct item *item, const struct item *lock,
                           const struct item *of)
{
    const enum shmb_kind kind = item->spec.kind;

    (void)carried_access_keep(wanted, item, of);
    item->other_lock = item->from == of->from && kind != lock->spec.kind &&
                       (kind == SHMB_EVENT || kind == SHMB_MUTEX);
}

/* Makes sure that the inventory has an item for `lock`, which `of` carries. */
static void add_one(struct inventory *wanted, struct name_index *index, struct item *lock,
                    const struct item *of)
{
    size_t found;

    item_set_hash(lock);
    found = name_index_find(index, lock->spec.name, lock->hash);
    if (found != NAME_INDEX_NONE)
        use_configured(wanted, &wanted->items[found], lock, of);
    else if (!is_added(wanted, index->count, lock))
        item_set_hash(&wanted->items[carried_lock_add(wanted, lock, of)]);
}

static void add_lock(struct inventory *wanted, struct name_index *index, const struct item *segment)
{
    const struct item_rare *rare = item_rare(segment);
    struct item lock = {
        .spec = {.kind = rare->carried_fast ? SHMB_EVENT : SHMB_MUTEX, .name = rare->carried_lock},
        .fast = rare->carried_fast};

    if (item_segment(segment) != NULL && !lock.fast)
        lock.readers_may_wait = item_segment(segment)->lock.readers_may_wait;
    add_one(wanted, index, &lock, segment);
}

static void add_events(struct inventory *wanted, struct name_index *index, const struct item *queue)
{
    size_t i;

    for (i = 0; i < CFG_QUEUE_EVENTS; i++) {
        struct item event = {.spec = {.kind = SHMB_EVENT, .name = event_of(queue, i)},
                             .fast = true};

        add_one(wanted, index, &event, queue);
    }
}

/* Adds an item for each carried lock and event that has none. Room for them is reserved. */
static void add_all(const struct maker *maker, struct inventory *wanted)
{
    size_t i, first = wanted->count;
    struct name_index index;

    name_index_init(&index, wanted->items, first);
    for (i = 0; i < first; i++) {
        const struct item *item = &wanted->items[i];
        const char *lock = item_rare(item)->carried_lock;

        if (lock == NULL || lock[0] == '\0')
            continue;
        if (item_rare(item)->carried_events)
            add_events(wanted, &index, item);
        else
            add_lock(wanted, &index, item);
        maker->system->progress(maker->system->self);
    }
    name_index_free(&index);
}

bool carried_locks_find(const struct maker *maker, struct inventory *wanted,
                        struct name_index *held)
{
    size_t i, count = 0;

    for (i = 0; i < wanted->count; i++) {
        struct item *item = &wanted->items[i];
        const struct state_record *record;
        char unused[MISFIT_REASON];
        bool queue;

        /* In a reload nearly all are held, and are found without a search. */
        if (is_held_now(held, item))
            continue;
        record = state_find(maker->state, item->spec.name);
        queue = is_other_queue(record, item);
        if ((!queue && !carried_lock_differs(record, item, unused, sizeof(unused))) ||
            !may_be_there(maker, item))
            continue;
        if (queue ? !carried_events_set(item)
                  : !carry(item, string_copy(record->lock), record->fast, false))
            return false;
        count += queue ? CFG_QUEUE_EVENTS : 1;
        maker->system->progress(maker->system->self);
    }
    /* Room for all of them first: add_all points to items, which must not move then. */
    if (count > 0 && !inventory_reserve(wanted, count))
        return false;
    if (count > 0)
        add_all(maker, wanted);
    return true;
}

bool carried_lock_adopt(struct item *segment, const struct adoption *judged, char *reason,
                        size_t size)
{
    const struct misfit_lock wanted = {segment->lock, segment->fast};
    const struct item_rare *rare = item_rare(segment);
    struct misfit_lock live;

    reason[0] = '\0';
    if (rare->carried_lock == NULL || rare->carried_events || judged->generation == 0 ||
        judged->live.kind != SHMB_SECTION)
        return false;
    segment->lock = rare->carried_lock[0] != '\0' ? rare->carried_lock : NULL;
    segment->fast = rare->carried_fast;
    live = (struct misfit_lock){segment->lock, segment->fast};
    return misfit_of_lock(live, wanted, reason, size);
}

bool carried_lock_set(struct item *item, const char *lock, bool fast)
{
    item->lock = NULL;
    item->fast = fast;
    if (lock == NULL)
        return true;
    if (!carry(item, string_copy(lock), fast, false))
        return false;
    item->lock = item_rare(item)->carried_lock;
    return true;
}

size_t carried_lock_held(struct name_index *held, const struct item *segment)
{
    size_t found;

    /* An object adopted as another kind has the configured lock, but no program uses it. */
    if (segment->spec.kind != SHMB_SECTION || segment->lock == NULL)
        return NAME_INDEX_NONE;
    found = name_index_find(held, segment->lock, 0);
    return found != NAME_INDEX_NONE && item_is_held(&held->items[found]) ? found : NAME_INDEX_NONE;
}

bool carried_access_keep(const struct inventory *inventory, struct item *companion,
                         const struct item *of)
{
    if (companion->from != of->from || item_rare(of)->live_access == 0)
        return false;
    companion->access = item_rare(of)->live_access - 1;
    companion->held_back = access_sets_held_back(inventory->sets, companion->access);
    return true;
}

size_t carried_lock_add(struct inventory *inventory, const struct item *lock,
                        const struct item *segment)
{
    struct item *added = &inventory->items[inventory->count];

    *added = (struct item){.spec = lock->spec,
                           .from = segment->from,
                           .readers_may_wait = lock->readers_may_wait,
                           .fast = lock->fast,
                           .access = segment->access,
                           .audit = segment->audit,
                           .held_back = segment->held_back};
    /* The segment owns the text, and is in the same inventory. */
    if (!item_rare(segment)->carried_events)
        added->spec.name = item_rare(segment)->carried_lock;
    (void)carried_access_keep(inventory, added, segment);
    return inventory->count++;
}

bool carried_events_set(struct item *queue)
{
    char *names = malloc(CFG_QUEUE_EVENTS * EVENT_NAME_BYTES);
    size_t i;

    for (i = 0; names != NULL && i < CFG_QUEUE_EVENTS; i++)
        event_name(queue, i, names + i * EVENT_NAME_BYTES);
    return carry(queue, names, true, true);
}

size_t carried_event_held(struct name_index *held, const struct item *queue, size_t event)
{
    char name[EVENT_NAME_BYTES];
    size_t found;

    if (queue->spec.kind != SHMB_QUEUE)
        return NAME_INDEX_NONE;
    event_name(queue, event, name);
    found = name_index_find(held, name, 0);
    return found != NAME_INDEX_NONE && item_is_held(&held->items[found]) &&
                   held->items[found].spec.kind == SHMB_EVENT
               ? found
               : NAME_INDEX_NONE;
}

size_t carried_event_add(struct inventory *inventory, const struct item *queue, size_t event)
{
    const struct item added = {.spec = {.kind = SHMB_EVENT, .name = event_of(queue, event)},
                               .fast = true};
    const size_t index = carried_lock_add(inventory, &added, queue);

    /* The configured access is that of another kind. */
    inventory->items[index].other_kind = item_rare(queue)->live_access == 0;
    return index;
}
