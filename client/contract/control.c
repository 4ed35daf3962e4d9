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

enum shmb_read shmb_control_block(void *bytes, size_t size, uint32_t number, uint32_t index,
                                  struct shmb_block **out)
{
    struct shmb_control header;

    *out = NULL;
    if (size < sizeof(header))
        return SHMB_READ_CORRUPT;
    /* Copied once, then checked: writers can change the header at any time. */
    memcpy(&header, bytes, sizeof(header));
    if (header.magic != SHMB_CONTROL_MAGIC)
        return SHMB_READ_CORRUPT;
    if (header.abi_version != SHMB_ABI_VERSION)
        return SHMB_READ_VERSION;
    if (header.header_size != sizeof(header) || header.block_size != sizeof(struct shmb_block) ||
        header.number != number || index >= header.block_count ||
        /* Against what is mapped, not only against the header's own count. */
        index >= (size - sizeof(header)) / sizeof(struct shmb_block))
        return SHMB_READ_CORRUPT;
    *out = (struct shmb_block *)(void *)((uint8_t *)bytes + sizeof(header)) + index;
    return SHMB_READ_OK;
}
