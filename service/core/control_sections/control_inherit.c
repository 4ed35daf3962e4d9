/*
 * A reload: the sections of the former sets become those of the new ones, so that clients keep
 * their blocks. Until the reload is settled or undone, both sets refer to them.
 */
#include "control_internal.h"

#include <stdlib.h>
#include <string.h>

/* False: no memory. */
static bool borrow_sections(struct control_sets *sets, const struct control_sets *from)
{
    size_t i;

    sets->numbers = from->numbers;
    sets->former = from->former;
    sets->former_count = from->former_count;
    sets->forgotten = from->forgotten;
    for (i = 0; i < from->section_count; i++) {
        size_t index = control_section_add(sets);

        if (index == CONTROL_NO_SET)
            return false;
        sets->sections[index] = from->sections[i];
        sets->sections[index].set = CONTROL_NO_SET;
        sets->sections[index].votes = 0;
        sets->sections[index].sddl = NULL;
        sets->sections[index].inherited = true;
        sets->sections[index].waiters_new = false;
    }
    return true;
}

/* True: it is a segment, and was an object of the former inventory. */
static bool may_have_block(const struct control_sets *sets, const struct control_sets *from,
                           const size_t *origin, size_t i)
{
    return control_is_segment(&sets->inventory->items[i]) &&
           item_shared_access(&sets->inventory->items[i]) != INVENTORY_NO_ACCESS &&
           origin[i] < from->place_count;
}

/*
 * A section goes to the access set of most of its segments, so that a change of a few moves few. (A
 * majority vote: what differs cancels out. Without a majority it is one of them.)
 */
static void choose_sets(struct control_sets *sets, const struct control_sets *from,
                        const size_t *origin)
{
    size_t i;

    for (i = 0; i < sets->place_count; i++) {
        const size_t access = item_shared_access(&sets->inventory->items[i]);
        struct control_section *section;

        if (!may_have_block(sets, from, origin, i) || !control_block_written(from, origin[i]))
            continue;
        section = &sets->sections[from->places[origin[i]].section - 1];
        if (section->votes == 0)
            section->set = access;
        if (section->set == access)
            section->votes++;
        else
            section->votes--;
    }
}

/*
 * Segments with another access set than that of their section move to another section, and those
 * that get other slots to another block.
 */
static void inherit_places(struct control_sets *sets, struct control_sets *from,
                           const size_t *origin)
{
    size_t i;

    for (i = 0; i < from->place_count; i++)
        from->places[i].inherited = false;
    for (i = 0; i < sets->place_count; i++) {
        const struct item *item = &sets->inventory->items[i];
        struct control_place *place = &sets->places[i];
        struct control_place *old;

        if (!may_have_block(sets, from, origin, i))
            continue;
        old = &from->places[origin[i]];
        if (!control_block_written(from, origin[i])) {
            /* It may still have to move. */
            place->paired = old->paired;
            place->from_section = old->from_section;
            place->from_block = old->from_block;
            sets->moved |= old->from_section != 0;
            continue;
        }
        old->inherited = true;
        place->paired = old->paired;
        if (sets->sections[old->section - 1].set == item_shared_access(item) &&
            lock_slots_stay(sets->slots, i)) {
            place->section = old->section;
            place->block = old->block;
            place->generation = old->generation;
            place->recorded = old->recorded;
        } else {
            place->from_section = old->section;
            place->from_block = old->block;
            sets->moved = true;
        }
    }
}

static enum sys_status set_access(const struct system *system, struct sys_object *section,
                                  const char *sddl, struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    enum sys_status status = system->objects.descriptor_make(system->self, sddl, &descriptor, why);

    if (status == SYS_OK) {
        status = system->objects.protect(system->self, section, descriptor, why);
        system->objects.descriptor_free(system->self, descriptor);
    }
    return status;
}

/* Sets the access of a section to `sddl`, that of access set `set` of `sets`. */
static enum sys_status protect(const struct control_sets *sets,
                               const struct control_section *section, size_t set, const char *sddl,
                               struct sys_failure *why)
{
    enum sys_status status = set_access(sets->system, section->shared.section, sddl, why);
    char *waiters;

    if (status != SYS_OK || section->waiters.section == NULL)
        return status;
    waiters = control_waiters_access(sets, set);
    if (waiters == NULL)
        return failure_no_memory(why);
    status = set_access(sets->system, section->waiters.section, waiters, why);
    free(waiters);
    return status;
}

