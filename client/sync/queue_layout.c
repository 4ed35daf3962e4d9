#include "queue_layout.h"

#include <string.h>

#include "directory.h"

uint32_t shmb_queue_stride(uint32_t slot_size)
{
    return (uint32_t)(sizeof(struct shmb_queue_slot) + slot_size + 63) & ~63u;
}

uint64_t shmb_queue_size(uint32_t slots, uint32_t slot_size)
{
    return sizeof(struct shmb_queue_header) + (uint64_t)slots * shmb_queue_stride(slot_size);
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
