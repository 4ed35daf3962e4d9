/*
 * Repairs control sections that programs have damaged: what only the broker writes there, the
 * header, the generations and the marks of moved blocks. All else in them is the programs' own.
 *
 * A program may write the same bytes at the same time, so each is looked at once in a round,
 * and nothing read from a section decides where to write.
 */
#include "control_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_guard.h"
#include "access_sets.h"
#include "compiler.h"
#include "full_name.h"
#include "text.h"

#define NAMES_MOST 2000 /* characters of names in an event */

/* What a block is, besides the block of the item of this index. */
#define BLOCK_FREE SIZE_MAX /* of no segment of the inventory */
#define BLOCK_IN_WORK                                                                              \
    (SIZE_MAX - 1) /* its segment is not held, moves, or will be adopted: it will change */

static bool is_watched(const struct control_sets *sets, const struct control_section *section)
{
    /* Readers write the waiters section. */
    return section->shared.section != NULL && section->set != CONTROL_NO_SET &&
           access_sets_others_write(sets->inventory->sets, section->set, sets->owner,
                                    section->waiters.section != NULL);
}

bool control_sets_need_repair(const struct control_sets *sets)
{
    size_t i;

    for (i = 0; i < sets->section_count; i++)
        if (is_watched(sets, &sets->sections[i]))
            return true;
    return false;
}

/* Where the blocks of a section begin in the list of all blocks. */
struct blocks_of {
    uint32_t number, blocks;
    size_t first;
};

static int by_number(const void *a, const void *b)
{
    const uint32_t left = ((const struct blocks_of *)a)->number;
    const uint32_t right = ((const struct blocks_of *)b)->number;

    return (left > right) - (left < right);
}

/* Marks free blocks that a segment owns which is not retired, but could not be adopted yet. */
static void mark_claimed(const struct control_sets *sets, struct blocks_of *sections, size_t *items)
{
    const struct state_record *record;
    size_t at = 0;

    qsort(sections, sets->section_count, sizeof(*sections), by_number);
    while ((record = state_next(sets->state, &at)) != NULL) {
        const struct blocks_of key = {.number = record->control}, *found;

        if (record->control == 0 || record->retired)
            continue;
        found = bsearch(&key, sections, sets->section_count, sizeof(*sections), by_number);
        if (found != NULL && record->block < found->blocks &&
            items[found->first + record->block] == BLOCK_FREE)
            items[found->first + record->block] = BLOCK_IN_WORK;
    }
}

/*
 * Whose each block of all sections is, section after section: for each block the index of an item,
 * or BLOCK_... The caller frees it. NULL: no memory.
 */
static size_t *list_blocks(const struct control_sets *sets)
{
    struct blocks_of *sections = calloc(sets->section_count + 1, sizeof(*sections));
    size_t total = 0, i, *items;

    for (i = 0; sections != NULL && i < sets->section_count; i++) {
        const struct control_section *section = &sets->sections[i];

        sections[i] = (struct blocks_of){section->number, section->blocks, total};
        total += section->blocks;
    }
    items = calloc(total + 1, sizeof(*items));
    if (sections == NULL || items == NULL) {
        free(sections);
        free(items);
        return NULL;
    }
    for (i = 0; i < total; i++)
        items[i] = BLOCK_FREE;
    for (i = 0; i < sets->place_count; i++) {
        const struct control_place *place = &sets->places[i];

        if (place->from_section != 0)
            items[sections[place->from_section - 1].first + place->from_block] = BLOCK_IN_WORK;
        if (place->section != 0)
            items[sections[place->section - 1].first + place->block] =
                item_is_held(&sets->inventory->items[i]) && control_block_written(sets, i)
                    ? i
                    : BLOCK_IN_WORK;
    }
    mark_claimed(sets, sections, items);
    free(sections);
    return items;
}

/* What was wrong in a section. */
struct damage {
    bool header, waiters;
    uint32_t generations, locks;
};

static bool is_damaged(const struct damage *damage)
{
    return damage->header || damage->waiters || damage->generations > 0 || damage->locks > 0;
}

/* Corrects the generation of a block, and the lock word of one that is in use. */
static void repair_block(const struct control_sets *sets, const struct control_section *section,
                         uint32_t block, size_t item, struct damage *damage)
{
    struct shmb_block *at = control_block_at(section, block);
    const uint64_t found = shmb_load64(&at->generation);
    uint64_t wanted = SHMB_BLOCK_MOVED;
    uint32_t slot_count;

    if (item == BLOCK_IN_WORK)
        return;
    if (item != BLOCK_FREE)
        wanted = sets->places[item].generation;
    else if (found == 0)
        return; /* never used */
    if (found != wanted) {
        shmb_store64(&at->generation, wanted);
        damage->generations++;
    }
    if (item != BLOCK_FREE && sets->inventory->items[item].fast) {
        (void)lock_slots_find(sets->slots, item, &slot_count);
        damage->locks += control_lock_repair(at, slot_count);
    }
}

