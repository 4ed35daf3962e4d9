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
#define NO_SET        SIZE_MAX
#define GROWTH        16u /* blocks of a further section of a set, at least */

struct control_section {
    struct shared shared; /* mapped only while it is written */
    uint32_t number;
    uint32_t blocks, used; /* those in use are the first ones */
    size_t set;            /* the access set its trustees are those of; NO_SET: to be closed */
    char *sddl;            /* its access now */
    bool inherited;        /* it belongs to the former sets, too, until these are settled */
};

/* Of an item that is a segment. */
struct control_place {
    size_t section; /* its index + 1; 0: none so far */
    uint32_t block;
    uint64_t generation; /* for which the block was written; 0: never */
    uint64_t recorded;   /* the same, for the place being in the state */
    size_t next;         /* the next segment of the set */
    size_t from_section; /* where it has moved from, index + 1; 0: it has not */
    uint32_t from_block;
};

struct control_sets {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    struct control_section *sections;
    size_t section_count;
    size_t *first;                /* by access set: its segments, a list through `next` */
    struct control_place *places; /* by item */
    size_t place_count;
    uint32_t last_number;
    bool random;
    bool restored; /* what has moved has no former sets that could still hold */
};

static bool is_segment(const struct item *item)
{
    return item->spec.kind == SHMB_SECTION;
}

