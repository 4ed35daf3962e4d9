/*
 * A preparation has three steps: list the work of each access set, give each segment a place, write
 * the blocks. The lists link the places by index, so only a new section needs memory.
 */
#include "control_internal.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"

#define GROWTH 16u /* least blocks of each further section of an access set */

/* An adopted object of another kind may have added an access set. False: no memory. */
static bool make_lists(struct control_sets *sets)
{
    const size_t count = access_sets_count(sets->inventory->sets);
    struct control_list *lists = realloc(sets->lists, (count + 1) * sizeof(*lists));

    if (lists == NULL)
        return false;
    memset(lists, 0, count * sizeof(*lists));
    sets->lists = lists;
    sets->list_count = count;
    return true;
}

struct control_sets *control_sets_new(const struct system *system, const char *owner,
                                      const struct inventory *inventory, const struct state *state,
                                      const struct lock_slots *slots)
{
    struct control_sets *sets = calloc(1, sizeof(*sets));

    if (sets == NULL)
        return NULL;
    sets->system = system;
    sets->owner = owner;
    sets->inventory = inventory;
    sets->state = state;
    sets->slots = slots;
    sets->settled = true;
    sets->patience = CONTROL_PATIENCE_MS;
    sets->place_count = inventory->count;
    sets->places = calloc(inventory->count + 1, sizeof(struct control_place));
    if (sets->places != NULL && make_lists(sets))
        return sets;
    free(sets->places);
    free(sets);
    return NULL;
}

/* True for most segments, always: the block is that of the object, and nothing about it changes. */
static bool is_settled(const struct control_sets *sets, size_t i)
{
    const struct item *item = &sets->inventory->items[i];

    return control_block_written(sets, i) && item_is_held(item) && !sets->places[i].paired &&
           (i == 0 || !item[-1].pair);
}

/*
 * Builds the list of work for each access set. Goes backwards, so that the lists are in order.
 * `*restored`: one has its former block again.
 * False: a segment gets no block yet, because the lock of a former one could not be closed.
 */
static bool list_work(struct control_sets *sets, bool *restored)
{
    bool barred = false;
    size_t i;

    sets->forgotten = sets->forgotten && !control_forgotten_find(sets);
    for (i = sets->place_count; i-- > 0;) {
        const struct item *item = &sets->inventory->items[i];
        struct control_place *place = &sets->places[i];
        struct control_list *list;
        bool due;

        if (!control_is_segment(item) || is_settled(sets, i) ||
            item_shared_access(item) == INVENTORY_NO_ACCESS)
            continue;
        list = &sets->lists[item_shared_access(item)];
        /* Clients may still use the block that the former broker made: takes it back, if it can. */
        if (control_place_lost(sets, i)) {
            control_place_restore(sets, i);
            *restored |= place->section != 0;
        }
        if (control_place_lost(sets, i) && (place->barred || (sets->forgotten && item->fast))) {
            barred = true;
            continue;
        }
        control_pair_settle(sets, i);
        due = control_block_due(sets, i);
        /*
         * A segment that is not held waits in the list. It gets its place with the next one that is
         * due, so that they share a section.
         */
        if (place->section != 0 && !due)
            continue;
        place->next = list->first;
        list->first = (uint32_t)i + 1;
        list->due |= due;
    }
    return !barred;
}

/* The items in the list of an access set, index + 1; 0: the end. */
static uint32_t first_of(const struct control_sets *sets, size_t set)
{
    return sets->lists[set].first;
}

static uint32_t next_of(const struct control_sets *sets, uint32_t number)
{
    return sets->places[number - 1].next;
}

static uint32_t count_unplaced(const struct control_sets *sets, size_t set)
{
    uint32_t count = 0, i;

    for (i = first_of(sets, set); i != 0; i = next_of(sets, i))
        count += sets->places[i - 1].section == 0;
    return count;
}

/* Gives the free blocks of a section to the segments of its set that have no place. */
static void place_all(struct control_sets *sets, size_t set, size_t section_index)
{
    struct control_section *section = &sets->sections[section_index];
    uint32_t i;

    for (i = first_of(sets, set); i != 0 && section->used < section->blocks; i = next_of(sets, i)) {
        struct control_place *place = &sets->places[i - 1];

        if (place->section != 0)
            continue;
        place->section = (uint32_t)section_index + 1;
        place->block = section->used++;
    }
}

/* Gives each segment of a set a place; makes a further section if needed. */
static enum sys_status find_places(struct control_sets *sets, size_t set, struct trouble *avoided,
                                   struct sys_failure *why)
{
    bool has_section = false;
    uint32_t missing;
    size_t i;
    enum sys_status status;

    for (i = 0; i < sets->section_count; i++) {
        if (sets->sections[i].set != set)
            continue;
        has_section = true;
        place_all(sets, set, i);
    }
    missing = count_unplaced(sets, set);
    if (missing == 0)
        return SYS_OK;
    /*
     * The first section of a set fits exactly. A set that has grown may grow again, so further ones
     * have spare blocks.
     */
    if (has_section && missing < GROWTH)
        missing = GROWTH;
    status = control_section_make(sets, set, missing, avoided, why);
    if (status == SYS_OK)
        place_all(sets, set, sets->section_count - 1);
    return status;
}

