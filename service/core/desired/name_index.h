/*
 * name_index.h - finds items by name, without case.
 *
 * The items are borrowed: from the inventory that is served or, in a program that only
 * looks (`plan`), from what the broker publishes. A caller that asks for the names in the
 * order of the items needs no table, and then none is made. Without memory for one, each name is
 * looked for in all items.
 */
#ifndef CORE_NAME_INDEX_H
#define CORE_NAME_INDEX_H

#include "inventory.h"
#include "nameset.h"

#define NAME_INDEX_NONE SIZE_MAX

struct name_index {
    const struct item *items; /* borrowed */
    size_t count;
    struct nameset by_name; /* made when it is first needed */
    size_t next;            /* the index after the item found last: the first guess */
};

/* End it with name_index_free. */
void name_index_init(struct name_index *out, const struct item *items, size_t count);
void name_index_free(struct name_index *index);

/*
 * The index of the item with this name, or NAME_INDEX_NONE. `hash` is shmb_name_hash of the
 * name, or 0: not known. If two items have the same name, the second one is found only
 * right after the item before it, else the first one.
 */
size_t name_index_find(struct name_index *index, const char *name, uint32_t hash);

#endif
