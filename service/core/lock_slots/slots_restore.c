/*
 * Domains of a former broker: adopts them for objects that were adopted.
 */
#include <stdlib.h>

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
    if (i != SLOTS_NO_SET)
        numbers_pass(&slots->numbers, number);
    return i;
}

void slots_place_restore(struct lock_slots *slots, size_t index)
{
    const struct item *item = &slots->inventory->items[index];
    struct slots_place *place = &slots->places[index];
    const struct state_record *record;
    size_t domain;

    if (!item->adopted || place->renewed)
        return;
    record = state_find(slots->state, item->spec.name);
    /* A record of another generation is about an object that no longer exists. */
    if (record == NULL || record->generation != item->generation)
        return;
    /* Whatever is in the lock word, it counts only together with the slots it was written with. */
    place->moves = true;
    if (record->slots == 0)
        return;
    domain = restore_domain(slots, record->slots, item_shared_access(item));
    if (domain == SLOTS_NO_SET || slots->domains[domain].set != item_shared_access(item))
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
