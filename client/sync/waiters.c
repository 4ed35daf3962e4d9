#include "waiters.h"

#include <inttypes.h>
#include <stdio.h>

#include "directory.h"

void shmb_waiters_name(uint32_t number, char out[SHMB_WAITERS_NAME_BYTES])
{
    (void)snprintf(out, SHMB_WAITERS_NAME_BYTES, SHMB_WAITERS_PREFIX "%" PRIu32, number);
}

uint64_t shmb_waiters_size(uint64_t lines)
{
    return sizeof(struct shmb_waiters) + lines * sizeof(struct shmb_waiters_line);
}

void shmb_waiters_header(uint32_t number, uint32_t lines, struct shmb_waiters *out)
{
    *out = (struct shmb_waiters){
        .magic = SHMB_WAITERS_MAGIC,
        .abi_version = SHMB_ABI_VERSION,
        .line_count = lines,
        .number = number,
    };
}

struct shmb_waiters_line *shmb_waiters_at(void *bytes, size_t size, uint32_t index)
{
    const uint64_t offset = shmb_waiters_size(index);

    if (offset + sizeof(struct shmb_waiters_line) > size)
        return NULL;
    return (struct shmb_waiters_line *)(void *)((uint8_t *)bytes + (size_t)offset);
}
