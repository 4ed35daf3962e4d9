#include "totals.h"

#include <string.h>

#include "queue_layout.h"
#include "slots.h"
#include "snapshot_pair.h"

static_assert(CFG_DOUBLE_MAX == SHMB_PAIR_MOST, "one limit for the configuration and clients");

static_assert(sizeof(struct shmb_slots) == sizeof(struct shmb_slot), "a section as a slot more");

#define DEFAULTS "defaults." /* the start of the path of a shared access list */

/*
 * Slots of fast locks: those of the objects with the default access of the file, with and without
 * the low integrity label, which share them.
 */
struct shared_slots {
    uint32_t most[2];
};

/* How many threads may use the fast lock of an object; 0: it has none. */
static uint32_t lockers_of(const struct cfg_object *object)
{
    if (object->kind == SHMB_QUEUE)
        return object->u.queue.max_lockers;
    return object->kind == SHMB_SECTION && object->u.segment.lock.name != NULL
               ? object->u.segment.lock.max_lockers
               : 0;
}

/* Section and mutexes for the fast lock of a segment or queue. */
static uint64_t add_slots(const struct cfg_object *object, struct shared_slots *shared)
{
    const uint32_t lockers = lockers_of(object);
    uint32_t *most = &shared->most[cfg_is_low(object)];
    uint64_t added;

    if (lockers == 0)
        return 0;
    if (object->access == NULL || strncmp(object->access->path, DEFAULTS, sizeof DEFAULTS - 1) != 0)
        return 1 + (uint64_t)lockers;
    if (lockers <= *most)
        return 0;
    added = (*most == 0) + (uint64_t)(lockers - *most);
    *most = lockers;
    return added;
}

/* `memory` wraps only with far more than CFG_OBJECTS_MAX entries, which are an error anyway. */
struct totals totals_add(struct totals totals, const struct cfg *configuration)
{
    struct shared_slots shared = {{0, 0}};
    size_t i;

    totals.rules += configuration->rule_count;
    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];
        const uint64_t slots = add_slots(object, &shared);

        totals.entries++;
        totals.slots += slots;
        totals.objects += 1 + slots;
        totals.memory += slots * sizeof(struct shmb_slot);
        if (object->kind == SHMB_QUEUE) {
            totals.objects += CFG_QUEUE_EVENTS;
            totals.memory += shmb_queue_size(object->u.queue.slots, object->u.queue.slot_size);
        }
        if (object->kind != SHMB_SECTION)
            continue;
        totals.objects += object->u.segment.lock.name != NULL;
        if (object->u.segment.notify != NULL)
            totals.objects += SHMB_CHANGE_EVENTS;
        totals.memory += object->u.segment.size;
        if (object->u.segment.snapshots == NULL)
            continue;
        totals.objects++;
        totals.memory += shmb_pair_size(object->u.segment.size);
    }
    return totals;
}

/* False: there are more than `most` entries of the files; an error was added. */
static bool check_most(uint64_t total, unsigned most, const char *what, const struct cfg *whole,
                       const struct cfg_place *at, struct cfg_messages *messages)
{
    const struct cfg_place file = {whole->file, 0, 0};

    if (total > most)
        cfg_message_add(messages, CFG_ERROR, at != NULL ? at : &file, NULL,
                        "%llu %s in all files are more than the %u of one configuration",
                        (unsigned long long)total, what, most);
    return total <= most;
}

/* False: `total` exceeds the limit; an error was added. */
static bool check(uint64_t total, const struct cfg_limit *limit, const char *path, const char *what,
                  const struct cfg_place *at, struct cfg_messages *messages)
{
    if (limit->place.line == 0 || total <= limit->most)
        return true;
    cfg_message_add(messages, CFG_ERROR, at != NULL ? at : &limit->place, path,
                    "%llu %s exceed the limit of %llu; remove some, or raise the limit",
                    (unsigned long long)total, what, (unsigned long long)limit->most);
    return false;
}

bool totals_check(struct totals totals, const struct cfg *whole, const struct cfg_place *at,
                  struct cfg_messages *messages)
{
    bool objects = check(totals.objects, &whole->limits.objects, "limits.objects",
                         "objects, locks, slots and events included,", at, messages);
    bool memory = check(totals.memory, &whole->limits.memory, "limits.memory",
                        "bytes of segments, queues and slots", at, messages);
    bool entries = check_most(totals.entries, CFG_OBJECTS_MAX, "objects", whole, at, messages);
    bool rules = check_most(totals.rules, CFG_RULES_MAX, "rules", whole, at, messages);

    return objects && memory && entries && rules;
}
