#include "slots.h"

#include <inttypes.h>
#include <stdio.h>

#include "compiler.h"
#include "crash_point.h"

void shmb_slots_name(uint32_t number, char out[SHMB_SLOTS_NAME_BYTES])
{
    (void)snprintf(out, SHMB_SLOTS_NAME_BYTES, SHMB_SLOTS_PREFIX "%" PRIu32, number);
}

void shmb_slot_name(uint32_t number, uint32_t index, char out[SHMB_SLOT_NAME_BYTES])
{
    (void)snprintf(out, SHMB_SLOT_NAME_BYTES, SHMB_SLOT_PREFIX "%" PRIu32 ".%" PRIu32, number,
                   index % SHMB_SLOTS_MOST);
}

uint32_t shmb_slots_size(uint32_t count)
{
    return (uint32_t)(sizeof(struct shmb_slots) + count * sizeof(struct shmb_slot));
}

void shmb_slots_header(uint32_t number, uint32_t count, struct shmb_slots *out)
{
    *out = (struct shmb_slots){
        .magic = SHMB_SLOTS_MAGIC,
        .abi_version = SHMB_ABI_VERSION,
        .header_size = sizeof(struct shmb_slots),
        .slot_size = sizeof(struct shmb_slot),
        .slot_count = count,
        .total_size = shmb_slots_size(count),
        .number = number,
    };
}

struct shmb_slot *shmb_slots_at(void *bytes, size_t size, uint32_t index)
{
    const size_t offset = sizeof(struct shmb_slots) + (size_t)index * sizeof(struct shmb_slot);

    if (index >= SHMB_SLOTS_MOST || size < sizeof(struct shmb_slot) ||
        offset > size - sizeof(struct shmb_slot))
        return NULL;
    return (struct shmb_slot *)(void *)((uint8_t *)bytes + offset);
}

uint32_t shmb_slot_begin(struct shmb_slot *slot, uint64_t holder)
{
    uint32_t generation = shmb_load32(&slot->generation) + 1;

    SHMB_CRASH_POINT("slot: won, not counted");
    if (generation == 0)
        generation = 1;
    shmb_store64(&slot->holder, holder);
    shmb_store32(&slot->taken, 1);
    /* A full fence: whoever sees the new identity in a lock word sees the generation, too. */
    (void)shmb_exchange32(&slot->generation, generation);
    SHMB_CRASH_POINT("slot: counted");
    return generation;
}

void shmb_slot_end(struct shmb_slot *slot)
{
    shmb_store64(&slot->holder, 0);
    shmb_store32(&slot->taken, 0);
    SHMB_CRASH_POINT("slot: left, not released");
}
