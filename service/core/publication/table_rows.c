#include "table_rows.h"

#include <string.h>

#include "control_blocks.h"
#include "control_pairs.h"

static enum shmb_entry_state entry_state(enum item_state state)
{
    switch (state) {
    case ITEM_HELD:
    case ITEM_DEFERRED: /* served as it is */
        return SHMB_ENTRY_HELD;
    case ITEM_CONFLICT:
        return SHMB_ENTRY_CONFLICT;
    default:
        return SHMB_ENTRY_FAILED;
    }
}

static uint32_t segment_flags(const struct table_rows *rows, size_t index)
{
    const struct item *item = &rows->inventory->items[index];
    const struct cfg_segment *segment = item_segment(item);
    uint32_t flags = 0;

    if (segment != NULL && segment->lock.readers_may_wait)
        flags |= SHMB_ENTRY_READERS_MAY_WAIT;
    if (segment != NULL && segment->notify != NULL)
        flags |= SHMB_ENTRY_NOTIFY;
    if (item->initialised)
        flags |= SHMB_ENTRY_INITIAL;
    if (control_pair_in_use(rows->controls, index))
        flags |= SHMB_ENTRY_DOUBLE;
    if ((flags & SHMB_ENTRY_NOTIFY) != 0 && control_waiters_find(rows->controls, index))
        flags |= SHMB_ENTRY_WAITERS;
    return flags;
}

static void describe_segment(const struct table_rows *rows, size_t index, struct directory_row *row)
{
    const struct item *item = &rows->inventory->items[index];

    row->size = item->spec.size;
    row->lock_name = item->lock;
    row->fast = item->fast;
    row->flags |= segment_flags(rows, index);
    row->control = control_blocks_find(rows->controls, index, &row->control_block);
    if (item->fast)
        row->slots = lock_slots_find(rows->slots, index, &row->slot_count);
}

static void describe_queue(const struct table_rows *rows, size_t index, struct directory_row *row)
{
    const struct item *item = &rows->inventory->items[index];

    row->size = item->spec.size;
    row->flags |= item->spec.queue.flags;
    row->queue_slots = item->spec.queue.slots;
    row->queue_slot_size = item->spec.queue.slot_size;
    row->slots = lock_slots_find(rows->slots, index, &row->slot_count);
}

/*
 * By the name: an item that is deferred may be of another kind than its entry. But what is a
 * segment, queue or semaphore belongs to nothing, although a companion is to have its name.
 */
static bool is_companion(const struct item *item)
{
    return item->pair || ((item->spec.kind == SHMB_MUTEX || item->spec.kind == SHMB_EVENT) &&
                          strcmp(item->spec.name, item->from->name) != 0);
}

static void describe(const struct table_rows *rows, size_t index, struct directory_row *row)
{
    const struct item *item = &rows->inventory->items[index];

    *row = (struct directory_row){.name = item->spec.name,
                                  .kind = item->spec.kind,
                                  .state = entry_state(item->state),
                                  .generation = item->generation,
                                  .initial = item->spec.initial,
                                  .maximum = item->spec.maximum,
                                  .hash = item_hash(item)};
    if (item->pair)
        row->size = item->spec.size;
    else if (item->spec.kind == SHMB_SECTION)
        describe_segment(rows, index, row);
    else if (item->spec.kind == SHMB_QUEUE)
        describe_queue(rows, index, row);
    if (is_companion(item))
        row->flags |= SHMB_ENTRY_COMPANION;
    if (item->spec.manual_reset)
        row->flags |= SHMB_ENTRY_MANUAL_RESET;
    if (item->from->request != NULL) {
        row->flags |= SHMB_ENTRY_REQUESTED;
        row->rule = item->from->request->rule->name;
        row->account = item->from->request->account;
    }
}

uint64_t table_rows_text_bytes(const struct inventory *inventory)
{
    struct directory_shared rule = {0}, account = {0};
    uint64_t bytes = 0;
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        const struct item *item = &inventory->items[i];
        const struct cfg_request *request = item->from->request;

        /* The same texts as in describe(): the table has room for no more. */
        bytes += strlen(item->spec.name);
        if (item->spec.kind == SHMB_SECTION && item->lock != NULL)
            bytes += strlen(item->lock);
        if (request != NULL) {
            bytes += directory_shared_bytes(&rule, request->rule->name);
            bytes += directory_shared_bytes(&account, request->account);
        }
    }
    return bytes;
}

void table_rows_add(const struct table_rows *rows, struct directory_table *table)
{
    uint32_t i;

    for (i = 0; i < table->count; i++) {
        struct directory_row row;

        describe(rows, i, &row);
        directory_table_add(table, &row);
    }
}
