/*
 * Decides which segments have double snapshots, and publishes their first copy. The version and
 * the halves may be anything: a program has written them. Only sizes of the broker's own decide
 * where it reads and writes.
 */
#include "control_pairs.h"

#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "control_internal.h"
#include "names.h"
#include "snapshot_pair.h"

#define FILL_TRIES 100 /* for a copy that no write disturbs */

/* The section that a held segment can use; NULL: none that is held and fits. */
static struct item *usable(const struct control_sets *sets, size_t segment)
{
    const struct item *of = &sets->inventory->items[segment];
    size_t index = inventory_pair(sets->inventory, segment);
    struct item *pair;

    if (index == INVENTORY_NO_PAIR || of->spec.kind != SHMB_SECTION || !item_is_held(of))
        return NULL;
    pair = &sets->inventory->items[index];
    if (!item_is_held(pair) || pair->spec.kind != SHMB_SECTION || of->spec.size > SHMB_PAIR_MOST ||
        pair->spec.size != shmb_pair_size(of->spec.size))
        return NULL;
    return pair;
}

bool control_pair_in_use(const struct control_sets *sets, size_t item)
{
    return item < sets->place_count && control_is_segment(&sets->inventory->items[item]) &&
           sets->places[item].paired && usable(sets, item) != NULL;
}

/* True: both sections can be mapped. */
static bool can_fill(const struct control_sets *sets, const struct item *segment,
                     const struct item *pair)
{
    const struct system *system = sets->system;
    void *content, *view;

    if (system->objects.map(system->self, segment->object, (size_t)segment->spec.size, &content,
                            NULL) != SYS_OK)
        return false;
    system->objects.unmap(system->self, content);
    if (system->objects.map(system->self, pair->object, (size_t)pair->spec.size, &view, NULL) !=
        SYS_OK)
        return false;
    system->objects.unmap(system->self, view);
    return true;
}

void control_pair_settle(struct control_sets *sets, size_t item)
{
    const struct control_place *place = &sets->places[item];
    const struct item *pair = usable(sets, item);

    /* One that is being made anew is not held for a moment, and mostly comes back. */
    if (!item_is_held(&sets->inventory->items[item]) || !control_block_written(sets, item) ||
        (place->paired == (pair != NULL) && (pair == NULL || pair->filled)))
        return;
    /* Else it would move each time that somebody looks at it. */
    if (pair != NULL && !can_fill(sets, &sets->inventory->items[item], pair))
        return;
    control_place_leave(sets, item);
}

/* Publishes a copy that no write of the library disturbs. `block` NULL: nobody writes yet. */
static void publish_first(struct shmb_pair *pair, size_t size, const void *content,
                          const struct shmb_block *block)
{
    const size_t half = (size_t)shmb_pair_half(size);
    int tries;

    for (tries = 0; tries < FILL_TRIES; tries++) {
        uint64_t sequence = block != NULL ? shmb_load64(&block->sequence) : 0;

        pair_withdraw(pair);
        if ((sequence & 1) != 0)
            continue;
        pair_publish(pair, half, content, size);
        shmb_fence_acquire();
        if (block == NULL || shmb_load64(&block->sequence) == sequence)
            return;
    }
    /* Until the next write is published, readers use the segment and its sequence. */
    pair_withdraw(pair);
}

/* False: the sections cannot be mapped. */
static bool fill(const struct control_sets *sets, const struct item *segment, struct item *pair,
                 const struct shmb_block *block)
{
    const struct system *system = sets->system;
    void *content, *view;

    if (system->objects.map(system->self, segment->object, (size_t)segment->spec.size, &content,
                            NULL) != SYS_OK)
        return false;
    if (system->objects.map(system->self, pair->object, (size_t)pair->spec.size, &view, NULL) !=
        SYS_OK) {
        system->objects.unmap(system->self, content);
        return false;
    }
    publish_first(view, (size_t)segment->spec.size, content, block);
    system->objects.unmap(system->self, view);
    system->objects.unmap(system->self, content);
    pair->filled = true;
    return true;
}

/* As fill, beside programs that use the block from which the segment moves. */
static bool fill_moved(struct control_sets *sets, size_t item, struct item *pair)
{
    const struct control_place *place = &sets->places[item];
    struct control_section *from = &sets->sections[place->from_section - 1];
    const bool mapped = from->shared.view != NULL;
    bool done;

    if (!mapped &&
        own_section_map(sets->system, &from->shared, control_size(from->blocks), NULL) != SYS_OK)
        return false;
    done =
        fill(sets, &sets->inventory->items[item], pair, control_block_at(from, place->from_block));
    if (!mapped)
        own_section_unmap(sets->system, &from->shared);
    return done;
}

void control_pair_begin(struct control_sets *sets, size_t item)
{
    struct control_place *place = &sets->places[item];
    struct item *pair = usable(sets, item);

    if (pair == NULL)
        place->paired = false;
    else if (place->from_section == 0)
        place->paired = fill(sets, &sets->inventory->items[item], pair, NULL);
    else if (!place->paired || !pair->filled)
        place->paired = fill_moved(sets, item, pair);
}

/* The record of the section for snapshots of a segment; NULL: none. */
static const struct state_record *find_record(const struct state *state, const char *segment)
{
    char name[SHMB_NAME_BYTES + sizeof(SHMB_PAIR_SUFFIX)];

    (void)snprintf(name, sizeof(name), "%s" SHMB_PAIR_SUFFIX, segment);
    return state_find(state, name);
}

void control_pair_restore(struct control_sets *sets, size_t item, const struct state_record *record)
{
    const struct state_record *known = find_record(sets->state, record->name);
    struct item *pair = usable(sets, item);

    sets->places[item].paired =
        known != NULL && known->control == record->control && known->block == record->block;
    if (sets->places[item].paired && pair != NULL && pair->adopted)
        pair->filled = pair->generation == known->generation;
}

void control_pair_record(const struct control_sets *sets, size_t item, uint32_t number,
                         uint32_t block, struct state *state)
{
    const struct state_record *known = find_record(state, sets->inventory->items[item].spec.name);
    struct state_record record;

    if (known == NULL)
        return;
    record = *known;
    record.control = sets->places[item].paired ? number : 0;
    record.block = sets->places[item].paired ? block : 0;
    if (record.control != known->control || record.block != known->block)
        state_put(state, &record);
}
