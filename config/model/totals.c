#include "totals.h"

#include "queue_layout.h"
#include "snapshot_pair.h"

static_assert(CFG_DOUBLE_MAX == SHMB_PAIR_MOST, "one limit for the configuration and clients");

/* `memory` wraps only with far more than CFG_OBJECTS_MAX entries, which are an error anyway. */
struct totals totals_add(struct totals totals, const struct cfg *configuration)
{
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        totals.entries++;
        totals.objects++;
        if (object->kind == SHMB_QUEUE) {
            totals.objects += CFG_QUEUE_EVENTS;
            totals.memory += shmb_queue_size(object->u.queue.slots, object->u.queue.slot_size);
        }
        if (object->kind != SHMB_SECTION)
            continue;
        totals.objects += object->u.segment.lock.name != NULL;
        if (object->u.segment.notify.events[0] != NULL)
            totals.objects += SHMB_CHANGE_EVENTS;
        totals.memory += object->u.segment.size;
        if (object->u.segment.snapshots.name == NULL)
            continue;
        totals.objects++;
        totals.memory += shmb_pair_size(object->u.segment.size);
    }
    return totals;
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
    const struct cfg_place file = {whole->file, 0, 0};
    bool objects = check(totals.objects, &whole->limits.objects, "limits.objects",
                         "objects, locks and change events included,", at, messages);
    bool memory = check(totals.memory, &whole->limits.memory, "limits.memory",
                        "bytes of segments and queues", at, messages);

    if (totals.entries <= CFG_OBJECTS_MAX)
        return objects && memory;
    cfg_message_add(messages, CFG_ERROR, at != NULL ? at : &file, NULL,
                    "%llu objects in all files are more than the %u of one configuration",
                    (unsigned long long)totals.entries, CFG_OBJECTS_MAX);
    return false;
}
