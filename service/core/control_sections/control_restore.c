/*
 * Sections and blocks of a former broker: adopts them for segments that were adopted, and
 * records in the state where the blocks are.
 */
#include "control_internal.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "compiler.h"
#include "waiters.h"

uint32_t control_recorded_blocks(const struct control_sets *sets, uint32_t number,
                                 char name[SHMB_CONTROL_NAME_BYTES])
{
    const struct state_record *record;

    shmb_control_name(number, name);
    record = state_find(sets->state, name);
    /* The size was read from a file, and says how much is mapped. */
    if (record == NULL || record->size <= control_size(0) ||
        record->size > control_size(0) + SHMB_TABLE_MAX)
        return 0;
    return (uint32_t)((record->size - control_size(0)) / sizeof(struct shmb_block));
}

static size_t try_section(struct control_sets *sets, uint32_t number, size_t set)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    struct control_section section = {.number = number, .set = set, .adopted = true};
    struct own_section_spec spec = {.name = name};
    struct access_rule *rules;
    size_t i;

    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].number == number)
            return i;
    section.blocks = control_recorded_blocks(sets, number, name);
    if (section.blocks == 0)
        return CONTROL_NO_SET;
    spec.size = control_size(section.blocks);
    section.used = section.blocks; /* which segments used the others is not known */
    rules = control_section_rules(sets, set, &spec.rule_count);
    spec.rules = rules;
    spec.label = access_sets_label(sets->inventory->sets, set);
    section.sddl = control_section_access(sets, set);
    if (rules != NULL && section.sddl != NULL &&
        own_section_adopt(sets->system, sets->owner, &spec, sets->state, &section.shared, NULL) ==
            SYS_OK) {
        if (control_section_add(sets) != CONTROL_NO_SET) {
            own_section_unmap(sets->system, &section.shared);
            free(rules);
            control_waiters_restore(sets, &section);
            sets->sections[sets->section_count - 1] = section;
            sets->unseen = true;
            numbers_pass(&sets->numbers, number);
            return sets->section_count - 1;
        }
        own_section_end(sets->system, &section.shared);
    }
    free(rules);
    free(section.sddl);
    return CONTROL_NO_SET;
}

/*
 * The index of a section by its number; adopts it first if needed. CONTROL_NO_SET: not possible.
 * Tries that twice: after a failure that passes, all its locks would be closed for nothing.
 */
static size_t restore_section(struct control_sets *sets, uint32_t number, size_t set)
{
    const size_t index = try_section(sets, number, set);

    return index != CONTROL_NO_SET ? index : try_section(sets, number, set);
}

static bool is_gone(const struct control_sets *sets, uint32_t number)
{
    size_t i;

    for (i = sets->gone_count; i-- > 0;)
        if (sets->gone[i] == number)
            return true;
    return false;
}

/* Without memory it is looked for again. */
static void note_gone(struct control_sets *sets, uint32_t number)
{
    uint32_t *gone = realloc(sets->gone, (sets->gone_count + 1) * sizeof(*gone));

    if (gone == NULL)
        return;
    gone[sets->gone_count] = number;
    sets->gone = gone;
    sets->gone_count++;
}

void control_place_restore(struct control_sets *sets, size_t item)
{
    const struct item *segment = &sets->inventory->items[item];
    const struct state_record *record = state_find(sets->state, segment->spec.name);
    struct control_place *place = &sets->places[item];
    const size_t set = item_shared_access(segment);
    size_t index;
    bool closed;

    place->barred = false;
    /* A record of another generation is about an object that no longer exists. */
    if (record == NULL || record->control == 0 || record->generation != segment->generation ||
        set == INVENTORY_NO_ACCESS)
        return;
    if (is_gone(sets, record->control))
        return;
    index = restore_section(sets, record->control, set);
    if (index == CONTROL_NO_SET) {
        closed = control_forgotten_close(sets, record->control);
        place->barred = !closed && segment->fast;
        if (closed)
            note_gone(sets, record->control);
    }
    if (index == CONTROL_NO_SET || record->block >= sets->sections[index].blocks)
        return;
    if (sets->sections[index].set == set && lock_slots_stay(sets->slots, item)) {
        if (!control_block_revive(sets, (uint32_t)index + 1, record->block, segment->generation,
                                  &place->revived))
            return;
        place->section = (uint32_t)index + 1;
        place->block = record->block;
        place->generation = segment->generation;
        control_pair_restore(sets, item, record);
        control_waiters_settle(sets, item);
    } else {
        /*
         * The section has another access set, or the lock word is of no use with other slots: the
         * segment moves, and takes the content along.
         */
        place->from_section = (uint32_t)index + 1;
        place->from_block = record->block;
        sets->moved = true;
        control_pair_restore(sets, item, record);
    }
}

