/*
 * Records in the state which domains there are, and which one an object uses, so that a later
 * broker can adopt them (slots_restore.c).
 */
#include <stdlib.h>
#include <string.h>

#include "slots_internal.h"

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
        const struct state_record record = {.name = name,
                                            .kind = SHMB_SECTION,
                                            .size = shmb_slots_size(domain->count),
                                            .generation = STATE_OWN_SECTION};

        if (domain->shared.section == NULL)
            continue;
        if (domain->made)
            forget_domain(state, domain->number);
        domain->made = false;
        shmb_slots_name(domain->number, name);
        state_put(state, &record);
    }
}

/* The number of a domain by the name of its section; 0: the name is another one. */
static uint32_t number_of(const char *name)
{
    char again[SHMB_SLOTS_NAME_BYTES];
    uint32_t number;

    if (strncmp(name, SHMB_SLOTS_PREFIX, strlen(SHMB_SLOTS_PREFIX)) != 0)
        return 0;
    number = (uint32_t)strtoul(name + strlen(SHMB_SLOTS_PREFIX), NULL, 10);
    shmb_slots_name(number, again);
    return strcmp(name, again) == 0 ? number : 0;
}

static bool is_domain_of(const struct lock_slots *slots, uint32_t number)
{
    size_t i;

    for (i = 0; i < slots->domain_count; i++)
        if (slots->domains[i].shared.section != NULL && slots->domains[i].number == number)
            return true;
    return false;
}

static bool is_used(const struct state *state, uint32_t number)
{
    const struct state_record *record;
    size_t at = 0;

    while ((record = state_next(state, &at)) != NULL)
        if (record->slots == number)
            return true;
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

    while ((record = state_next(state, &at)) != NULL) {
        const uint32_t number =
            record->generation == STATE_OWN_SECTION ? number_of(record->name) : 0;

        if (number != 0 && !is_domain_of(slots, number) && !is_used(state, number))
            state_drop(state, record->name);
    }
}

void lock_slots_record(struct lock_slots *slots, struct state *state)
{
    size_t i;

    record_domains(slots, state);
    for (i = 0; i < slots->place_count; i++) {
        const struct item *item = &slots->inventory->items[i];
        const struct state_record *known;
        struct state_record record;
        uint32_t count, number = 0;

        if (item_has_lockers(item))
            number = lock_slots_find(slots, i, &count);
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
