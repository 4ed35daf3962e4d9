/*
 * Finds equal lists in three steps. By address: the errors of a list that many objects share are
 * reported once. By what is written: lists of the same accounts are resolved once, as most of many
 * objects have one of few lists. By the result: sets that are equal share their descriptors
 * (descriptor_cache.c).
 */
#include "access_sets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "access_resolve.h"
#include "arena.h"
#include "hash.h"
#include "nameset.h"

#define FIRST_ROOM 16u

/* A list that has been resolved, to be found again. */
struct seen_list {
    const struct cfg_access *list;
    enum shmb_kind kind;       /* of the object; counts only for SDDL */
    bool low;                  /* low integrity */
    size_t set;                /* SIZE_MAX: the list has an error */
    struct access_set content; /* of the first list with this set: the set, which `items` owns */
};

struct access_sets {
    struct access_set *items;
    size_t count;
    /* Only until access_sets_whole: */
    struct trustees *known;
    struct cfg_messages *messages;
    struct cfg_arena *lists; /* each struct seen_list */
    size_t list_count;
    size_t room;               /* of `items` */
    struct nameset by_list;    /* of `lists`, by address of the list */
    struct nameset by_text;    /* of `lists` without an error, by what is written */
    struct nameset by_content; /* of `lists` with `content` */
};

/*
 * Sets that differ only in what is not hashed (SDDL, the text of the label, `held_back`) collide;
 * same_content tells them apart.
 */
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