void control_sets_restore(struct control_sets *sets, const uint32_t *former, size_t count)
{
    const struct state_record *record;
    bool forgotten = false;
    size_t i;

    sets->former = former;
    sets->former_count = count;
    for (i = 0; i < sets->place_count; i++) {
        if (!control_place_lost(sets, i))
            continue;
        control_place_restore(sets, i);
        if (!control_place_lost(sets, i))
            continue;
        record = state_find(sets->state, sets->inventory->items[i].spec.name);
        forgotten |= record == NULL || record->control == 0;
    }
    if (forgotten)
        sets->forgotten = !control_forgotten_find(sets);
    sets->left_out = true;
}

/* A new section has the number of a former one: no segment has its block there any more. */
static void forget_section(struct state *state, uint32_t number)
{
    const struct state_record *record;
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL) {
        struct state_record without = *record;

        if (record->control != number)
            continue;
        without.control = without.block = 0;
        state_put(state, &without);
    }
}

static void record_sections(struct control_sets *sets, struct state *state)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    size_t i;

    for (i = 0; i < sets->section_count; i++) {
        struct control_section *section = &sets->sections[i];
        const struct state_record record = {.name = name,
                                            .kind = SHMB_SECTION,
                                            .size = control_size(section->blocks),
                                            .generation = STATE_OWN_SECTION};

        if (section->shared.section == NULL)
            continue;
        if (section->made)
            forget_section(state, section->number);
        section->made = false;
        shmb_control_name(section->number, name);
        state_put(state, &record);
        control_waiters_record(section, state);
    }
}

uint32_t control_number_of(const char *name)
{
    char again[SHMB_CONTROL_NAME_BYTES];
    uint32_t number;

    if (strncmp(name, SHMB_CONTROL_PREFIX, strlen(SHMB_CONTROL_PREFIX)) != 0)
        return 0;
    number = (uint32_t)strtoul(name + strlen(SHMB_CONTROL_PREFIX), NULL, 10);
    shmb_control_name(number, again);
    return strcmp(name, again) == 0 ? number : 0;
}

/* The same of the waiters section beside it. */
static uint32_t waiters_number_of(const char *name)
{
    char again[SHMB_WAITERS_NAME_BYTES];
    uint32_t number;

    if (strncmp(name, SHMB_WAITERS_PREFIX, strlen(SHMB_WAITERS_PREFIX)) != 0)
        return 0;
    number = (uint32_t)strtoul(name + strlen(SHMB_WAITERS_PREFIX), NULL, 10);
    shmb_waiters_name(number, again);
    return strcmp(name, again) == 0 ? number : 0;
}

static bool is_section_of(const struct control_sets *sets, uint32_t number)
{
    size_t i;

    for (i = 0; i < sets->section_count; i++)
        if (sets->sections[i].shared.section != NULL && sets->sections[i].number == number)
            return true;
    return false;
}

static bool has_block_in(const struct state *state, uint32_t number)
{
    const struct state_record *record;
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL)
        if (record->control == number)
            return true;
    return false;
}

/*
 * Drops the records of sections that are closed. While a segment has its block in one, a retired
 * segment too, the record proves that the section is the broker's (control_place_restore); and
 * while blocks in it are to be marked (control_sets_leave_out).
 */
static void drop_closed_sections(const struct control_sets *sets, struct state *state)
{
    const struct state_record *record;
    size_t at = 0;

    if (sets->left_out)
        return;
    while ((record = state_next(state, &at)) != NULL) {
        uint32_t number = 0;

        if (record->generation == STATE_OWN_SECTION)
            number = control_number_of(record->name);
        if (record->generation == STATE_OWN_SECTION && number == 0)
            number = waiters_number_of(record->name);
        if (number != 0 && !is_section_of(sets, number) && !has_block_in(state, number))
            state_drop(state, record->name);
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

        if (place->section == 0 || place->recorded)
            continue;
        number = control_blocks_find(sets, i, &block);
        known = number != 0 ? state_find(state, item->spec.name) : NULL;
        if (known == NULL)
            continue;
        record = *known;
        record.control = number;
        record.block = block;
        state_put(state, &record);
        control_pair_record(sets, i, number, block, state);
        place->recorded = true;
    }
    drop_closed_sections(sets, state);
}
