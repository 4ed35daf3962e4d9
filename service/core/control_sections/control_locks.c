/*
 * Closes the fast locks of blocks that programs are to leave, and opens those of blocks that come
 * back. A thread between two looks at its lock word loses nothing: it gets the word only if that is
 * free, and afterwards it looks at the generation.
 *
 * The time to wait is one for all locks of a reload or start: each lock that is free meanwhile is
 * closed without harm, and only threads that hold one for all that time lose it.
 */
#include "control_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "full_name.h"
#include "lock_word.h"
#include "patience.h"

static void report(const struct control_sets *sets, const char *segment, uint64_t word)
{
    const struct state_record *record = segment != NULL ? state_find(sets->state, segment) : NULL;
    const uint32_t slot = (uint32_t)(word & SHMB_LOCK_SLOT) - 1;
    const uint64_t holder =
        record != NULL ? lock_slots_holder(sets->slots, record->slots, slot) : 0;
    char name[FULL_NAME_BYTES], who[80];
    const char *inserts[] = {name, who};

    if (word == SHMB_LOCK_MOVED) /* closed meanwhile */
        return;
    if (segment != NULL)
        full_name(segment, name);
    else
        (void)snprintf(name, sizeof(name), "(a segment of a former state)");
    if (holder != 0)
        (void)snprintf(who, sizeof(who), "process %" PRIu32 ", thread %" PRIu32,
                       (uint32_t)(holder >> 32), (uint32_t)holder);
    else
        (void)snprintf(who, sizeof(who), "slot %" PRIu32, slot);
    sets->system->log(sets->system->self, EVENT_LOCK_CLOSED, inserts, 2);
}

void control_locks_close(struct control_sets *sets, struct control_lock *locks, size_t count)
{
    const struct system *system = sets->system;
    uint64_t begun;
    size_t i, owned;

    do {
        begun = system->clock.ticks(system->self);
        owned = 0;
        for (i = 0; i < count; i++) {
            if (!locks[i].closed)
                locks[i].closed = control_lock_close_free(locks[i].block);
            owned += !locks[i].closed && !locks[i].at_once;
        }
    } while (owned > 0 && patience_again(system, begun, &sets->patience));
    for (i = 0; i < count; i++) {
        uint64_t word;

        if (locks[i].closed || control_lock_close_free(locks[i].block))
            continue;
        word = control_lock_close_owned(locks[i].block);
        if (!locks[i].at_once)
            report(sets, locks[i].segment, word);
    }
}

/* True for an item whose lock is to be closed: where its block is. */
typedef bool lock_asked(const struct control_sets *of, size_t item, uint32_t *section,
                        uint32_t *block);

static bool is_retired(const struct control_sets *of, size_t item, uint32_t *section,
                       uint32_t *block)
{
    const struct control_place *place = &of->places[item];

    *section = place->section;
    *block = place->block;
    return place->generation != 0 && !place->inherited && of->inventory->items[item].fast;
}

/*
 * True: a program can have its requested segment end as often as it likes, with the lock in use. It
 * must not make the broker wait each time.
 */
static bool is_given_back(const struct control_sets *of, size_t item, lock_asked *asked)
{
    return asked == is_retired && of->inventory->items[item].from->request != NULL;
}

static void close_asked(struct control_sets *sets, struct control_sets *of, lock_asked *asked)
{
    struct control_lock *locks = NULL;
    size_t i, count = 0, room = 0;
    uint32_t section, block;

    for (i = 0; i < of->place_count; i++) {
        of->places[i].unclosed = asked(of, i, &section, &block);
        room += of->places[i].unclosed;
    }
    if (room == 0)
        return;
    locks = calloc(room, sizeof(*locks));
    for (i = 0; locks != NULL && i < of->place_count && count < room; i++) {
        struct control_section *from;

        if (!asked(of, i, &section, &block))
            continue;
        from = &sets->sections[section - 1];
        if (from->shared.section == NULL ||
            (from->shared.view == NULL &&
             own_section_map(sets->system, &from->shared, control_size(from->blocks), NULL) !=
                 SYS_OK))
            continue;
        of->places[i].unclosed = false;
        locks[count++] = (struct control_lock){control_block_at(from, block),
                                               of->inventory->items[i].spec.name, false,
                                               is_given_back(of, i, asked)};
    }
    control_locks_close(sets, locks, count);
    for (i = 0; i < sets->section_count; i++)
        own_section_unmap(sets->system, &sets->sections[i].shared);
    free(locks);
}

/* Blocks whose segment moves to another one, or was made anew and is to use its block again. */
static bool is_left(const struct control_sets *of, size_t item, uint32_t *section, uint32_t *block)
{
    const struct control_place *place = &of->places[item];
    const bool moves = place->from_section != 0;

    *section = moves ? place->from_section : place->section;
    *block = moves ? place->from_block : place->block;
    if (!control_is_segment(&of->inventory->items[item]))
        return false;
    return moves ? of->inventory->items[item].fast
                 : place->section != 0 && place->generation != 0 && control_block_due(of, item);
}

void control_locks_close_left(struct control_sets *sets)
{
    close_asked(sets, sets, is_left);
}

void control_locks_close_retired(struct control_sets *sets, struct control_sets *from)
{
    close_asked(sets, from, is_retired);
}

static bool is_revived(const struct control_sets *of, size_t item, uint32_t *section,
                       uint32_t *block)
{
    const struct control_place *place = &of->places[item];

    *section = place->section;
    *block = place->block;
    return place->revived && of->inventory->items[item].fast;
}

void control_locks_close_revived(struct control_sets *sets)
{
    close_asked(sets, sets, is_revived);
}

void control_locks_open_left(struct control_sets *sets)
{
    uint32_t index, block;
    size_t i;

    for (i = 0; i < sets->place_count; i++) {
        struct control_section *section;

        if (sets->places[i].from_section == 0 || !is_left(sets, i, &index, &block))
            continue;
        section = &sets->sections[index - 1];
        if (own_section_map(sets->system, &section->shared, control_size(section->blocks), NULL) !=
            SYS_OK)
            continue;
        (void)control_lock_open(control_block_at(section, block));
        own_section_unmap(sets->system, &section->shared);
    }
}
