#include "sized.h"

#include <stdint.h>
#include <string.h>

#include "shmb.h"

/* A structure contains 64-bit numbers, so its size is a multiple of this. */
#define UNIT 8u

static uint32_t size_of(const void *structure)
{
    uint32_t size;

    memcpy(&size, structure, sizeof(size));
    return size;
}

bool sized_valid(const void *structure, size_t minimum)
{
    uint32_t size;

    if (structure == NULL)
        return false;
    /* The maximum keeps a size that was never set from reaching far into foreign memory. */
    size = size_of(structure);
    return size >= minimum && size <= SHMB_STRUCT_SIZE_MAX && size % UNIT == 0;
}

bool sized_take(const void *from, size_t minimum, void *to, size_t size)
{
    const uint8_t *bytes = from;
    size_t given, i;

    if (!sized_valid(from, minimum))
        return false;
    given = size_of(from);
    memset(to, 0, size);
    memcpy(to, from, given < size ? given : size);
    for (i = size; i < given; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

void sized_give(const void *from, size_t size, void *to)
{
    const size_t head = sizeof(uint32_t), given = size_of(to);
    uint8_t *bytes = to;
    size_t copied = head;

    if (from != NULL) {
        copied = given < size ? given : size;
        memcpy(bytes + head, (const uint8_t *)from + head, copied - head);
    }
    memset(bytes + copied, 0, given - copied);
}

void sized_clear_part(void *to, size_t offset, size_t size)
{
    const size_t given = size_of(to);

    if (given > offset && given < offset + size)
        memset((uint8_t *)to + offset, 0, given - offset);
}
