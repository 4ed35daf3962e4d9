#include "name_index.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

bool name_index_init(struct name_index *out, const struct item *items, size_t count)
{
    *out = (struct name_index){.items = items, .count = count};
    for (out->slot_count = 16; out->slot_count < (count + 1) * 2; out->slot_count *= 2)
        continue;
    out->slots = calloc(out->slot_count, sizeof(*out->slots));
    if (out->slots != NULL)
        return true;
    name_index_free(out);
    return false;
}

void name_index_free(struct name_index *holdings)
{
    free(holdings->slots);
    *holdings = (struct name_index){0};
}

/* Where the name is, or would be. */
static struct name_index_slot *slot_of(const struct name_index *holdings, const char *name,
                                       uint32_t hash)
{
    size_t length = strlen(name), mask = holdings->slot_count - 1;
    size_t slot = hash & mask;

    while (holdings->slots[slot].place != 0) {
        const char *there = holdings->items[holdings->slots[slot].place - 1].spec.name;

        if (holdings->slots[slot].hash == hash &&
            shmb_name_same(there, strlen(there), name, length))
            break;
        slot = (slot + 1) & mask;
    }
    return &holdings->slots[slot];
}

/* Only what is not in order needs it. */
static void index_all(struct name_index *holdings)
{
    size_t i;

    for (i = 0; i < holdings->count && !holdings->indexed; i++) {
        const struct item *item = &holdings->items[i];
        uint32_t hash = item_hash(item);
        struct name_index_slot *slot = slot_of(holdings, item->spec.name, hash);

        if (slot->place == 0)
            *slot = (struct name_index_slot){.hash = hash, .place = (uint32_t)i + 1};
    }
    holdings->indexed = true;
}

size_t name_index_find(struct name_index *holdings, const char *name, uint32_t hash)
{
    size_t found = holdings->next;

    if (holdings->slots == NULL)
        return NAME_INDEX_NONE;
    if (found >= holdings->count || strcmp(holdings->items[found].spec.name, name) != 0) {
        index_all(holdings);
        if (hash == 0)
            hash = shmb_name_hash(name, strlen(name));
        found = slot_of(holdings, name, hash)->place;
        if (found == 0)
            return NAME_INDEX_NONE;
        found--;
    }
    holdings->next = found + 1;
    return found;
}
