/*
 * name_index.h - finds what is held, apart from what is wanted, by name without
 * case.
 *
 * An index over items that somebody else keeps: the inventory that is served,
 * or, for a program that only looks, what the broker says of itself. Who asks
 * for the names in the order of the items gets them without a search, and then
 * no index is made.
 */
#ifndef CORE_NAME_INDEX_H
#define CORE_NAME_INDEX_H

#include "inventory.h"
#include "nameset.h"

#define NAME_INDEX_NONE SIZE_MAX

struct name_index {
    const struct item *items; /* borrowed */
    size_t count;
    struct nameset by_name;
    bool indexed; /* `by_name` has the items */
    size_t next;  /* the item that is asked for next where all is in order */
};

/* False: no memory; `out` is empty then. */
bool name_index_init(struct name_index *out, const struct item *items, size_t count);
void name_index_free(struct name_index *index);

/*
 * The index of a name, or NAME_INDEX_NONE; of two items with the same name, the
 * first one's where it was not the other's turn. `hash` is that of the name, or 0.
 */
size_t name_index_find(struct name_index *index, const char *name, uint32_t hash);

#endif
