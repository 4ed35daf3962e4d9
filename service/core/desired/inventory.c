/*
 * Expands each entry into its objects. The companions of a segment or queue come before it, and the
 * broker makes the objects in this order. Access lists are shared through access_sets.c.
 */
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "directory.h"
#include "names.h"
#include "queue_spec.h"
#include "rule_access.h"
#include "snapshot_pair.h"
#include "string_copy.h"

static_assert(SHMB_SLOTS_MOST <= UINT16_MAX, "item.max_lockers holds it");

static size_t companions_of(const struct cfg_object *object)
{
    const struct cfg_segment *segment = &object->u.segment;

    if (object->kind == SHMB_QUEUE)
        return CFG_QUEUE_EVENTS;
    if (object->kind != SHMB_SECTION)
        return 0;
    return (size_t)(segment->lock.name != NULL) +
           (segment->notify != NULL ? SHMB_CHANGE_EVENTS : 0) +
           (size_t)(segment->snapshots != NULL);
}

/* Items of the configuration and of what is requested. */
static size_t item_count(const struct cfg *config, const struct inventory_more *more)
{
    size_t i, count = config->count + more->count;

    for (i = 0; i < config->count; i++)
        count += companions_of(&config->objects[i]);
    for (i = 0; i < more->count; i++)
        count += companions_of(more->objects[i]);
    return count;
}

void inventory_free(struct inventory *inventory)
{
    size_t i;

    if (inventory == NULL)
        return;
    for (i = 0; i < inventory->count; i++) {
        if (inventory->items[i].rare != NULL) {
            free(inventory->items[i].rare->reason);
            free(inventory->items[i].rare->carried_lock);
            free(inventory->items[i].rare);
        }
        if (inventory->items[i].copies != NULL)
            free(inventory->items[i].copies->reason);
        free(inventory->items[i].copies);
    }
    access_sets_free(inventory->sets);
    free(inventory->who);
    free(inventory->items);
    free(inventory);
}

static struct item *add_item(struct inventory *inventory, const struct cfg_object *from, size_t set)
{
    struct item *item = &inventory->items[inventory->count++];

    item->spec.kind = from->kind;
    item->spec.name = from->name;
    item->hash = from->hash;
    item->from = from;
    item->access = (uint32_t)set;
    item->held_back = access_sets_held_back(inventory->sets, set);
    item->audit = from->audit != NULL && from->audit->on;
    return item;
}

/* Adds what belongs to a segment or queue. `hash` of its name; 0: not calculated. */
static struct item *add_companion(struct inventory *inventory, const struct cfg_object *of,
                                  size_t set, enum shmb_kind kind, const char *name, uint32_t hash)
{
    struct item *item = add_item(inventory, of, set);

    item->spec.kind = kind;
    item->spec.name = name;
    item->hash = hash;
    return item;
}

/* Adds a segment after its companions. False: no memory. */
static bool add_segment(struct inventory *inventory, const struct cfg_object *object, size_t set)
{
    const struct cfg_segment *segment = &object->u.segment;
    struct item *item;
    size_t i;

    if (segment->lock.name != NULL) {
        const bool fast = segment->lock.kind == CFG_LOCK_FAST;

        item = add_companion(inventory, object, set, fast ? SHMB_EVENT : SHMB_MUTEX,
                             segment->lock.name, segment->lock.hash);
        item->fast = fast;
        item->readers_may_wait = segment->lock.readers_may_wait;
    }
    for (i = 0; segment->notify != NULL && i < SHMB_CHANGE_EVENTS; i++) {
        item = add_companion(inventory, object, set, SHMB_EVENT, segment->notify->events[i], 0);
        item->spec.manual_reset = true;
        inventory->notifies = true;
    }
    if (segment->snapshots != NULL) {
        item = add_companion(inventory, object, set, SHMB_SECTION, segment->snapshots->name, 0);
        item->spec.size = shmb_pair_size(segment->size);
        item->pair = true;
    }
    item = add_item(inventory, object, set);
    item->spec.size = segment->size;
    item->lock = segment->lock.name;
    item->fast = segment->lock.name != NULL && segment->lock.kind == CFG_LOCK_FAST;
    item->max_lockers = (uint16_t)(item->fast ? segment->lock.max_lockers : 0);
    /* Also for an `initial` that is written and means zeros. */
    item->initialised = segment->initial != NULL;
    inventory->copies |= segment->keep;
    if (segment->keep)
        item->copies = calloc(1, sizeof(*item->copies));
    return !segment->keep || item->copies != NULL;
}