static enum sys_status failure_unclosed(struct sys_failure *why)
{
    return failure_reason(why, SYS_FAILED,
                          "the former fast lock of a segment cannot be closed now");
}

/* Writes the blocks of a set that are due, and unmaps its sections. */
static enum sys_status write_set(struct control_sets *sets, size_t set, struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    bool unclosed = false;
    uint32_t number;
    size_t i;

    for (number = first_of(sets, set); number != 0 && status == SYS_OK;
         number = next_of(sets, number)) {
        struct control_section *section;

        if (!control_block_due(sets, number - 1))
            continue;
        /* With a second lock, two threads would own the segment. */
        unclosed |= sets->places[number - 1].unclosed;
        if (sets->places[number - 1].unclosed)
            continue;
        section = &sets->sections[sets->places[number - 1].section - 1];
        if (section->shared.view == NULL)
            status =
                own_section_map(sets->system, &section->shared, control_size(section->blocks), why);
        if (status != SYS_OK)
            continue;
        if (control_block_write(sets, section, number - 1))
            control_pair_begin(sets, number - 1);
        else
            unclosed = true;
    }
    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].set == set)
            own_section_unmap(sets->system, &sets->sections[i].shared);
    if (status == SYS_OK && unclosed)
        status = failure_unclosed(why);
    return status;
}

static enum sys_status prepare_set(struct control_sets *sets, size_t set, struct trouble *avoided,
                                   struct sys_failure *why)
{
    enum sys_status status = find_places(sets, set, avoided, why);

    return status == SYS_OK ? write_set(sets, set, why) : status;
}

static void report_unclosed(struct control_news *news, const struct control_sets *sets,
                            struct trouble *trouble)
{
    struct sys_failure why;

    trouble_begin(trouble, sets->system, SHMB_CONTROL_PREFIX "*", failure_unclosed(&why), &why);
    news->complete = false;
}

struct control_news control_sets_prepare(struct control_sets *sets, struct trouble *avoided,
                                         struct trouble *trouble)
{
    struct control_news news = {.complete = true};
    size_t i;

    /* During a reload there is one second for all of it. */
    if (sets->settled)
        sets->patience = CONTROL_PATIENCE_MS;
    if (!make_lists(sets)) {
        struct sys_failure why;

        trouble_begin(trouble, sets->system, SHMB_CONTROL_PREFIX "*", failure_no_memory(&why),
                      &why);
        return (struct control_news){0};
    }
    if (!list_work(sets, &news.changed))
        report_unclosed(&news, sets, trouble);
    control_locks_close_left(sets);
    for (i = 0; i < sets->list_count; i++) {
        struct sys_failure why = {0};
        enum sys_status status;

        if (!sets->lists[i].due)
            continue;
        status = prepare_set(sets, i, avoided, &why);
        if (status == SYS_OK) {
            news.changed = true;
            continue;
        }
        /* Reports only the first failure: each may have another cause. */
        if (news.complete)
            trouble_begin(trouble, sets->system, SHMB_CONTROL_PREFIX "*", status, &why);
        news.complete = false;
    }
    sets->gone_count = 0;
    news.changed |= control_waiters_prepare(sets, avoided);
    if (news.complete) {
        trouble_end(trouble, sets->system);
        /* Not during a reload: after an undo clients use the old blocks. */
        if (sets->settled)
            control_blocks_disown(sets);
    }
    return news;
}

bool control_sets_moved_all(const struct control_sets *sets)
{
    size_t i;

    for (i = 0; sets->moved && i < sets->place_count; i++)
        if (sets->places[i].from_section != 0 && control_block_due(sets, i))
            return false;
    return true;
}

const struct shmb_block *control_sets_map(struct control_sets *sets, size_t item)
{
    struct control_section *section;
    uint32_t block;

    if (control_blocks_find(sets, item, &block) == 0)
        return NULL;
    section = &sets->sections[sets->places[item].section - 1];
    if (own_section_map(sets->system, &section->shared, control_size(section->blocks), NULL) !=
        SYS_OK)
        return NULL;
    return control_block_at(section, block);
}

void control_sets_unmap(struct control_sets *sets, size_t item)
{
    uint32_t block;

    if (control_blocks_find(sets, item, &block) != 0)
        own_section_unmap(sets->system, &sets->sections[sets->places[item].section - 1].shared);
}

void control_sets_free(struct control_sets *sets)
{
    size_t i;

    if (sets == NULL)
        return;
    for (i = sets->section_count; i-- > 0;) {
        if (!sets->sections[i].inherited)
            own_section_end(sets->system, &sets->sections[i].shared);
        if (!sets->sections[i].inherited || sets->sections[i].waiters_new)
            own_section_end(sets->system, &sets->sections[i].waiters);
        free(sets->sections[i].sddl);
    }
    free(sets->sections);
    free(sets->gone);
    free(sets->lists);
    free(sets->places);
    free(sets);
}
