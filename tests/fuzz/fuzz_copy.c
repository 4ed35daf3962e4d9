/* Any bytes as the file of a copy of the segment "A". */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "copy_format.h"
#include "crc64.h"
#include "must.h"

#define REPAIR   0x80u
#define HEAD_SUM 120u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put64(uint8_t *at, uint64_t value)
{
    int i;

    for (i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* So that the checks behind the first ones are reached as well. */
static void repair(uint8_t *bytes, size_t size)
{
    size_t name = size > COPY_HEADER_SIZE ? 1 : 0;

    memcpy(bytes, "SHMBCOPY\1\0\0\0\x80\0\0\0", 16);
    memset(bytes + 52, 0, 4);
    bytes[52] = (uint8_t)name;
    put64(bytes + 40, size - COPY_HEADER_SIZE - name);
    put64(bytes + 112, crc64(0, bytes + COPY_HEADER_SIZE + name, size - COPY_HEADER_SIZE - name));
    put64(bytes + HEAD_SUM, crc64(crc64(0, bytes, HEAD_SUM), bytes + COPY_HEADER_SIZE, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct copy out;
    uint8_t *bytes;
    uint64_t sum;

    if (size < 1)
        return 0;
    bytes = malloc(size); /* exactly what there is, for the sanitizer */
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    if ((data[0] & REPAIR) && size - 1 >= COPY_HEADER_SIZE)
        repair(bytes, size - 1);
    if (copy_read(bytes, size - 1, "A", NULL, NULL, &out) == COPY_WHOLE) {
        sum = crc64(0, out.content, (size_t)out.size); /* all of it is there */
        must(sum == out.sum && out.size < size);
        must(memchr(out.boot, 0, sizeof(out.boot)) != NULL);
    } else {
        must(out.size == 0 && out.content == NULL);
    }
    free(bytes);
    return 0;
}
