/*
 * A reload: the domains of the former objects become those of the new ones, so that programs keep
 * their slots. Until the reload is settled or undone, both refer to them.
 */
#include <stdlib.h>
#include <string.h>

#include "slots_internal.h"

/* False: no memory. */
static bool borrow_domains(struct lock_slots *slots, const struct lock_slots *from)
{
    size_t i;

    slots->numbers = from->numbers;
    slots->domains = calloc(from->domain_count + 1, sizeof(*slots->domains));
    if (slots->domains == NULL)
        return false;
    for (i = 0; i < from->domain_count; i++) {
        slots->domains[i] = from->domains[i];
        slots->domains[i].set = SLOTS_NO_SET;
        slots->domains[i].votes = 0;
        slots->domains[i].sddl = NULL;
        slots->domains[i].inherited = true;
    }
    slots->domain_count = from->domain_count;
    return true;
}

/* The former domain of an object that had slots, index + 1; 0: none. */
static uint32_t former_domain(const struct lock_slots *from, const size_t *origin, size_t i)
{
    return origin[i] < from->place_count && slots_are_needed(from, origin[i])
               ? from->places[origin[i]].domain
               : 0;
}

/* A domain goes to the access set of most of its objects, as in control_inherit.c. */
static void choose_sets(struct lock_slots *slots, const struct lock_slots *from,
                        const size_t *origin)
{
    size_t i;

    for (i = 0; i < slots->place_count; i++) {
        const size_t access = item_shared_access(&slots->inventory->items[i]);
        const uint32_t number = former_domain(from, origin, i);
        struct slots_domain *domain;

        if (number == 0 || !slots_are_needed(slots, i))
            continue;
        domain = &slots->domains[number - 1];
        if (domain->votes == 0)
            domain->set = access;
        if (domain->set == access)
            domain->votes++;
        else
            domain->votes--;
    }
}

static void inherit_places(struct lock_slots *slots, const struct lock_slots *from,
                           const size_t *origin)
{
    size_t i;

    for (i = 0; i < slots->place_count; i++) {
        const size_t set = item_shared_access(&slots->inventory->items[i]);
        struct slots_place *place = &slots->places[i];
        const uint32_t number = former_domain(from, origin, i);

        if (number == 0)
            continue;
        /* What is in its lock word counts only together with these slots. */
        place->moves = !slots_are_needed(slots, i) || slots->domains[number - 1].set != set;
        if (!place->moves)
            place->domain = number;
    }
}

/* Changes the access of inherited domains where it differs; `sddl` is what they have now. */
static enum sys_status inherit_access(struct lock_slots *slots, const struct lock_slots *from,
                                      struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    size_t i;

    for (i = 0; i < from->domain_count && status == SYS_OK; i++) {
        struct slots_domain *domain = &slots->domains[i];

        if (domain->set == SLOTS_NO_SET)
            continue;
        domain->sddl = slots_access(slots, SHMB_SECTION, domain->set);
        if (domain->sddl == NULL)
            return failure_no_memory(why);
        if (strcmp(domain->sddl, from->domains[i].sddl) != 0)
            status = slots_protect(slots, domain, domain->set, why);
    }
    return status;
}

enum sys_status lock_slots_inherit(struct lock_slots *slots, struct lock_slots *from,
                                   const size_t *origin, struct sys_failure *why)
{
    if (!borrow_domains(slots, from))
        return failure_no_memory(why);
    choose_sets(slots, from, origin);
    inherit_places(slots, from, origin);
    return inherit_access(slots, from, why);
}

/* Closes the domains without objects; the others move up in the list. */
static void end_unused(struct lock_slots *slots)
{
    size_t i, k, used = 0;

    for (i = 0; i < slots->domain_count; i++) {
        if (slots->domains[i].set == SLOTS_NO_SET) {
            slots_end(slots, &slots->domains[i]);
            continue;
        }
        if (used != i) {
            for (k = 0; k < slots->place_count; k++)
                if (slots->places[k].domain == i + 1)
                    slots->places[k].domain = (uint32_t)used + 1;
            slots->domains[used] = slots->domains[i];
        }
        used++;
    }
    slots->domain_count = used;
}

void lock_slots_settle(struct lock_slots *slots, struct lock_slots *from)
{
    size_t i;

    for (i = 0; i < from->domain_count; i++) {
        slots->domains[i].inherited = false;
        from->domains[i].inherited = true; /* so that freeing `from` does not close it */
    }
    end_unused(slots);
    for (i = 0; i < slots->domain_count; i++)
        slots_tell_growth(slots, &slots->domains[i]);
    lock_slots_free(from);
}

void lock_slots_undo(struct lock_slots *slots, const struct lock_slots *from)
{
    size_t i;

    for (i = 0; i < from->domain_count && i < slots->domain_count; i++) {
        const char *sddl = slots->domains[i].sddl;

        if (sddl != NULL && strcmp(sddl, from->domains[i].sddl) != 0)
            (void)slots_protect(from, &from->domains[i], from->domains[i].set, NULL);
    }
    lock_slots_free(slots);
}
