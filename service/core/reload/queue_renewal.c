#include "queue_renewal.h"

#include <stdlib.h>

#include "queue_headers.h"
#include "stamp.h"

/* With the slots that are recorded: those of before, if the next publication gives it others. */
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
                  struct publication *publication, bool renumber)
{
    const struct system *system = maker->system;
    struct queue_renewed *queues = NULL;
    size_t i, count = 0;
    bool any = false;

    for (i = 0; i < inventory->count; i++) {
        struct item *item = &inventory->items[i];

        if (item->spec.kind != SHMB_QUEUE || !item_is_held(item) ||
            !publication_queue_moved(publication, i))
            continue;
        if (renumber) {
            item->generation = stamp_next(system, maker->stamp);
            record(maker, item);
        }
        if (!any)
            queues = calloc(inventory->count - i, sizeof(*queues));
        any = true;
        /* Without memory one after the other, each with a time to wait of its own. */
        if (queues != NULL)
            queues[count++].item = item;
        else
            queue_header_renew(system, item);
    }
    if (count > 0)
        queue_headers_renew(system, queues, count);
    free(queues);
    return any;
}