static bool repair_header(const struct control_section *section)
{
    struct shmb_control wanted;

    shmb_control_header(section->number, section->blocks, &wanted);
    if (memcmp(section->shared.view, &wanted, sizeof(wanted)) == 0)
        return false;
    memcpy(section->shared.view, &wanted, sizeof(wanted));
    return true;
}

/* Logs the damage of a section, with the names of its segments. */
static void log_repair(const struct control_sets *sets, const struct control_section *section,
                       const size_t *items, const struct damage *damage)
{
    char bare[SHMB_CONTROL_NAME_BYTES], name[FULL_NAME_BYTES];
    const char *inserts[] = {name, "not known", "not known"};
    struct text names = {0}, what = {0};
    uint32_t i;

    for (i = 0; i < section->blocks; i++) {
        char full[FULL_NAME_BYTES];

        if (items[i] >= sets->place_count)
            continue;
        if (names.length >= NAMES_MOST) {
            text_add(&names, ", and others");
            break;
        }
        full_name(sets->inventory->items[items[i]].spec.name, full);
        text_add(&names, "%s%s", names.length > 0 ? ", " : "", full);
    }
    shmb_control_name(section->number, bare);
    full_name(bare, name);
    if (damage->header)
        text_add(&what, "header");
    if (damage->waiters)
        text_add(&what, "%sheader of the waiters section", what.length > 0 ? ", " : "");
    if (damage->generations > 0)
        text_add(&what, "%sgenerations: %" PRIu32, what.length > 0 ? ", " : "",
                 damage->generations);
    if (damage->locks > 0)
        text_add(&what, "%sfast locks: %" PRIu32, what.length > 0 ? ", " : "", damage->locks);
    if (what.at != NULL && !what.failed)
        inserts[1] = what.at;
    if (names.at != NULL && !names.failed)
        inserts[2] = names.at;
    sets->system->log(sets->system->self, EVENT_CONTROL_REPAIRED, inserts, 3);
    text_free(&names);
    text_free(&what);
}

/* `items` as in list_blocks, from the section's first block on. True: the section was damaged. */
static bool repair_section(struct control_sets *sets, size_t index, const size_t *items)
{
    const struct system *system = sets->system;
    struct control_section *section = &sets->sections[index];
    const uint64_t now = system->clock.ticks(system->self);
    struct damage damage = {0};
    uint32_t block;

    /* If it cannot be mapped now, the next round looks again. */
    if (own_section_map(system, &section->shared, control_size(section->blocks), NULL) != SYS_OK)
        return false;
    damage.header = repair_header(section);
    for (block = 0; block < section->used; block++)
        repair_block(sets, section, block, items[block], &damage);
    own_section_unmap(system, &section->shared);
    damage.waiters = control_waiters_repair(sets, section);
    if (is_damaged(&damage)) {
        section->repairs++;
        if (section->repairs == 1 || now - section->told >= GUARD_EVERY_MS) {
            section->told = now;
            log_repair(sets, section, items, &damage);
        }
    }
    return is_damaged(&damage);
}

bool control_sets_repair(struct control_sets *sets, bool last)
{
    const struct system *system = sets->system;
    size_t i, first = 0, *items = list_blocks(sets);
    bool damaged = false;

    for (i = 0; items != NULL && i < sets->section_count; i++) {
        if (!last && system->stopping(system->self))
            break;
        if (is_watched(sets, &sets->sections[i]))
            damaged |= repair_section(sets, i, items + first);
        if (last)
            system->progress(system->self);
        first += sets->sections[i].blocks;
    }
    free(items);
    return damaged;
}

void control_sets_repair_adopted(struct control_sets *sets)
{
    if (sets->unseen)
        (void)control_sets_repair(sets, false);
    sets->unseen = false;
}

void control_sets_report(const struct control_sets *sets, struct report_lines *lines)
{
    char number[SHMB_CONTROL_NAME_BYTES], name[FULL_NAME_BYTES], times[64];
    size_t i;

    for (i = 0; i < sets->section_count; i++) {
        if (sets->sections[i].repairs == 0)
            continue;
        shmb_control_name(sets->sections[i].number, number);
        full_name(number, name);
        (void)snprintf(times, sizeof(times), "a program damaged it; times: %" PRIu32,
                       sets->sections[i].repairs);
        report_lines_add(lines, "control", name, "repaired", times);
    }
}
