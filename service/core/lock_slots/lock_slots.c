/*
 * Which object uses which domain. An object stays in its domain; a new one gets the first domain of
 * its access set, which is made with the first object that needs it.
 */
#include "lock_slots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "access_sets.h"
#include "compiler.h"
#include "full_name.h"
#include "slots_internal.h"

struct lock_slots *lock_slots_new(const struct system *system, const char *owner,
                                  const struct inventory *inventory, const struct state *state)
{
    struct lock_slots *slots = calloc(1, sizeof(*slots));

    if (slots == NULL)
        return NULL;
    slots->system = system;
    slots->owner = owner;
    slots->inventory = inventory;
    slots->state = state;
    slots->place_count = inventory->count;
    slots->places = calloc(inventory->count + 1, sizeof(*slots->places));
    if (slots->places != NULL)
        return slots;
    free(slots);
    return NULL;
}

/* For each access set, the most threads that an object of it wants; 0: not configured. The caller
 * frees it. */
static uint32_t *count_wanted(const struct lock_slots *slots)
{
    uint32_t *wanted = calloc(access_sets_count(slots->inventory->sets) + 1, sizeof(*wanted));
    size_t i;

    for (i = 0; wanted != NULL && i < slots->place_count; i++) {
        const struct item *item = &slots->inventory->items[i];
        const uint32_t lockers = item_lockers(item);
        const size_t set = lockers != 0 ? item_shared_access(item) : INVENTORY_NO_ACCESS;

        if (set != INVENTORY_NO_ACCESS && lockers > wanted[set])
            wanted[set] = lockers;
    }
    return wanted;
}

static size_t domain_of_set(const struct lock_slots *slots, size_t set)
{
    size_t i;

    for (i = 0; i < slots->domain_count; i++)
        if (slots->domains[i].set == set)
            return i;
    return SLOTS_NO_SET;
}

/* Gives an object its domain; makes it if needed. */
static enum sys_status place(struct lock_slots *slots, size_t index, const uint32_t *wanted,
                             struct trouble *avoided, struct sys_failure *why)
{
    const size_t set = item_shared_access(&slots->inventory->items[index]);
    size_t domain = domain_of_set(slots, set);
    enum sys_status status = SYS_OK;

    if (domain == SLOTS_NO_SET)
        status = slots_make(slots, set, wanted[set] != 0 ? wanted[set] : CFG_LOCKERS, &domain,
                            avoided, why);
    if (status == SYS_OK)
        slots->places[index].domain = (uint32_t)domain + 1;
    return status;
}

void slots_tell_growth(const struct lock_slots *slots, struct slots_domain *domain)
{
    char bare[SHMB_SLOTS_NAME_BYTES], name[FULL_NAME_BYTES], now[16], then[16];
    const char *inserts[] = {name, now, then};
    const uint32_t wanted = domain->wanted;

    if (wanted <= domain->count || wanted == domain->told_wanted)
        return;
    domain->told_wanted = wanted;
    shmb_slots_name(domain->number, bare);
    full_name(bare, name);
    (void)snprintf(now, sizeof(now), "%" PRIu32, domain->count);
    (void)snprintf(then, sizeof(then), "%" PRIu32, wanted);
    slots->system->log(slots->system->self, EVENT_SLOTS_DEFERRED, inserts, 3);
}

/* Completes each domain. True: none lacks a mutex. */
static bool complete_all(struct lock_slots *slots, const uint32_t *wanted, struct trouble *trouble)
{
    bool complete = true;
    size_t i;

    for (i = 0; i < slots->domain_count; i++) {
        struct slots_domain *domain = &slots->domains[i];
        struct sys_failure why = {0};
        char name[SHMB_SLOTS_NAME_BYTES];
        enum sys_status status;

        if (domain->set == SLOTS_NO_SET)
            continue;
        domain->wanted = wanted[domain->set];
        if (!domain->inherited) /* else the reload may still be undone */
            slots_tell_growth(slots, domain);
        status = domain->missing == 0 ? SYS_OK : slots_complete(slots, domain, &why);
        if (status == SYS_OK)
            continue;
        shmb_slots_name(domain->number, name);
        if (complete)
            trouble_begin(trouble, slots->system, name, status, &why);
        complete = false;
    }
    return complete;
}

