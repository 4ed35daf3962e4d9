#include "revision.h"

#include <stdio.h>
#include <string.h>

bool revision_same(const struct revision *a, const struct revision *b)
{
    return a->number == b->number && strcmp(a->stamp, b->stamp) == 0;
}

bool revision_number(const char *text, size_t length, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    size_t i;

    *out = 0;
    if (length == 0 || length > 20)
        return false;
    for (i = 0; i < length; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > most)
        return false;
    *out = value;
    return true;
}

bool revision_stamp(const char *text, size_t length, char out[REVISION_STAMP + 1])
{
    out[0] = '\0';
    if (length != REVISION_STAMP || strspn(text, "0123456789abcdef") < REVISION_STAMP)
        return false;
    memcpy(out, text, REVISION_STAMP);
    out[REVISION_STAMP] = '\0';
    return true;
}

void revision_new_stamp(uint64_t random, char out[REVISION_STAMP + 1])
{
    snprintf(out, REVISION_STAMP + 1, "%016llx", (unsigned long long)random);
}