/* Adds a queue after its events. */
static void add_queue(struct inventory *inventory, const struct cfg_object *object, size_t set)
{
    const struct cfg_queue *queue = &object->u.queue;
    struct item *item;
    size_t i;

    for (i = 0; i < CFG_QUEUE_EVENTS; i++) {
        item = add_companion(inventory, object, set, SHMB_EVENT, queue->events[i], 0);
        item->fast = true; /* a wait of a reader would take the signal here, too */
    }
    item = add_item(inventory, object, set);
    queue_spec(queue, &item->spec);
    item->max_lockers = (uint16_t)queue->max_lockers;
}

/* False: no memory. */
static bool add_object(struct inventory *inventory, const struct cfg_object *object, size_t set)
{
    struct item *item;

    inventory->aliases |= object->alias;
    if (object->kind == SHMB_SECTION)
        return add_segment(inventory, object, set);
    if (object->kind == SHMB_QUEUE) {
        add_queue(inventory, object, set);
        return true;
    }
    item = add_item(inventory, object, set);
    if (object->kind == SHMB_EVENT) {
        item->spec.manual_reset = object->u.event.manual_reset;
        item->spec.set = object->u.event.set;
    } else if (object->kind == SHMB_SEMAPHORE) {
        item->spec.initial = object->u.semaphore.initial;
        item->spec.maximum = object->u.semaphore.maximum;
    }
    return true;
}

/* Resolves the access of an object, and adds its items. */
static enum sys_status expand_object(struct inventory *inventory, const struct cfg_object *object)
{
    size_t set = 0;
    enum sys_status status =
        access_sets_add(inventory->sets, object->access, object->kind, cfg_is_low(object), &set);

    if (status == SYS_OK && !add_object(inventory, object, set))
        status = SYS_NO_MEMORY;
    return status;
}

/* After an error the caller goes on, so that all of them are reported at once. */
static void note_status(enum sys_status status, enum sys_status *result)
{
    if (status != SYS_OK && *result != SYS_NO_MEMORY)
        *result = status;
}

static enum sys_status expand(struct inventory *inventory, const struct cfg *config,
                              const struct inventory_more *more)
{
    enum sys_status result = SYS_OK;
    size_t i, first;

    if (config->directory != NULL)
        result = access_sets_add(inventory->sets, config->directory, SHMB_SECTION, false,
                                 &inventory->directory);
    for (i = 0; i < config->count && result != SYS_NO_MEMORY; i++)
        note_status(expand_object(inventory, &config->objects[i]), &result);
    for (i = 0; i < config->rule_count && result != SYS_NO_MEMORY; i++)
        note_status(rule_access_add(inventory->sets, &config->rules[i], &inventory->who[i]),
                    &result);
    for (i = 0; i < more->count && result != SYS_NO_MEMORY; i++) {
        first = inventory->count;
        note_status(expand_object(inventory, more->objects[i]), &result);
        for (; first < inventory->count; first++)
            inventory->items[first].fresh = i >= more->count - more->fresh;
    }
    return result;
}

static bool make_room(struct inventory *inventory, const struct cfg *config,
                      const struct inventory_more *more, struct trustees *known,
                      struct cfg_messages *messages)
{
    inventory->file = config->file;
    inventory->directory = INVENTORY_NO_ACCESS;
    inventory->room = item_count(config, more) + 1;
    inventory->items = calloc(inventory->room, sizeof(struct item));
    inventory->who = calloc(config->rule_count + 1, sizeof(*inventory->who));
    inventory->sets = access_sets_new(known, messages);
    return inventory->items != NULL && inventory->who != NULL && inventory->sets != NULL;
}

enum sys_status inventory_build(const struct cfg *config, struct trustees *known,
                                struct cfg_messages *messages, struct inventory **out)
{
    return inventory_build_with(config, NULL, known, messages, out);
}