/* From the last item to the first, so that the lists are in order. */
static void list_segments(struct control_sets *sets)
{
    const struct inventory *inventory = sets->inventory;
    size_t i;

    for (i = 0; i < inventory->set_count; i++)
        sets->first[i] = NO_ITEM;
    for (i = inventory->count; i-- > 0;) {
        size_t *first = &sets->first[inventory->items[i].access];

        if (!is_segment(&inventory->items[i]))
            continue;
        sets->places[i].next = *first;
        *first = i;
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
    sets->place_count = inventory->count;
    sets->first = calloc(inventory->set_count + 1, sizeof(size_t));
    sets->places = calloc(inventory->count + 1, sizeof(struct control_place));
    if (sets->first == NULL || sets->places == NULL) {
        free(sets->first);
        free(sets->places);
        free(sets);
        return NULL;
    }
    list_segments(sets);
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

/* The access of a set's sections as text, to be freed with free(). NULL: no memory. */
static char *access_text(const struct control_sets *sets, size_t set)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    size_t count;
    struct access_rule *rules = trustees_of(sets, set, &count);
    char *sddl = rules != NULL ? descriptor_sddl(sets->owner, &use, rules, count) : NULL;

    free(rules);
    return sddl;
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

static enum sys_status make_section(struct control_sets *sets, struct control_section *section,
                                    const struct access_rule *rules, size_t count,
                                    struct trouble *avoided, struct sys_failure *why)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    const struct shared_spec spec = {name, control_size(section->blocks), rules, count};
    enum sys_status status = SYS_TAKEN;
    int tries;

    for (tries = 0; status == SYS_TAKEN && tries < NUMBER_TRIES; tries++) {
        status = choose_number(sets, &section->number, why);
        if (status != SYS_OK)
            break;
        shmb_control_name(section->number, name);
        status = shared_make(sets->system, sets->owner, &spec, &section->shared, why);
        if (status != SYS_TAKEN)
            break;
        trouble_begin(avoided, sets->system, name, status, why);
        sets->random = true;
    }
    if (status == SYS_OK)
        control_header(section->number, section->blocks, section->shared.view);
    return status;
}

/* Room for one more; its index, or NO_SET: no memory. */
static size_t add_section(struct control_sets *sets)
{
    struct control_section *sections =
        realloc(sets->sections, (sets->section_count + 1) * sizeof(*sections));

    if (sections == NULL)
        return NO_SET;
    sets->sections = sections;
    sections[sets->section_count] = (struct control_section){0};
    return sets->section_count++;
}

/* A section for `blocks` more segments of a set. */
static enum sys_status make_set(struct control_sets *sets, size_t set, uint32_t blocks,
                                struct trouble *avoided, struct sys_failure *why)
{
    size_t count, index = add_section(sets);
    struct access_rule *rules = trustees_of(sets, set, &count);
    char *sddl = access_text(sets, set);
    enum sys_status status = SYS_NO_MEMORY;

    if (index == NO_SET || rules == NULL || sddl == NULL) {
        (void)report_short_of_memory(why);
    } else {
        sets->sections[index].blocks = blocks;
        status = make_section(sets, &sets->sections[index], rules, count, avoided, why);
    }
    free(rules);
    if (status == SYS_OK) {
        sets->sections[index].set = set;
        sets->sections[index].sddl = sddl;
        return SYS_OK;
    }
    free(sddl);
    if (index != NO_SET)
        sets->section_count--;
    return status;
}

static bool is_written(const struct control_sets *sets, size_t item)
{
    return sets->places[item].section != 0 &&
           sets->places[item].generation == sets->inventory->items[item].generation;
}

static bool needs_writing(const struct control_sets *sets, size_t item)
{
    return item_is_held(&sets->inventory->items[item]) && !is_written(sets, item);
}

static struct shmb_block *block_at(const struct control_section *section, uint32_t block)
{
    return (struct shmb_block *)((struct shmb_control *)section->shared.view + 1) + block;
}

/*
 * What its users know of a segment goes with it to another section. A write
 * that is under way there ends where it began: here there is none.
 */
static void move_block(struct control_sets *sets, const struct control_place *place,
                       struct shmb_block *to)
{
    struct control_section *from = &sets->sections[place->from_section - 1];
    const struct shmb_block *block;
    struct sys_failure unused;

    if (shared_map(sets->system, &from->shared, control_size(from->blocks), &unused) != SYS_OK)
        return;
    block = block_at(from, place->from_block);
    to->abandoned = block->abandoned;
    to->initialised = block->initialised;
    to->sequence = (block->sequence | 1) + 1;
    to->change = block->change + 1;
    shared_unmap(sets->system, &from->shared);
}

static void write_block(struct control_sets *sets, const struct control_section *section,
                        size_t index)
{
    const struct item *item = &sets->inventory->items[index];
    struct control_place *place = &sets->places[index];
    struct shmb_block *block = block_at(section, place->block);

    memset(block, 0, sizeof(*block));
    block->initialised = item->initialised;
    if (place->from_section != 0)
        move_block(sets, place, block);
    block->generation = item->generation;
    place->generation = item->generation;
}

/* How many segments of a set have no block; `*work`: is there a held one to be written? */
static uint32_t count_unplaced(const struct control_sets *sets, size_t set, bool *work)
{
    uint32_t count = 0;
    size_t i;

    *work = false;
    for (i = sets->first[set]; i != NO_ITEM; i = sets->places[i].next) {
        count += sets->places[i].section == 0;
        *work |= needs_writing(sets, i);
    }
    return count;
}

/* Gives out the free blocks of the sections of a set. */
static void place_all(struct control_sets *sets, size_t set, size_t section_index)
{
    struct control_section *section = &sets->sections[section_index];
    size_t i;

    for (i = sets->first[set]; i != NO_ITEM && section->used < section->blocks;
         i = sets->places[i].next) {
        if (sets->places[i].section != 0)
            continue;
        sets->places[i].section = section_index + 1;
        sets->places[i].block = section->used++;
    }
}

static enum sys_status find_places(struct control_sets *sets, size_t set, struct trouble *avoided,
                                   struct sys_failure *why)
{
    bool further = false, work;
    uint32_t missing;
    size_t i;
    enum sys_status status;

    for (i = 0; i < sets->section_count; i++) {
        if (sets->sections[i].set != set)
            continue;
        further = true;
        place_all(sets, set, i);
    }
    missing = count_unplaced(sets, set, &work);
    if (missing == 0)
        return SYS_OK;
    if (further && missing < GROWTH)
        missing = GROWTH;
    status = make_set(sets, set, missing, avoided, why);
    if (status == SYS_OK)
        place_all(sets, set, sets->section_count - 1);
    return status;
}

/* Writes the blocks of one set, and unmaps its sections, which may be mapped or not. */
static enum sys_status write_set(struct control_sets *sets, size_t set, struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    size_t i;

    for (i = sets->first[set]; i != NO_ITEM && status == SYS_OK; i = sets->places[i].next) {
        struct control_section *section;

        if (!needs_writing(sets, i))
            continue;
        section = &sets->sections[sets->places[i].section - 1];
        if (section->shared.view == NULL)
            status = shared_map(sets->system, &section->shared, control_size(section->blocks), why);
        if (status == SYS_OK)
            write_block(sets, section, i);
    }
    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].set == set)
            shared_unmap(sets->system, &sets->sections[i].shared);
    return status;
}

static enum sys_status prepare_set(struct control_sets *sets, size_t set, struct trouble *avoided,
                                   struct sys_failure *why)
{
    enum sys_status status = find_places(sets, set, avoided, why);

    return status == SYS_OK ? write_set(sets, set, why) : status;
}

/* Who still uses the block a segment has moved from finds that it is another one's. */
static void disown_block(struct control_sets *sets, const struct control_place *place)
{
    struct control_section *from = &sets->sections[place->from_section - 1];
    struct sys_failure unused;

    if (from->shared.section == NULL ||
        shared_map(sets->system, &from->shared, control_size(from->blocks), &unused) != SYS_OK)
        return;
    block_at(from, place->from_block)->generation = 0;
    shared_unmap(sets->system, &from->shared);
}

