#include "nameset.h"

#include <stdlib.h>

bool nameset_init(struct nameset *set, size_t count)
{
    size_t size = 16;

    while (size / 2 < count && size <= SIZE_MAX / 2)
        size *= 2;
    set->mask = size - 1;
    set->slots = calloc(size, sizeof *set->slots);
    return set->slots != NULL;
}

void nameset_free(struct nameset *set)
{
    free(set->slots);
    set->slots = NULL;
}

const void *nameset_add(struct nameset *set, uint32_t hash, const void *item, nameset_same *same)
{
    size_t at = hash & set->mask;

    for (;;) {
        struct nameset_slot *slot = &set->slots[at];

        if (slot->item == NULL) {
            slot->item = item;
            slot->hash = hash;
            return NULL;
        }
        if (slot->hash == hash && same(slot->item, item))
            return slot->item;
        at = (at + 1) & set->mask;
    }
}
