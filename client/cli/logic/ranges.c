#include "ranges.h"

#include <string.h>

#define STRIDE 256u

/* Returns where the next difference begins; compares whole strides first. */
static size_t skip_equal(const uint8_t *before, const uint8_t *after, size_t size, size_t at)
{
    while (size - at >= STRIDE && memcmp(before + at, after + at, STRIDE) == 0)
        at += STRIDE;
    while (at < size && before[at] == after[at])
        at++;
    return at;
}

bool ranges_next(const uint8_t *before, const uint8_t *after, size_t size, size_t *at,
                 struct range *out)
{
    size_t start = skip_equal(before, after, size, *at), end = start, equal = 0, i;

    /* `equal` counts the equal bytes since the last difference; `end` is behind that one. */
    for (i = start; i < size && equal < RANGES_GAP; i++) {
        equal = before[i] == after[i] ? equal + 1 : 0;
        if (equal == 0)
            end = i + 1;
    }
    out->offset = start;
    out->length = end - start;
    *at = end;
    return end > start;
}
