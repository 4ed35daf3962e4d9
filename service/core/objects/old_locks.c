#include "old_locks.h"

#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "misfit.h"

/* The lock that is remembered of an item, where another is wanted now; NULL: all is well. */
static const char *find_old(const struct state_record *record, const struct item *item)
{
    char unused[MISFIT_REASON];

    if (record == NULL || record->kind != SHMB_SECTION || record->lock == NULL ||
        !misfit_of_lock(record->lock[0] != '\0' ? record->lock : NULL, item->lock, unused,
                        sizeof(unused)))
        return NULL;
    return record->lock;
}

static bool is_held_now(struct name_index *held, const struct item *item)
{
    size_t found =
        held != NULL ? name_index_find(held, item->spec.name, item->hash) : NAME_INDEX_NONE;

    return found != NAME_INDEX_NONE && item_is_held(&held->items[found]);
}

/* Is it there, and what is remembered? What cannot be told now may be. */
static bool may_be_there(const struct maker *maker, const struct item *item,
                         const struct state_record *record)
{
    const struct system *system = maker->system;
    struct sys_object *object = NULL;
    struct sys_failure unused;
    struct sys_facts facts;
    struct adoption judged = {.generation = record->generation};
    enum sys_status status =
        system->objects.inspect(system->self, item->spec.name, &facts, &object, &unused);

    if (status == SYS_OK)
        adoption_judge(&item->spec, &facts, record, maker->identity->owner, &judged);
    system->objects.close(system->self, object);
    free(facts.sddl);
    return status != SYS_NOT_FOUND && judged.generation != 0;
}

static bool remember(struct item *item, const char *lock)
{
    size_t size = strlen(lock) + 1;

    item->own_text = malloc(size);
    if (item->own_text == NULL)
        return false;
    memcpy(item->own_text, lock, size);
    item->old_lock = item->own_text;
    return true;
}

/* Two segments may be remembered with one lock, which was handed on. */
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

/* The locks that are no items yet become some. Room for them is reserved. */
static bool add_locks(const struct maker *maker, struct inventory *wanted)
{
    size_t i, first = wanted->count;
    struct name_index index;

    if (!name_index_init(&index, wanted->items, first))
        return false;
    for (i = 0; i < first; i++) {
        const struct item *segment = &wanted->items[i];
        struct item lock = {.spec = {.kind = SHMB_MUTEX, .name = segment->old_lock}};

        if (segment->old_lock == NULL || segment->old_lock[0] == '\0')
            continue;
        if (segment->from->kind == SHMB_SECTION)
            lock.readers_may_wait = segment->from->u.segment.lock.readers_may_wait;
        item_set_hash(&lock);
        if (name_index_find(&index, lock.spec.name, lock.hash) == NAME_INDEX_NONE &&
            !is_added(wanted, first, &lock))
            item_set_hash(
                &wanted->items[inventory_keep(wanted, &lock, segment->old_lock, segment)]);
        maker->system->progress(maker->system->self);
    }
    name_index_free(&index);
    return true;
}

bool old_locks_keep(const struct maker *maker, struct inventory *wanted, struct name_index *held)
{
    size_t i, count = 0;

    for (i = 0; i < wanted->count; i++) {
        struct item *item = &wanted->items[i];
        const struct state_record *record = state_find(maker->state, item->spec.name);
        const char *lock = find_old(record, item);

        if (lock == NULL || is_held_now(held, item) || !may_be_there(maker, item, record))
            continue;
        if (!remember(item, lock))
            return false;
        count++;
        maker->system->progress(maker->system->self);
    }
    return count == 0 || (inventory_reserve(wanted, count) && add_locks(maker, wanted));
}