static void disown_all(struct control_sets *sets)
{
    size_t i;

    for (i = 0; i < sets->place_count; i++) {
        if (sets->places[i].from_section != 0)
            disown_block(sets, &sets->places[i]);
        sets->places[i].from_section = 0;
    }
}

struct control_news control_sets_prepare(struct control_sets *sets, struct trouble *avoided,
                                         struct trouble *trouble)
{
    struct control_news news = {.complete = true};
    size_t i;

    for (i = 0; i < sets->inventory->set_count; i++) {
        struct sys_failure why = {0};
        enum sys_status status;
        bool work;

        (void)count_unplaced(sets, i, &work);
        if (!work)
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
    if (news.complete) {
        trouble_end(trouble, sets->system);
        if (sets->restored)
            disown_all(sets);
    }
    return news;
}

uint32_t control_sets_find(const struct control_sets *sets, size_t item, uint32_t *block)
{
    const struct item *of = &sets->inventory->items[item];

    *block = 0;
    if (item >= sets->place_count || !is_segment(of) || !item_is_held(of) ||
        !is_written(sets, item))
        return 0;
    *block = sets->places[item].block;
    return sets->sections[sets->places[item].section - 1].number;
}

/* Is it what this broker would have made? Its writers may have spoiled it. */
static bool is_sound(const struct control_section *section)
{
    struct shmb_control wanted;

    control_header(section->number, section->blocks, &wanted);
    return memcmp(section->shared.view, &wanted, sizeof(wanted)) == 0;
}

/* The section by its number, taken over where that has not been done yet; NO_SET: none. */
static size_t restore_section(struct control_sets *sets, const struct state *state, uint32_t number,
                              size_t set)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    struct control_section section = {.number = number, .set = set};
    struct shared_spec spec = {.name = name};
    const struct state_record *record;
    struct access_rule *rules;
    struct sys_failure unused;
    size_t i;

    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].number == number)
            return i;
    shmb_control_name(number, name);
    record = state_find(state, name);
    if (record == NULL || record->size <= control_size(0) ||
        record->size > control_size(0) + SHMB_TABLE_MAX)
        return NO_SET;
    spec.size = (size_t)record->size;
    section.blocks = (uint32_t)((spec.size - control_size(0)) / sizeof(struct shmb_block));
    section.used = section.blocks; /* whose the others were is not known */
    rules = trustees_of(sets, set, &spec.rule_count);
    spec.rules = rules;
    section.sddl = access_text(sets, set);
    if (rules != NULL && section.sddl != NULL &&
        shared_adopt(sets->system, sets->owner, &spec, state, &section.shared, &unused) == SYS_OK) {
        if (is_sound(&section) && add_section(sets) != NO_SET) {
            shared_unmap(sets->system, &section.shared);
            free(rules);
            sets->sections[sets->section_count - 1] = section;
            return sets->section_count - 1;
        }
        shared_end(sets->system, &section.shared);
    }
    free(rules);
    free(section.sddl);
    return NO_SET;
}

static void restore_place(struct control_sets *sets, const struct state *state, size_t item)
{
    const struct item *segment = &sets->inventory->items[item];
    const struct state_record *record = state_find(state, segment->spec.name);
    struct control_place *place = &sets->places[item];
    size_t index;

    if (record == NULL || record->control == 0 || record->generation != segment->generation)
        return;
    index = restore_section(sets, state, record->control, segment->access);
    if (index == NO_SET || record->block >= sets->sections[index].blocks)
        return;
    if (sets->sections[index].set == segment->access) {
        place->section = index + 1;
        place->block = record->block;
        place->generation = segment->generation;
    } else {
        place->from_section = index + 1;
        place->from_block = record->block;
    }
}

void control_sets_restore(struct control_sets *sets, const struct state *state)
{
    size_t i;

    sets->restored = true;
    for (i = 0; i < sets->place_count; i++) {
        const struct item *item = &sets->inventory->items[i];

        if (is_segment(item) && item->adopted && item_is_held(item))
            restore_place(sets, state, i);
    }
    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].number > sets->last_number &&
            sets->sections[i].number < NUMBER_RANDOM)
            sets->last_number = sets->sections[i].number;
}

static void record_sections(const struct control_sets *sets, struct state *state)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    size_t i;

    for (i = 0; i < sets->section_count; i++) {
        const struct control_section *section = &sets->sections[i];
        const struct state_record record = {.name = name,
                                            .kind = SHMB_SECTION,
                                            .size = control_size(section->blocks),
                                            .generation = 1};

        if (section->shared.section == NULL)
            continue;
        shmb_control_name(section->number, name);
        state_put(state, &record);
    }
}