enum sys_status inventory_build_with(const struct cfg *config, const struct inventory_more *more,
                                     struct trustees *known, struct cfg_messages *messages,
                                     struct inventory **out)
{
    static const struct inventory_more none;
    struct inventory *inventory = calloc(1, sizeof(*inventory));
    enum sys_status status = SYS_NO_MEMORY;

    *out = NULL;
    if (inventory == NULL)
        return status;
    more = more != NULL ? more : &none;
    if (make_room(inventory, config, more, known, messages))
        status = expand(inventory, config, more);
    if (status == SYS_OK && !access_sets_whole(inventory->sets))
        status = SYS_NO_MEMORY;
    if (status != SYS_OK) {
        inventory_free(inventory);
        return status;
    }
    *out = inventory;
    return SYS_OK;
}

size_t inventory_pair(const struct inventory *inventory, size_t segment)
{
    const struct item *items = inventory->items;

    /* A deferred one may be where another object is configured. */
    return segment > 0 && !items[segment].pair && items[segment - 1].pair &&
                   items[segment - 1].from == items[segment].from
               ? segment - 1
               : INVENTORY_NO_PAIR;
}

const struct cfg_segment *item_segment(const struct item *item)
{
    const struct cfg_object *from = item->from;

    return item->spec.kind == SHMB_SECTION && !item->pair && from->kind == SHMB_SECTION &&
                   strcmp(item->spec.name, from->name) == 0
               ? &from->u.segment
               : NULL;
}

bool item_is_kind(const struct item *item, const struct sys_spec *spec, bool pair)
{
    return item->spec.kind == spec->kind && item->pair == pair;
}

const struct item_rare item_nothing_rare;

struct item_rare *item_make_rare(struct item *item)
{
    if (item->rare == NULL)
        item->rare = calloc(1, sizeof(*item->rare));
    return item->rare;
}

const struct cfg_initial *item_initial(const struct item *item)
{
    const struct cfg_segment *segment = item_segment(item);
    const struct cfg_initial *initial = segment != NULL ? segment->initial : NULL;

    return initial != NULL && (initial->length > 0 || initial->fill != 0 || initial->unread != NULL)
               ? initial
               : NULL;
}

/* SDDL counts for its own kind only. Companions get the closest levels. */
const struct sddl *item_exact(const struct inventory *inventory, const struct item *item)
{
    return item->pair ? NULL : access_sets_exact(inventory->sets, item->access, item->spec.kind);
}

/* As in control sections: with full access one could take away the rights of the others. */
enum shmb_level item_level(const struct item *item, enum shmb_level level)
{
    return item->pair && level == SHMB_LEVEL_FULL ? SHMB_LEVEL_WRITE : level;
}

enum sys_status item_set_live_access(const struct inventory *inventory, struct item *item,
                                     enum shmb_kind kind, const char *sddl)
{
    struct item_rare *rare;
    enum sys_status status;
    size_t set;

    if (item->rare != NULL)
        item->rare->live_access = 0;
    if (sddl == NULL || shmb_kernel_kind(kind) != SHMB_SECTION)
        return SYS_OK;
    status = access_sets_add_live(inventory->sets, sddl, kind, &set);
    if (status != SYS_OK)
        return status;
    rare = item_make_rare(item);
    if (rare == NULL)
        return SYS_NO_MEMORY;
    rare->live_access = (uint32_t)set + 1;
    return SYS_OK;
}

void item_set_hash(struct item *item)
{
    item->hash = item_hash(item);
}

bool item_is_copied(const struct item *item)
{
    return item->copies != NULL && item_is_held(item) && item->spec.kind == SHMB_SECTION &&
           !item->pair;
}

void item_set_reason(struct item *item, const char *reason)
{
    struct item_rare *rare = reason != NULL ? item_make_rare(item) : item->rare;

    if (rare == NULL)
        return;
    free(rare->reason);
    rare->reason = reason != NULL ? string_copy(reason) : NULL;
}

void item_count_correction(struct item *item)
{
    struct item_rare *rare = item_make_rare(item);

    if (rare != NULL)
        rare->corrections++;
}

bool inventory_reserve(struct inventory *inventory, size_t more)
{
    size_t room = inventory->count + more;
    struct item *items;

    if (room <= inventory->room)
        return true;
    items = realloc(inventory->items, room * sizeof(*items));
    if (items == NULL)
        return false;
    inventory->items = items;
    inventory->room = room;
    return true;
}
