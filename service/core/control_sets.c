#include "control_sets.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "shared.h"
#include "table.h"

/*
 * Numbers count up until one of them is taken. From then on they are random, of
 * the upper half: nobody can be there first, and none is both.
 */
#define NUMBER_TRIES  16
#define NUMBER_RANDOM 0x80000000u
#define NO_ITEM       SIZE_MAX

struct control_set {
    struct shared shared;
    uint32_t number; /* of the section, if there is one */
    uint32_t blocks;
    size_t first; /* its segments, a list through `next` */
};

/* Of an item that is a segment. */
struct control_place {
    uint32_t block;
    uint64_t generation; /* for which the block was written; 0: never */
    size_t next;         /* the next segment of the set */
};

struct control_sets {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    struct control_set *sets;     /* by access set */
    struct control_place *places; /* by item */
    uint32_t last_number;
    bool random;
};

/* From the last item to the first, so that the lists are in order. */
static void assign_blocks(struct control_sets *sets)
{
    const struct inventory *inventory = sets->inventory;
    size_t i;

    for (i = 0; i < inventory->set_count; i++)
        sets->sets[i].first = NO_ITEM;
    for (i = inventory->count; i-- > 0;) {
        struct control_set *set = &sets->sets[inventory->items[i].access];

        if (inventory->items[i].spec.kind != SHMB_SECTION)
            continue;
        sets->places[i].block = set->blocks++;
        sets->places[i].next = set->first;
        set->first = i;
    }
}

struct control_sets *control_sets_new(const struct system *system, const char *owner,
                                      const struct inventory *inventory)
{
    struct control_sets *sets = calloc(1, sizeof(*sets));

    if (sets == NULL)
        return NULL;
    sets->system = system;
    sets->owner = owner;
    sets->inventory = inventory;
    sets->sets = calloc(inventory->set_count + 1, sizeof(struct control_set));
    sets->places = calloc(inventory->count + 1, sizeof(struct control_place));
    if (sets->sets == NULL || sets->places == NULL) {
        free(sets->sets);
        free(sets->places);
        free(sets);
        return NULL;
    }
    assign_blocks(sets);
    return sets;
}

/* To be freed with free(). NULL: no memory. */
static struct access_rule *trustees_of(const struct control_sets *sets, size_t set, size_t *count)
{
    const struct access_rule *rules = inventory_rules(sets->inventory, set, count);
    struct access_rule *lesser = calloc(*count + 1, sizeof(*lesser));
    size_t i;

    for (i = 0; lesser != NULL && i < *count; i++) {
        lesser[i] = rules[i];
        if (lesser[i].level == SHMB_LEVEL_FULL)
            lesser[i].level = SHMB_LEVEL_WRITE;
    }
    return lesser;
}

static enum sys_status choose_number(struct control_sets *sets, uint32_t *number,
                                     struct sys_failure *why)
{
    const struct system *system = sets->system;
    enum sys_status status;

    if (!sets->random) {
        *number = ++sets->last_number;
        return SYS_OK;
    }
    status = system->random(system->self, number, sizeof(*number), why);
    *number |= NUMBER_RANDOM;
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

static enum sys_status make_section(struct control_sets *sets, struct control_set *set,
                                    const struct access_rule *rules, size_t count,
                                    struct trouble *avoided, struct sys_failure *why)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    const struct shared_spec spec = {name, control_size(set->blocks), rules, count};
    enum sys_status status = SYS_TAKEN;
    int tries;

    for (tries = 0; status == SYS_TAKEN && tries < NUMBER_TRIES; tries++) {
        status = choose_number(sets, &set->number, why);
        if (status != SYS_OK)
            break;
        shmb_control_name(set->number, name);
        status = shared_make(sets->system, sets->owner, &spec, &set->shared, why);
        if (status != SYS_TAKEN)
            break;
        trouble_begin(avoided, sets->system, name, status, why);
        sets->random = true;
    }
    if (status == SYS_OK)
        control_header(set->number, set->blocks, set->shared.view);
    return status;
}

static enum sys_status make_set(struct control_sets *sets, size_t index, struct trouble *avoided,
                                struct sys_failure *why)
{
    size_t count;
    struct access_rule *rules = trustees_of(sets, index, &count);
    enum sys_status status;

    if (rules == NULL)
        return report_short_of_memory(why);
    status = make_section(sets, &sets->sets[index], rules, count, avoided, why);
    free(rules);
    return status;
}

static bool is_written(const struct control_sets *sets, size_t item)
{
    return sets->places[item].generation == sets->inventory->items[item].generation;
}

static void write_block(struct control_sets *sets, const struct control_set *set, size_t index)
{
    const struct item *item = &sets->inventory->items[index];
    struct control_place *place = &sets->places[index];
    struct shmb_block *block =
        (struct shmb_block *)((struct shmb_control *)set->shared.view + 1) + place->block;

    memset(block, 0, sizeof(*block));
    block->initialised = item->initialised;
    block->generation = item->generation;
    place->generation = item->generation;
}

/* True where a held segment's block has to be written. */
static bool has_work(const struct control_sets *sets, const struct control_set *set)
{
    size_t i;

    for (i = set->first; i != NO_ITEM; i = sets->places[i].next)
        if (sets->inventory->items[i].state == ITEM_HELD && !is_written(sets, i))
            return true;
    return false;
}

static enum sys_status prepare_set(struct control_sets *sets, size_t index, struct trouble *avoided,
                                   struct sys_failure *why)
{
    struct control_set *set = &sets->sets[index];
    enum sys_status status;
    size_t i;

    if (set->shared.section == NULL)
        status = make_set(sets, index, avoided, why);
    else
        status = shared_map(sets->system, &set->shared, control_size(set->blocks), why);
    if (status != SYS_OK)
        return status;
    for (i = set->first; i != NO_ITEM; i = sets->places[i].next)
        if (sets->inventory->items[i].state == ITEM_HELD && !is_written(sets, i))
            write_block(sets, set, i);
    shared_unmap(sets->system, &set->shared);
    return SYS_OK;
}

struct control_news control_sets_prepare(struct control_sets *sets, struct trouble *avoided,
                                         struct trouble *trouble)
{
    struct control_news news = {.complete = true};
    size_t i;

    for (i = 0; i < sets->inventory->set_count; i++) {
        struct sys_failure why = {0};
        enum sys_status status;

        if (!has_work(sets, &sets->sets[i]))
            continue;
        status = prepare_set(sets, i, avoided, &why);
        if (status == SYS_OK) {
            news.changed = true;
            continue;
        }
        /* The first one stands for all: each would have a cause of its own. */
        if (news.complete)
            trouble_begin(trouble, sets->system, SHMB_CONTROL_PREFIX "*", status, &why);
        news.complete = false;
    }
    if (news.complete)
        trouble_end(trouble, sets->system);
    return news;
}

uint32_t control_sets_find(const struct control_sets *sets, size_t item, uint32_t *block)
{
    const struct item *of = &sets->inventory->items[item];

    *block = 0;
    if (of->spec.kind != SHMB_SECTION || of->state != ITEM_HELD || !is_written(sets, item))
        return 0;
    *block = sets->places[item].block;
    return sets->sets[of->access].number;
}

void control_sets_free(struct control_sets *sets)
{
    size_t i;

    if (sets == NULL)
        return;
    for (i = sets->inventory->set_count; i-- > 0;)
        shared_end(sets->system, &sets->sets[i].shared);
    free(sets->sets);
    free(sets->places);
    free(sets);
}
