#include "name_index.h"

#include <string.h>

#include "names.h"

void name_index_init(struct name_index *out, const struct item *items, size_t count)
{
    *out = (struct name_index){.items = items, .count = count};
}

void name_index_free(struct name_index *index)
{
    nameset_free(&index->by_name);
    *index = (struct name_index){0};
}

static bool has_name(const void *item, const void *name)
{
    const char *its = ((const struct item *)item)->spec.name;

    return shmb_name_same(its, strlen(its), name, strlen(name));
}

static bool same_name(const void *a, const void *b)
{
    return has_name(a, ((const struct item *)b)->spec.name);
}

/* False: no memory. */
static bool index_all(struct name_index *index)
{
    size_t i;

    if (index->by_name.slots != NULL)
        return true;
    if (!nameset_init(&index->by_name, index->count))
        return false;
    for (i = 0; i < index->count; i++)
        (void)nameset_add(&index->by_name, item_hash(&index->items[i]), &index->items[i],
                          same_name);
    return true;
}

static const struct item *look_at_all(const struct name_index *index, const char *name)
{
    size_t i;

    for (i = 0; i < index->count; i++)
        if (has_name(&index->items[i], name))
            return &index->items[i];
    return NULL;
}

/*
 * Tries the next item first, after the last one the first: a caller that asks in the order of the
 * items needs no table, nor one that does so again.
 */
size_t name_index_find(struct name_index *index, const char *name, uint32_t hash)
{
    const struct item *found;

    if (index->next == index->count)
        index->next = 0;
    if (index->next < index->count && strcmp(index->items[index->next].spec.name, name) == 0)
        return index->next++;
    if (hash == 0)
        hash = shmb_name_hash(name, strlen(name));
    found = index_all(index) ? nameset_find(&index->by_name, hash, name, has_name)
                             : look_at_all(index, name);
    if (found == NULL)
        return NAME_INDEX_NONE;
    index->next = (size_t)(found - index->items) + 1;
    return index->next - 1;
}