/* True also for an object without a domain. */
static bool has_its_access(const struct lock_slots *slots, size_t index)
{
    const uint32_t domain = slots->places[index].domain;

    return domain == 0 ||
           slots->domains[domain - 1].set == item_shared_access(&slots->inventory->items[index]);
}

struct slots_news lock_slots_prepare(struct lock_slots *slots, struct trouble *avoided,
                                     struct trouble *trouble)
{
    struct slots_news news = {.complete = true};
    uint32_t *wanted = count_wanted(slots);
    size_t i, failed_set = SLOTS_NO_SET;

    for (i = 0; wanted != NULL && i < slots->place_count; i++) {
        const struct item *item = &slots->inventory->items[i];
        struct sys_failure why;
        enum sys_status status;

        if (!item_has_lockers(item) && slots->places[i].domain == 0)
            continue;
        failure_clear(&why);
        /* One that was made anew without a fast lock, or as another kind with its own access. */
        if (!item_has_lockers(item) || !has_its_access(slots, i))
            slots->places[i].domain = 0;
        if (!slots_are_needed(slots, i) || slots->places[i].domain != 0)
            continue;
        slots_place_restore(slots, i);
        if (slots->places[i].domain == 0 && item_shared_access(item) == failed_set)
            continue;
        status = slots->places[i].domain != 0 ? SYS_OK : place(slots, i, wanted, avoided, &why);
        if (status == SYS_OK) {
            news.changed = true;
            continue;
        }
        /* Reports only the first failure: each may have another cause. */
        if (news.complete)
            trouble_begin(trouble, slots->system, SHMB_SLOTS_PREFIX "*", status, &why);
        news.complete = false;
        failed_set = item_shared_access(item);
    }
    if (wanted == NULL) {
        struct sys_failure why;

        trouble_begin(trouble, slots->system, SHMB_SLOTS_PREFIX "*", failure_no_memory(&why), &why);
        news.complete = false;
    } else if (news.complete)
        news.complete = complete_all(slots, wanted, trouble);
    free(wanted);
    if (news.complete)
        trouble_end(trouble, slots->system);
    return news;
}

uint32_t lock_slots_find(const struct lock_slots *slots, size_t item, uint32_t *count)
{
    const struct slots_domain *domain;

    *count = 0;
    if (item >= slots->place_count || !slots_are_needed(slots, item) ||
        slots->places[item].domain == 0)
        return 0;
    domain = &slots->domains[slots->places[item].domain - 1];
    *count = domain->count;
    return domain->number;
}

uint64_t lock_slots_holder(const struct lock_slots *slots, uint32_t number, uint32_t index)
{
    size_t i;

    for (i = 0; i < slots->domain_count; i++) {
        const struct slots_domain *domain = &slots->domains[i];
        struct own_section shared = {.section = domain->shared.section};
        const size_t size = shmb_slots_size(domain->count);
        uint64_t holder = 0;

        if (domain->number != number || shared.section == NULL || index >= domain->count ||
            own_section_map(slots->system, &shared, size, NULL) != SYS_OK)
            continue;
        holder = shmb_load64(&shmb_slots_at(shared.view, size, index)->holder);
        own_section_unmap(slots->system, &shared);
        return holder;
    }
    return 0;
}

bool lock_slots_take_move(struct lock_slots *slots, size_t item)
{
    const bool moved = !lock_slots_stay(slots, item);

    if (moved) {
        slots->places[item].moves = false;
        slots->places[item].renewed = true;
    }
    return moved;
}

bool lock_slots_stay(const struct lock_slots *slots, size_t item)
{
    return item >= slots->place_count || !slots->places[item].moves;
}

void lock_slots_free(struct lock_slots *slots)
{
    size_t i;

    if (slots == NULL)
        return;
    for (i = slots->domain_count; i-- > 0;) {
        if (slots->domains[i].inherited)
            free(slots->domains[i].sddl);
        else
            slots_end(slots, &slots->domains[i]);
    }
    free(slots->domains);
    free(slots->places);
    free(slots);
}
