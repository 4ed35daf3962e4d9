#include "waiters.h"

#include <inttypes.h>
#include <stdio.h>

#include "compiler.h"
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

void shmb_waiters_raise(volatile uint64_t *until, uint64_t to)
{
    uint64_t found = shmb_load64(until);

    while (found < to && !shmb_swap64(until, &found, to))
        continue;
    shmb_fence_full();
}

bool shmb_waiters_wait(const volatile uint64_t *until, uint64_t (*now)(void))
{
    uint64_t found;

    shmb_fence_full();
    found = shmb_load64(until);
    return found != 0 && now() <= found;
}

#define SIGNALLED_BITS 8u
#define SIGNALLED_ALL  0xFFu

uint32_t shmb_signalled_events(uint64_t signalled, uint64_t change)
{
    const bool is_as_of =
        signalled >> SIGNALLED_BITS == (change << SIGNALLED_BITS) >> SIGNALLED_BITS;

    return is_as_of ? (uint32_t)signalled & SIGNALLED_ALL : SIGNALLED_ALL;
}

uint64_t shmb_signalled_word(uint32_t events, uint64_t change)
{
    return change << SIGNALLED_BITS | (events & SIGNALLED_ALL);
}