/* By address. The low bits of addresses are alike; the product spreads them to the top. */
static uint32_t hash_list(const struct cfg_access *list)
{
    return (uint32_t)((uint64_t)(uintptr_t)list * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static uint32_t hash_text(const struct seen_list *seen)
{
    const struct cfg_access *list = seen->list;
    uint32_t hash = shmb_hash_add(SHMB_HASH_START, seen->low);
    size_t i;

    if (list->sddl != NULL)
        return shmb_hash_text(hash, list->sddl);
    for (i = 0; i < list->count; i++)
        hash = shmb_hash_text(shmb_hash_add(hash, (uint32_t)list->trustees[i].level),
                              list->trustees[i].name);
    return hash;
}

/* True if two lists are written alike, for objects for which they mean the same. */
static bool same_text(const void *first, const void *second)
{
    const struct seen_list *x = first, *y = second;
    const struct cfg_access *a = x->list, *b = y->list;
    size_t i;

    if (x->low != y->low || a->count != b->count)
        return false;
    if (a->sddl != NULL || b->sddl != NULL)
        return a->sddl != NULL && b->sddl != NULL && x->kind == y->kind &&
               strcmp(a->sddl, b->sddl) == 0;
    for (i = 0; i < a->count; i++)
        if (a->trustees[i].level != b->trustees[i].level ||
            strcmp(a->trustees[i].name, b->trustees[i].name) != 0)
            return false;
    return true;
}

/* Makes room for one more list, and for its set. */
static bool make_room(struct access_sets *sets)
{
    const size_t room = sets->room > 0 ? sets->room * 2 : FIRST_ROOM;
    struct access_set *items;

    if (!nameset_reserve(&sets->by_list, sets->list_count + 1) ||
        !nameset_reserve(&sets->by_text, sets->list_count + 1) ||
        !nameset_reserve(&sets->by_content, sets->count + 1))
        return false;
    if (sets->count < sets->room)
        return true;
    items = realloc(sets->items, room * sizeof(*items));
    if (items == NULL)
        return false;
    sets->items = items;
    sets->room = room;
    return true;
}

struct access_sets *access_sets_new(struct trustees *known, struct cfg_messages *messages)
{
    struct access_sets *sets = calloc(1, sizeof(*sets));

    if (sets == NULL)
        return NULL;
    sets->known = known;
    sets->messages = messages;
    sets->lists = arena_new();
    if (sets->lists != NULL && make_room(sets))
        return sets;
    access_sets_free(sets);
    return NULL;
}

static void free_what_adding_needs(struct access_sets *sets)
{
    nameset_free(&sets->by_list);
    nameset_free(&sets->by_text);
    nameset_free(&sets->by_content);
    arena_free(sets->lists);
    sets->lists = NULL;
    sets->known = NULL;
    sets->messages = NULL;
}

bool access_sets_whole(struct access_sets *sets)
{
    /* Gives back the room that was not needed. */
    struct access_set *fitting = realloc(sets->items, (sets->count + 1) * sizeof(*sets->items));

    free_what_adding_needs(sets);
    if (fitting == NULL)
        return false;
    sets->items = fitting;
    return true;
}

void access_sets_free(struct access_sets *sets)
{
    size_t i;

    if (sets == NULL)
        return;
    free_what_adding_needs(sets);
    for (i = 0; i < sets->count; i++)
        access_resolve_free(&sets->items[i]);
    free(sets->items);
    free(sets);
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

static bool same_content(const void *first, const void *second)
{
    const struct access_set *a = &((const struct seen_list *)first)->content;
    const struct access_set *b = &((const struct seen_list *)second)->content;
    size_t i;

    if (a->count != b->count || a->held_back != b->held_back || !same_label(a->label, b->label) ||
        !same_exact(a, b))
        return false;
    for (i = 0; i < a->count; i++)
        if (a->rules[i].level != b->rules[i].level || strcmp(a->rules[i].sid, b->rules[i].sid) != 0)
            return false;
    return true;
}

/* Adds the content of a list, or frees it if there is an equal set. Returns the index of the set.
 */
static size_t intern(struct access_sets *sets, struct seen_list *seen)
{
    const struct seen_list *equal =
        nameset_add(&sets->by_content, hash_set(&seen->content), seen, same_content);

    if (equal != NULL) {
        access_resolve_free(&seen->content);
        return equal->set;
    }
    sets->items[sets->count] = seen->content;
    return sets->count++;
}

static bool same_list(const void *first, const void *second)
{
    const struct seen_list *a = first, *b = second;

    return a->list == b->list && a->low == b->low;
}

static const struct seen_list *find_list(const struct access_sets *sets,
                                         const struct cfg_access *list, bool low)
{
    const struct seen_list key = {.list = list, .low = low};

    return nameset_find(&sets->by_list, hash_list(list), &key, same_list);
}

/*
 * Finds or makes the set of a list that is new by its address; `seen->set` is SIZE_MAX if the list
 * has an error. SYS_OK or SYS_NO_MEMORY.
 */
static enum sys_status resolve(struct access_sets *sets, struct seen_list *seen)
{
    const struct seen_list *other = find_list(sets, seen->list, !seen->low);
    uint32_t hash = hash_text(seen);
    enum sys_status status;

    seen->set = SIZE_MAX;
    if (other != NULL && other->set == SIZE_MAX)
        return SYS_OK; /* its errors are in the messages already */
    other = nameset_find(&sets->by_text, hash, seen, same_text);
    if (other != NULL) {
        seen->set = other->set;
        return SYS_OK;
    }
    status = access_resolve(seen->list, seen->kind, seen->low, sets->known, sets->messages,
                            &seen->content);
    if (status != SYS_OK)
        return status == SYS_NO_MEMORY ? status : SYS_OK;
    seen->set = intern(sets, seen);
    /* One with an error is not added: each has to report it at its own place. */
    (void)nameset_add(&sets->by_text, hash, seen, NULL);
    return SYS_OK;
}

enum sys_status access_sets_add(struct access_sets *sets, const struct cfg_access *list,
                                enum shmb_kind kind, bool low, size_t *set)
{
    const struct seen_list *seen = find_list(sets, list, low);

    if (seen == NULL) {
        struct seen_list *added;
        enum sys_status status;

        added = make_room(sets) ? arena_raw(sets->lists, sizeof(*added)) : NULL;
        if (added == NULL)
            return SYS_NO_MEMORY;
        *added = (struct seen_list){.list = list, .kind = kind, .low = low};
        status = resolve(sets, added);
        if (status != SYS_OK)
            return status;
        (void)nameset_add(&sets->by_list, hash_list(list), added, NULL);
        sets->list_count++;
        seen = added;
    }
    *set = seen->set;
    return seen->set == SIZE_MAX ? SYS_NOT_FOUND : SYS_OK;
}

struct cfg_access *access_sets_list(struct access_sets *sets, const struct cfg_access *list)
{
    struct cfg_access *copy = arena_raw(sets->lists, sizeof(*copy));
    struct cfg_trustee *trustees =
        arena_raw(sets->lists, (list->count + 1) * sizeof(*trustees));

    if (copy == NULL || trustees == NULL)
        return NULL;
    *copy = *list;
    copy->trustees = trustees;
    if (list->count > 0)
        memcpy(trustees, list->trustees, list->count * sizeof(*trustees));
    return copy;
}

char *access_sets_shared_text(const struct access_sets *sets, size_t set, enum shmb_kind kind,
                              const char *owner)
{
    const struct descriptor_use use = {.kind = kind, .label = sets->items[set].label};
    size_t count;
    struct access_rule *rules = access_sets_shared_rules(sets, set, &count);
    char *text = rules != NULL ? descriptor_sddl(owner, &use, rules, count) : NULL;

    free(rules);
    return text;
}

bool access_sets_others_write(const struct access_sets *sets, size_t set, const char *owner,
                              bool readers)
{
    const struct access_set *of = &sets->items[set];
    size_t i;

    for (i = 0; i < of->count; i++) {
        const enum shmb_level level = of->rules[i].level;

        if ((level == SHMB_LEVEL_WRITE || level == SHMB_LEVEL_FULL ||
             (level == SHMB_LEVEL_READ && readers)) &&
            !descriptor_has_full(of->rules[i].sid, owner))
            return true;
    }
    return false;
}

static char *live_text(const struct access_sets *sets, size_t set)
{
    return access_sets_shared_text(sets, set, SHMB_SECTION, SHMB_SERVICE_SID);
}

/* The first set that gives programs the same as the last one: its index, or that of the last. */
static enum sys_status find_shared(const struct access_sets *sets, size_t *set)
{
    const size_t last = sets->count - 1;
    char *wanted = live_text(sets, last), *text;

    *set = last;
    for (*set = 0; wanted != NULL && *set < last; (*set)++) {
        bool same;

        text = live_text(sets, *set);
        same = text != NULL && strcmp(text, wanted) == 0;
        free(text);
        if (same)
            break;
    }
    free(wanted);
    return wanted != NULL ? SYS_OK : SYS_NO_MEMORY;
}

enum sys_status access_sets_add_live(struct access_sets *sets, const char *sddl,
                                     enum shmb_kind kind, size_t *set)
{
    struct access_set *items = realloc(sets->items, (sets->count + 1) * sizeof(*sets->items));
    enum sys_status status;

    if (items == NULL)
        return SYS_NO_MEMORY;
    sets->items = items;
    status = access_resolve_live(sddl, kind, &items[sets->count]);
    if (status != SYS_OK)
        return status;
    sets->count++;
    status = find_shared(sets, set);
    if (status != SYS_OK || *set != sets->count - 1)
        access_resolve_free(&items[--sets->count]);
    return status;
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

struct access_rule *access_sets_shared_rules(const struct access_sets *sets, size_t set,
                                             size_t *count)
{
    const struct access_rule *rules = access_sets_rules(sets, set, count);
    struct access_rule *limited = calloc(*count + 1, sizeof(*limited));
    size_t i;

    for (i = 0; limited != NULL && i < *count; i++) {
        limited[i] = rules[i];
        if (limited[i].level == SHMB_LEVEL_FULL)
            limited[i].level = SHMB_LEVEL_WRITE;
    }
    return limited;
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
