/*
 * Writes the blocks of mapped sections. Once a block is published, clients own it:
 * the broker writes to it again only when the segment moves to another section, is retired, comes
 * back, or is made anew.
 */
#include <string.h>

#include "compiler.h"
#include "control_internal.h"

uint32_t control_size(uint32_t blocks)
{
    return (uint32_t)shmb_control_size(blocks);
}

bool control_notifies(const struct control_sets *sets, size_t item)
{
    const struct cfg_segment *segment = item_segment(&sets->inventory->items[item]);

    return segment != NULL && segment->notify != NULL;
}

void control_place_leave(struct control_sets *sets, size_t item)
{
    struct control_place *place = &sets->places[item];

    place->from_section = place->section;
    place->from_block = place->block;
    place->section = place->block = 0;
    place->generation = 0;
    sets->moved = true;
}

struct shmb_block *control_block_at(const struct control_section *section, uint32_t block)
{
    return (struct shmb_block *)((struct shmb_control *)section->shared.view + 1) + block;
}

/*
 * Copies the block to its new place, perhaps in the same section. A write in progress stays in the
 * old one, so the sequence becomes even. False: the old one cannot be mapped.
 */
static bool move_block(struct control_sets *sets, const struct control_place *place,
                       struct shmb_block *to)
{
    struct control_section *from = &sets->sections[place->from_section - 1];
    const bool mapped = from->shared.view != NULL;
    const struct shmb_block *block;

    if (!mapped &&
        own_section_map(sets->system, &from->shared, control_size(from->blocks), NULL) != SYS_OK)
        return false;
    block = control_block_at(from, place->from_block);
    to->abandoned = block->abandoned;
    to->initialised = block->initialised;
    to->sequence = (block->sequence | 1) + 1;
    to->change = block->change + 1;
    if (!mapped)
        own_section_unmap(sets->system, &from->shared);
    return true;
}

bool control_block_write(struct control_sets *sets, const struct control_section *section,
                         size_t index)
{
    const struct item *item = &sets->inventory->items[index];
    struct control_place *place = &sets->places[index];
    struct shmb_block *block = control_block_at(section, place->block);
    uint32_t died = 0;

    /*
     * A segment that was made anew uses its block again: nothing of the old one may stay, but that
     * an owner of the lock died, for the content was copied. The lock is closed by now. It opens
     * last: who gets it sees the new generation.
     */
    if (item->fast && place->from_section == 0 && place->generation != 0)
        died = block->abandoned;
    /* Its former block is lost, or cannot be adopted: nobody knows whether an owner has died. */
    if (item->fast && place->from_section == 0 && place->generation == 0 && item->adopted)
        died = SHMB_DIED_OWNING;
    memset((uint8_t *)block + sizeof(block->lock_word), 0,
           sizeof(*block) - sizeof(block->lock_word));
    block->abandoned = died;
    block->initialised = item->initialised;
    if (place->from_section != 0 && !move_block(sets, place, block))
        return false;
    shmb_store64(&block->generation, item->generation);
    shmb_store64(&block->lock_word, item->fast ? control_lock_free(block) : 0);
    place->generation = item->generation;
    /* control_sets_record has to write the new place to the state. */
    place->recorded = false;
    return true;
}

void control_block_disown(struct control_sets *sets, uint32_t section, uint32_t block)
{
    struct control_section *from = &sets->sections[section - 1];

    if (from->shared.section == NULL ||
        own_section_map(sets->system, &from->shared, control_size(from->blocks), NULL) != SYS_OK)
        return;
    shmb_store64(&control_block_at(from, block)->generation, SHMB_BLOCK_MOVED);
    own_section_unmap(sets->system, &from->shared);
}

bool control_block_revive(struct control_sets *sets, uint32_t section, uint32_t block,
                          uint64_t generation, bool *revived)
{
    struct control_section *from = &sets->sections[section - 1];
    struct shmb_block *at;
    uint64_t found;

    if (own_section_map(sets->system, &from->shared, control_size(from->blocks), NULL) != SYS_OK)
        return false;
    at = control_block_at(from, block);
    found = shmb_load64(&at->generation);
    *revived = found == SHMB_BLOCK_MOVED;
    /* Also where a broker was killed after it had closed the lock: the block is in use again. */
    if (*revived || found == generation)
        (void)control_lock_open(at);
    if (*revived)
        shmb_store64(&at->generation, generation);
    own_section_unmap(sets->system, &from->shared);
    return *revived || found == generation;
}

void control_blocks_disown(struct control_sets *sets)
{
    bool left = false;
    size_t i;

    for (i = 0; i < sets->place_count && sets->moved; i++) {
        struct control_place *place = &sets->places[i];

        if (place->from_section == 0)
            continue;
        /* Its content is still to be copied. */
        if (!control_block_written(sets, i)) {
            left = true;
            continue;
        }
        control_block_disown(sets, place->from_section, place->from_block);
        place->from_section = 0;
    }
    sets->moved = left;
}

uint32_t control_blocks_find(const struct control_sets *sets, size_t item, uint32_t *block)
{
    const struct item *of = &sets->inventory->items[item];

    *block = 0;
    if (item >= sets->place_count || !control_is_segment(of) || !item_is_held(of) ||
        !control_block_written(sets, item))
        return 0;
    *block = sets->places[item].block;
    return sets->sections[sets->places[item].section - 1].number;
}
