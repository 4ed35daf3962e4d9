/*
 * Open addressing with linear probing. The table is at most three quarters full, so every search
 * ends at a free slot, soon.
 */
#include "nameset.h"

#include <stdlib.h>

bool nameset_init(struct nameset *set, size_t count)
{
    size_t size = 16;

    /* A power of two, so that a mask replaces the division. */
    while (size - size / 4 < count && size <= SIZE_MAX / 2)
        size *= 2;
    set->mask = size - 1;
    set->slots = calloc(size, sizeof *set->slots);
    return set->slots != NULL;
}

bool nameset_reserve(struct nameset *set, size_t count)
{
    struct nameset larger;
    size_t i;

    if (set->slots != NULL && set->mask + 1 - (set->mask + 1) / 4 >= count)
        return true;
    if (!nameset_init(&larger, count))
        return false;
    for (i = 0; set->slots != NULL && i <= set->mask; i++)
        /* The stored hash is enough: all items differ, so none needs to be compared. */
        if (set->slots[i].item != NULL)
            (void)nameset_add(&larger, set->slots[i].hash, set->slots[i].item, NULL);
    nameset_free(set);
    *set = larger;
    return true;
}

void nameset_free(struct nameset *set)
{
    free(set->slots);
    set->slots = NULL;
}

/* The slot of the equal thing, or the free one where it would stand. `same` NULL: none is equal. */
static struct nameset_slot *find_slot(const struct nameset *set, uint32_t hash, const void *item,
                                      nameset_same *same)
{
    size_t at = hash & set->mask;

    for (;;) {
        struct nameset_slot *slot = &set->slots[at];

        if (slot->item == NULL || (slot->hash == hash && same != NULL && same(slot->item, item)))
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

static bool is_itself(const void *a, const void *b)
{
    return a == b;
}

void nameset_remove(struct nameset *set, uint32_t hash, const void *item)
{
    struct nameset_slot *slot = find_slot(set, hash, item, is_itself);
    size_t hole = (size_t)(slot - set->slots), at = hole;

    if (slot->item == NULL)
        return;
    /*
     * A search must not end at the hole before it reaches what stands behind it. So what its
     * search would pass the hole for moves into the hole, and leaves the next one.
     */
    for (;;) {
        at = (at + 1) & set->mask;
        if (set->slots[at].item == NULL)
            break;
        if (((at - set->slots[at].hash) & set->mask) < ((at - hole) & set->mask))
            continue;
        set->slots[hole] = set->slots[at];
        hole = at;
    }
    set->slots[hole].item = NULL;
}