/* Changes the access of inherited sections where it differs; `sddl` is what they have now. */
static enum sys_status inherit_access(struct control_sets *sets, const struct control_sets *from,
                                      struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    size_t i;

    for (i = 0; i < from->section_count && status == SYS_OK; i++) {
        struct control_section *section = &sets->sections[i];
        char *sddl;

        if (section->set == CONTROL_NO_SET)
            continue;
        sddl = control_section_access(sets, section->set);
        if (sddl == NULL)
            return failure_no_memory(why);
        section->sddl = sddl; /* before it fails in part: an undo then restores what is changed */
        if (strcmp(sddl, from->sections[i].sddl) != 0)
            status = protect(sets, section, section->set, sddl, why);
    }
    return status;
}

enum sys_status control_sets_inherit(struct control_sets *sets, struct control_sets *from,
                                     const size_t *origin, struct sys_failure *why)
{
    sets->settled = false;
    if (!borrow_sections(sets, from))
        return failure_no_memory(why);
    choose_sets(sets, from, origin);
    inherit_places(sets, from, origin);
    return inherit_access(sets, from, why);
}

/* True: a segment still has to move from this section. */
static bool is_to_be_left(const struct control_sets *sets, size_t section)
{
    size_t i;

    for (i = 0; sets->moved && i < sets->place_count; i++)
        if (sets->places[i].from_section == section + 1)
            return true;
    return false;
}

/* Closes the sections without segments; the others move up in the list. */
static void end_unused(struct control_sets *sets)
{
    size_t i, k, used = 0;

    for (i = 0; i < sets->section_count; i++) {
        if (sets->sections[i].set == CONTROL_NO_SET && !is_to_be_left(sets, i)) {
            own_section_end(sets->system, &sets->sections[i].shared);
            own_section_end(sets->system, &sets->sections[i].waiters);
            continue;
        }
        if (used != i) {
            for (k = 0; k < sets->place_count; k++) {
                if (sets->places[k].section == i + 1)
                    sets->places[k].section = (uint32_t)used + 1;
                if (sets->places[k].from_section == i + 1)
                    sets->places[k].from_section = (uint32_t)used + 1;
            }
            sets->sections[used] = sets->sections[i];
        }
        used++;
    }
    sets->section_count = used;
}

/* If its section could not be mapped before, the lock of a retired segment is still open. */
static void close_left_open(struct control_sets *sets, const struct control_place *place,
                            const char *segment)
{
    struct control_section *section = &sets->sections[place->section - 1];
    struct control_lock lock = {.segment = segment};

    if (section->shared.section == NULL ||
        own_section_map(sets->system, &section->shared, control_size(section->blocks), NULL) !=
            SYS_OK)
        return;
    lock.block = control_block_at(section, place->block);
    control_locks_close(sets, &lock, 1);
    own_section_unmap(sets->system, &section->shared);
}

/* Marks the blocks of retired segments, for the clients that have them open. */
static void disown_retired(struct control_sets *sets, const struct control_sets *from)
{
    size_t i;

    for (i = 0; i < from->place_count; i++) {
        const struct control_place *place = &from->places[i];

        if (place->generation == 0 || place->inherited)
            continue;
        if (from->inventory->items[i].fast)
            close_left_open(sets, place, from->inventory->items[i].spec.name);
        control_block_disown(sets, place->section, place->block);
    }
}

void control_sets_settle(struct control_sets *sets, struct control_sets *from)
{
    size_t i;

    for (i = 0; i < from->section_count; i++) {
        sets->sections[i].inherited = false;
        from->sections[i].inherited = true; /* so that freeing `from` does not close it */
        from->sections[i].waiters_new = false;
    }
    for (i = 0; i < sets->section_count; i++)
        sets->sections[i].waiters_new = false;
    sets->settled = true;
    sets->left_out = from->left_out;
    control_blocks_disown(sets);
    control_locks_close_retired(sets, from);
    disown_retired(sets, from);
    end_unused(sets);
    control_sets_free(from);
}

void control_sets_undo(struct control_sets *sets, struct control_sets *from)
{
    size_t i;

    /* The state may have the new places. */
    for (i = 0; i < from->place_count; i++)
        from->places[i].recorded = false;

    control_locks_open_left(sets);
    /* Segments that this reload has adopted are retired again. */
    control_locks_close_revived(sets);
    for (i = 0; i < sets->place_count; i++)
        if (sets->places[i].revived)
            control_block_disown(sets, sets->places[i].section, sets->places[i].block);
    for (i = 0; i < from->section_count && i < sets->section_count; i++) {
        const char *sddl = sets->sections[i].sddl;

        if (sddl != NULL && strcmp(sddl, from->sections[i].sddl) != 0)
            (void)protect(from, &sets->sections[i], from->sections[i].set, from->sections[i].sddl,
                          NULL);
    }
    control_sets_free(sets);
}
