#include "control.h"

#include <string.h>

void shmb_control_name(uint32_t number, char out[SHMB_CONTROL_NAME_BYTES])
{
    char digits[10];
    size_t at = strlen(SHMB_CONTROL_PREFIX), count = 0;

    memcpy(out, SHMB_CONTROL_PREFIX, at);
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        out[at++] = digits[--count];
    out[at] = '\0';
}

uint64_t shmb_control_size(uint64_t blocks)
{
    return sizeof(struct shmb_control) + blocks * sizeof(struct shmb_block);
}

void shmb_control_header(uint32_t number, uint32_t blocks, struct shmb_control *out)
{
    memset(out, 0, sizeof(*out));
    out->magic = SHMB_CONTROL_MAGIC;
    out->abi_version = SHMB_ABI_VERSION;
    out->header_size = sizeof(*out);
    out->block_size = sizeof(struct shmb_block);
    out->block_count = blocks;
    out->total_size = (uint32_t)shmb_control_size(blocks);
    out->number = number;
}

bool shmb_control_is_sound(const void *bytes, size_t size, uint32_t number, uint32_t index)
{
    struct shmb_control found, wanted;

    if (size < sizeof(found))
        return false;
    /* Copied once, then compared: writers can change the header at any time. */
    memcpy(&found, bytes, sizeof(found));
    shmb_control_header(number, found.block_count, &wanted);
    return index < found.block_count &&
           shmb_control_size(found.block_count) == found.total_size && /* it can wrap */
           memcmp(&found, &wanted, sizeof(found)) == 0;
}

struct shmb_block *shmb_control_block(void *bytes, size_t size, uint32_t index)
{
    if (size < sizeof(struct shmb_control) ||
        index >= (size - sizeof(struct shmb_control)) / sizeof(struct shmb_block))
        return NULL;
    return (struct shmb_block *)(void *)((uint8_t *)bytes + sizeof(struct shmb_control)) + index;
}
