/*
 * Records in the state which domains there are, and which one an object uses, so that a later
 * broker can adopt them (slots_restore.c).
 */
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
        if (record->generation == STATE_OWN_SECTION &&
            strncmp(record->name, SHMB_SLOTS_PREFIX, strlen(SHMB_SLOTS_PREFIX)) == 0 &&
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
