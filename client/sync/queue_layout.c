#include "queue_layout.h"

#include <string.h>

#include "directory.h"

uint32_t shmb_queue_stride(uint32_t slot_size)
{
    return (slot_size + 63) & ~63u;
}

uint32_t shmb_queue_lengths(uint32_t slots)
{
    return ((uint32_t)sizeof(uint32_t) * slots + 63) & ~63u;
}

uint64_t shmb_queue_size(uint32_t slots, uint32_t slot_size)
{
    return sizeof(struct shmb_queue_header) + shmb_queue_lengths(slots) +
           (uint64_t)slots * shmb_queue_stride(slot_size);
}

uint64_t shmb_queue_slots_in(uint64_t size, uint32_t slot_size)
{
    const uint64_t each = sizeof(uint32_t) + shmb_queue_stride(slot_size);
    uint64_t slots = (size - sizeof(struct shmb_queue_header)) / each;

    while (slots > 0 && shmb_queue_size((uint32_t)slots, slot_size) > size)
        slots--;
    return slots;
}

void shmb_queue_fill_header(uint32_t slots, uint32_t slot_size, uint32_t flags, uint64_t generation,
                            struct shmb_queue_header *out)
{
    memset(out, 0, sizeof(*out));
    out->magic = SHMB_QUEUE_MAGIC;
    out->abi_version = SHMB_ABI_VERSION;
    out->header_size = sizeof(*out);
    out->stride = shmb_queue_stride(slot_size);
    out->slots = slots;
    out->slot_size = slot_size;
    out->flags = flags;
    out->generation = generation;
}
