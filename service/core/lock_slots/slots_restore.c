/*
 * Domains of a former broker: adopts them for objects that were adopted, and records in the state
 * which domain an object uses.
 */
#include <stdlib.h>
#include <string.h>

#include "slots_internal.h"

/* The slots of a domain by its number, as the state has it. 0: unknown. */
static uint32_t recorded_count(const struct lock_slots *slots, uint32_t number)
{
    char name[SHMB_SLOTS_NAME_BYTES];
    const struct state_record *record;
    uint64_t count;

    shmb_slots_name(number, name);
    record = state_find(slots->state, name);
    /* The size was read from a file, and says how much is mapped. */
    if (record == NULL || record->size < shmb_slots_size(1))
        return 0;
    count = (record->size - shmb_slots_size(0)) / sizeof(struct shmb_slot);
    return count <= SHMB_SLOTS_MOST && record->size == shmb_slots_size((uint32_t)count)
               ? (uint32_t)count
               : 0;
}

/* The index of a domain by its number; adopts it first if needed. SLOTS_NO_SET: not possible. */
static size_t restore_domain(struct lock_slots *slots, uint32_t number, size_t set)
{
    uint32_t count;
    size_t i;

    for (i = 0; i < slots->domain_count; i++)
        if (slots->domains[i].number == number && slots->domains[i].shared.section != NULL)
            return i;
    count = recorded_count(slots, number);
    if (count == 0)
        return SLOTS_NO_SET;
    i = slots_adopt(slots, number, count, set);
    /* New domains count on from the former broker's, to find free names at once. */
    if (i != SLOTS_NO_SET && number > slots->last_number && number < SLOTS_NUMBER_RANDOM)
        slots->last_number = number;
    return i;
}

void slots_place_restore(struct lock_slots *slots, size_t index)
{
    const struct item *item = &slots->inventory->items[index];
    struct slots_place *place = &slots->places[index];
    const struct state_record *record;
    size_t domain;

    if (!item->adopted)
        return;
    record = state_find(slots->state, item->spec.name);
    /* A record of another generation is about an object that no longer exists. */
    if (record == NULL || record->generation != item->generation)
        return;
    /* Whatever is in the lock word, it counts only together with the slots it was written with. */
    place->moves = true;
    if (record->slots == 0)
        return;
    domain = restore_domain(slots, record->slots, item->access);
    if (domain == SLOTS_NO_SET || slots->domains[domain].set != item->access)
        return;
    place->domain = (uint32_t)domain + 1;
    place->moves = false;
}

void lock_slots_restore(struct lock_slots *slots)
{
    size_t i;

    for (i = 0; i < slots->place_count; i++)
        if (slots_are_needed(slots, i) && slots->places[i].domain == 0)
            slots_place_restore(slots, i);
}

/* A new domain has the number of a former one: no object has its slots there any more. */
static void forget_domain(struct state *state, uint32_t number)
{
    const struct state_record *record;
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL) {
        struct state_record without = *record;

        if (record->slots != number)
            continue;
        without.slots = 0;
        state_put(state, &without);
    }
}

static void record_domains(struct lock_slots *slots, struct state *state)
{
    char name[SHMB_SLOTS_NAME_BYTES];
    size_t i;

    for (i = 0; i < slots->domain_count; i++) {
        struct slots_domain *domain = &slots->domains[i];
        /* A record needs a generation; 0 would drop it. Domains themselves have none. */
        const struct state_record record = {.name = name,
                                            .kind = SHMB_SECTION,
                                            .size = shmb_slots_size(domain->count),
                                            .generation = 1};

        if (domain->shared.section == NULL)
            continue;
        if (domain->made)
            forget_domain(state, domain->number);
        domain->made = false;
        shmb_slots_name(domain->number, name);
        state_put(state, &record);
    }
}

static bool is_domain_of(const struct lock_slots *slots, const char *name)
{
    char own[SHMB_SLOTS_NAME_BYTES];
    size_t i;

    for (i = 0; i < slots->domain_count; i++) {
        shmb_slots_name(slots->domains[i].number, own);
        if (slots->domains[i].shared.section != NULL && strcmp(own, name) == 0)
            return true;
    }
    return false;
}

static bool is_used(const struct state *state, const char *name)
{
    const struct state_record *record;
    char own[SHMB_SLOTS_NAME_BYTES];
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL) {
        if (record->slots == 0)
            continue;
        shmb_slots_name(record->slots, own);
        if (strcmp(own, name) == 0)
            return true;
    }
    return false;
}

/*
 * Drops the records of domains that are closed. While an object uses one, a retired object too,
 * the record proves that the domain is the broker's (slots_place_restore).
 */
static void drop_closed_domains(const struct lock_slots *slots, struct state *state)
{
    const struct state_record *record;
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL)
        if (strncmp(record->name, SHMB_SLOTS_PREFIX, strlen(SHMB_SLOTS_PREFIX)) == 0 &&
            !is_domain_of(slots, record->name) && !is_used(state, record->name))
            state_drop(state, record->name);
}

void lock_slots_record(struct lock_slots *slots, struct state *state)
{
    size_t i;

    record_domains(slots, state);
    for (i = 0; i < slots->place_count; i++) {
        const struct item *item = &slots->inventory->items[i];
        const struct state_record *known;
        struct state_record record;
        uint32_t count, number = lock_slots_find(slots, i, &count);

        if (number == 0)
            continue;
        known = state_find(state, item->spec.name);
        if (known == NULL || known->slots == number)
            continue;
        record = *known;
        record.slots = number;
        state_put(state, &record);
    }
    drop_closed_domains(slots, state);
}
