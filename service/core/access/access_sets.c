#include "access_sets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "access_resolve.h"
#include "hash.h"

/* Where the set of an access list is found again: by address of the list. */
struct seen_list {
    const struct cfg_access *list;
    bool low; /* low integrity */
    size_t set;
};

/* Both tables are open addressing and at most half full; gone when the sets are whole. */
struct access_sets {
    struct access_set *items;
    size_t count;
    struct trustees *known;
    struct cfg_messages *messages;
    struct seen_list *lists;
    size_t *found; /* index of a set + 1 */
    size_t slots;  /* a power of two */
};

struct access_sets *access_sets_new(size_t lists, struct trustees *known,
                                    struct cfg_messages *messages)
{
    struct access_sets *sets = calloc(1, sizeof(*sets));

    if (sets == NULL)
        return NULL;
    sets->known = known;
    sets->messages = messages;
    for (sets->slots = 16; sets->slots < lists * 2; sets->slots *= 2)
        continue;
    sets->lists = calloc(sets->slots, sizeof(*sets->lists));
    sets->found = calloc(sets->slots, sizeof(*sets->found));
    sets->items = calloc(lists + 1, sizeof(*sets->items));
    if (sets->lists != NULL && sets->found != NULL && sets->items != NULL)
        return sets;
    access_sets_free(sets);
    return NULL;
}

void access_sets_whole(struct access_sets *sets)
{
    free(sets->lists);
    free(sets->found);
    sets->lists = NULL;
    sets->found = NULL;
    sets->known = NULL;
    sets->messages = NULL;
}

void access_sets_free(struct access_sets *sets)
{
    size_t i;

    if (sets == NULL)
        return;
    access_sets_whole(sets);
    for (i = 0; i < sets->count; i++)
        access_resolve_free(&sets->items[i]);
    free(sets->items);
    free(sets);
}

static uint32_t hash_set(const struct access_set *set)
{
    uint32_t hash = SHMB_HASH_START;
    size_t i;

    for (i = 0; i < set->count; i++) {
        hash = shmb_hash_text(hash, set->rules[i].sid);
        hash = shmb_hash_add(hash, (uint32_t)set->rules[i].level);
    }
    return shmb_hash_add(hash, set->label != NULL);
}

static bool same_label(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

static bool same_exact(const struct access_set *a, const struct access_set *b)
{
    if (a->exact == NULL || b->exact == NULL)
        return a->exact == b->exact;
    return a->kind == b->kind && sddl_same(a->exact, b->exact);
}

static bool same_set(const struct access_set *a, const struct access_set *b)
{
    size_t i;

    if (a->hash != b->hash || a->count != b->count || a->held_back != b->held_back ||
        !same_label(a->label, b->label) || !same_exact(a, b))
        return false;
    for (i = 0; i < a->count; i++)
        if (a->rules[i].level != b->rules[i].level || strcmp(a->rules[i].sid, b->rules[i].sid) != 0)
            return false;
    return true;
}

/* The index of an equal set; takes the rules over or frees them. */
static size_t intern(struct access_sets *sets, struct access_set *set)
{
    size_t slot;

    set->hash = hash_set(set);
    slot = set->hash & (sets->slots - 1);
    while (sets->found[slot] != 0) {
        if (same_set(&sets->items[sets->found[slot] - 1], set)) {
            access_resolve_free(set);
            return sets->found[slot] - 1;
        }
        slot = (slot + 1) & (sets->slots - 1);
    }
    sets->items[sets->count++] = *set;
    sets->found[slot] = sets->count;
    return sets->count - 1;
}

/* A list that many objects share (defaults.access) is resolved, and complained of, once. */
static struct seen_list *list_slot(const struct access_sets *sets, const struct cfg_access *list,
                                   bool low)
{
    uint64_t mixed = (uint64_t)(uintptr_t)list * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(mixed >> 32) & (sets->slots - 1);

    while (sets->lists[slot].list != NULL &&
           (sets->lists[slot].list != list || sets->lists[slot].low != low))
        slot = (slot + 1) & (sets->slots - 1);
    return &sets->lists[slot];
}

enum sys_status access_sets_add(struct access_sets *sets, const struct cfg_access *list,
                                enum shmb_kind kind, bool low, size_t *set)
{
    struct seen_list *slot = list_slot(sets, list, low);
    const struct seen_list *other = list_slot(sets, list, !low);
    struct access_set fresh = {0};

    /* What is wrong with a list is said once. */
    if (slot->list == NULL && other->list == list && other->set == SIZE_MAX)
        *slot = (struct seen_list){list, low, SIZE_MAX};
    if (slot->list == NULL) {
        enum sys_status status =
            access_resolve(list, kind, low, sets->known, sets->messages, &fresh);

        if (status == SYS_NO_MEMORY)
            return status;
        slot->list = list;
        slot->low = low;
        slot->set = status == SYS_OK ? intern(sets, &fresh) : SIZE_MAX;
    }
    *set = slot->set;
    return slot->set == SIZE_MAX ? SYS_NOT_FOUND : SYS_OK;
}

size_t access_sets_count(const struct access_sets *sets)
{
    return sets->count;
}

bool access_sets_held_back(const struct access_sets *sets, size_t set)
{
    return sets->items[set].held_back;
}

const struct access_rule *access_sets_rules(const struct access_sets *sets, size_t set,
                                            size_t *count)
{
    *count = sets->items[set].count;
    return sets->items[set].rules;
}

const char *access_sets_label(const struct access_sets *sets, size_t set)
{
    return sets->items[set].label;
}

const struct sddl *access_sets_exact(const struct access_sets *sets, size_t set,
                                     enum shmb_kind kind)
{
    const struct access_set *one = &sets->items[set];

    return one->exact != NULL && one->kind == kind ? one->exact : NULL;
}
