#include "queue_renewal.h"

#include "queue_headers.h"
#include "stamp.h"

/* The slots are those of the inventory by now, and stay. */
static void record(const struct maker *maker, const struct item *item)
{
    const struct state_record *known = state_find(maker->state, item->spec.name);
    const uint32_t slots = known != NULL ? known->slots : 0;
    struct state_record renewed;

    maker_record(maker, item);
    known = state_find(maker->state, item->spec.name);
    if (known == NULL)
        return;
    renewed = *known;
    renewed.slots = slots;
    state_put(maker->state, &renewed);
}

bool queues_renew(const struct maker *maker, struct inventory *inventory,
                  struct publication *publication)
{
    const struct system *system = maker->system;
    bool any = false;
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        struct item *item = &inventory->items[i];

        if (item->spec.kind != SHMB_QUEUE || !item_is_held(item) ||
            !publication_queue_moved(publication, i))
            continue;
        item->generation = stamp_next(system, maker->stamp);
        queue_header_renew(system, item->object, item->generation);
        record(maker, item);
        any = true;
    }
    return any;
}
