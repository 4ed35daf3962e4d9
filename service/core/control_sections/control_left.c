/*
 * Blocks that no segment has any more, at a start: those of segments that the configuration leaves
 * out, and those that a killed broker was about to mark. Programs that have one open must learn of
 * it.
 */
#include "control_internal.h"

#include <stdlib.h>
#include <string.h>

#include "compiler.h"

/* A section that is mapped to mark blocks: one of the sets, or one that no segment of ours uses. */
struct left_section {
    struct control_section elsewhere;
    struct control_section *at; /* the section; `elsewhere`: its handle is closed at the end */
};

/* False: it is new, does not exist any more, or cannot be mapped: nobody is told. */
static bool begin_section(struct control_sets *sets, uint32_t number, struct left_section *left)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    struct own_section_spec spec = {.name = name};
    size_t i;

    *left = (struct left_section){.elsewhere = {.number = number}, .at = &left->elsewhere};
    for (i = 0; i < sets->section_count && left->at == &left->elsewhere; i++)
        if (sets->sections[i].number == number)
            left->at = &sets->sections[i];
    if (left->at != &left->elsewhere)
        return left->at->adopted && own_section_map(sets->system, &left->at->shared,
                                                    control_size(left->at->blocks), NULL) == SYS_OK;
    left->elsewhere.blocks = control_recorded_blocks(sets, number, name);
    spec.size = control_size(left->elsewhere.blocks);
    return left->elsewhere.blocks != 0 &&
           own_section_open(sets->system, sets->owner, &spec, sets->state, &left->elsewhere.shared,
                            NULL) == SYS_OK;
}

static void end_section(const struct control_sets *sets, struct left_section *left)
{
    if (left->at == &left->elsewhere)
        own_section_end(sets->system, &left->elsewhere.shared);
    else
        own_section_unmap(sets->system, &left->at->shared);
}

/* Marks the block of a retired segment, if it still is its block. */
static void disown_retired(struct control_sets *sets, const struct state_record *segment)
{
    struct left_section left;
    struct control_lock lock = {.segment = segment->name};

    if (!begin_section(sets, segment->control, &left))
        return;
    if (segment->block < left.at->blocks) {
        lock.block = control_block_at(left.at, segment->block);
        if (shmb_load64(&lock.block->generation) == segment->generation) {
            if (segment->fast)
                control_locks_close(sets, &lock, 1);
            shmb_store64(&lock.block->generation, SHMB_BLOCK_MOVED);
        }
    }
    end_section(sets, &left);
}

/* For each block of a section: a segment has it. The caller frees it. NULL: no memory. */
static bool *list_named(const struct control_sets *sets, const struct control_section *section)
{
    bool *named = calloc(section->blocks + 1, sizeof(*named));
    const struct state_record *record;
    size_t at = 0, i;

    while (named != NULL && (record = state_next(sets->state, &at)) != NULL)
        if (record->control == section->number && !record->retired &&
            record->block < section->blocks)
            named[record->block] = true;
    for (i = 0; named != NULL && i < sets->place_count; i++) {
        const struct control_place *place = &sets->places[i];

        if (place->section != 0 && section == &sets->sections[place->section - 1])
            named[place->block] = true;
        if (place->from_section != 0 && section == &sets->sections[place->from_section - 1])
            named[place->from_block] = true;
    }
    return named;
}

/*
 * Marks the blocks that no segment has: a broker recorded where a segment moves, and was killed
 * before it marked the block that the segment left. Programs would read there for ever what nobody
 * writes.
 */
static void disown_unnamed(struct control_sets *sets, uint32_t number)
{
    struct left_section left;
    uint32_t i;
    bool *named;

    if (!begin_section(sets, number, &left))
        return;
    named = list_named(sets, left.at);
    for (i = 0; named != NULL && i < left.at->blocks; i++) {
        struct control_lock lock = {.block = control_block_at(left.at, i)};
        const uint64_t generation = shmb_load64(&lock.block->generation);

        if (named[i] || generation == 0 || generation == SHMB_BLOCK_MOVED)
            continue;
        control_locks_close(sets, &lock, 1);
        shmb_store64(&lock.block->generation, SHMB_BLOCK_MOVED);
    }
    free(named);
    end_section(sets, &left);
}

void control_sets_leave_out(struct control_sets *sets)
{
    const struct state_record *record;
    uint32_t number;
    size_t at = 0;

    if (!sets->left_out)
        return;
    sets->left_out = false;
    while ((record = state_next(sets->state, &at)) != NULL)
        if (record->retired && record->control != 0)
            disown_retired(sets, record);
    at = 0;
    while ((record = state_next(sets->state, &at)) != NULL)
        if ((number = control_number_of(record->name)) != 0)
            disown_unnamed(sets, number);
}
