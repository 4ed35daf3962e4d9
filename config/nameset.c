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

/* The slot of the equal item, or the free slot where it belongs. */
static struct nameset_slot *find_slot(const struct nameset *set, uint32_t hash, const void *item,
                                      nameset_same *same)
{
    size_t at = hash & set->mask;

    for (;;) {
        struct nameset_slot *slot = &set->slots[at];

        if (slot->item == NULL || (slot->hash == hash && same(slot->item, item)))
            return slot;
        at = (at + 1) & set->mask;
    }
}

const void *nameset_add(struct nameset *set, uint32_t hash, const void *item, nameset_same *same)
{
    struct nameset_slot *slot = find_slot(set, hash, item, same);

    if (slot->item != NULL)
        return slot->item;
    slot->item = item;
    slot->hash = hash;
    return NULL;
}

const void *nameset_find(const struct nameset *set, uint32_t hash, const void *item,
                         nameset_same *same)
{
    return find_slot(set, hash, item, same)->item;
}