void control_sets_record(struct control_sets *sets, struct state *state)
{
    size_t i;

    record_sections(sets, state);
    for (i = 0; i < sets->place_count; i++) {
        const struct item *item = &sets->inventory->items[i];
        struct control_place *place = &sets->places[i];
        const struct state_record *known;
        struct state_record record;
        uint32_t block, number;

        if (place->section == 0 || place->recorded == place->generation)
            continue;
        number = control_sets_find(sets, i, &block);
        known = number != 0 ? state_find(state, item->spec.name) : NULL;
        if (known == NULL)
            continue;
        record = *known;
        record.control = number;
        record.block = block;
        state_put(state, &record);
        place->recorded = place->generation;
    }
}

static bool borrow_sections(struct control_sets *sets, const struct control_sets *from)
{
    size_t i;

    sets->last_number = from->last_number;
    sets->random = from->random;
    for (i = 0; i < from->section_count; i++) {
        size_t index = add_section(sets);

        if (index == NO_SET)
            return false;
        sets->sections[index] = from->sections[i];
        sets->sections[index].set = NO_SET;
        sets->sections[index].sddl = NULL;
        sets->sections[index].inherited = true;
    }
    return true;
}

/* A section becomes the set's that its first segment is in now; others of it move. */
static void inherit_places(struct control_sets *sets, const struct control_sets *from,
                           const size_t *origin)
{
    size_t i;

    for (i = 0; i < sets->place_count; i++) {
        const struct item *item = &sets->inventory->items[i];
        struct control_place *place = &sets->places[i];
        const struct control_place *old;
        struct control_section *section;

        if (!is_segment(item) || origin[i] >= from->place_count || !is_written(from, origin[i]))
            continue;
        old = &from->places[origin[i]];
        section = &sets->sections[old->section - 1];
        if (section->set == NO_SET)
            section->set = item->access;
        if (section->set == item->access) {
            place->section = old->section;
            place->block = old->block;
            place->generation = old->generation;
            place->recorded = old->recorded;
        } else {
            place->from_section = old->section;
            place->from_block = old->block;
        }
    }
}

static enum sys_status protect(const struct control_sets *sets, struct control_section *section,
                               const char *sddl, struct sys_failure *why)
{
    const struct system *system = sets->system;
    struct sys_descriptor *descriptor;
    enum sys_status status = system->descriptor_make(system->self, sddl, &descriptor, why);

    if (status == SYS_OK) {
        status = system->protect(system->self, section->shared.section, descriptor, why);
        system->descriptor_free(system->self, descriptor);
    }
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

/* `sddl` is set where the section has it, and differs from what it had. */
static enum sys_status inherit_access(struct control_sets *sets, const struct control_sets *from,
                                      struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    size_t i;

    for (i = 0; i < from->section_count && status == SYS_OK; i++) {
        struct control_section *section = &sets->sections[i];
        char *sddl;

        if (section->set == NO_SET)
            continue;
        sddl = access_text(sets, section->set);
        if (sddl == NULL)
            return report_short_of_memory(why);
        if (strcmp(sddl, from->sections[i].sddl) != 0)
            status = protect(sets, section, sddl, why);
        if (status == SYS_OK)
            section->sddl = sddl;
        else
            free(sddl);
    }
    return status;
}

enum sys_status control_sets_inherit(struct control_sets *sets, const struct control_sets *from,
                                     const size_t *origin, struct sys_failure *why)
{
    if (!borrow_sections(sets, from))
        return report_short_of_memory(why);
    inherit_places(sets, from, origin);
    return inherit_access(sets, from, why);
}

void control_sets_settle(struct control_sets *sets, struct control_sets *from)
{
    size_t i;

    for (i = 0; i < from->section_count; i++) {
        sets->sections[i].inherited = false;
        from->sections[i].inherited = true; /* no longer its own */
    }
    disown_all(sets);
    for (i = 0; i < from->section_count; i++)
        if (sets->sections[i].set == NO_SET)
            shared_end(sets->system, &sets->sections[i].shared);
    control_sets_free(from);
}

void control_sets_undo(struct control_sets *sets, const struct control_sets *from)
{
    struct sys_failure unused;
    size_t i;

    for (i = 0; i < from->section_count && i < sets->section_count; i++) {
        const char *sddl = sets->sections[i].sddl;

        if (sddl != NULL && strcmp(sddl, from->sections[i].sddl) != 0)
            (void)protect(sets, &sets->sections[i], from->sections[i].sddl, &unused);
    }
    control_sets_free(sets);
}

void control_sets_free(struct control_sets *sets)
{
    size_t i;

    if (sets == NULL)
        return;
    for (i = sets->section_count; i-- > 0;) {
        if (!sets->sections[i].inherited)
            shared_end(sets->system, &sets->sections[i].shared);
        free(sets->sections[i].sddl);
    }
    free(sets->sections);
    free(sets->first);
    free(sets->places);
    free(sets);
}
