/*
 * The only UTF-8 decoder of the project: names, configurations, reports and console output go
 * through shmb_utf8_next, so that all of them refuse the same texts.
 */
#include "utf.h"

#include <string.h>

#define BAD_POINT UINT32_MAX

static int is_surrogate(uint32_t point)
{
    return point >= 0xD800u && point <= 0xDFFFu;
}

size_t shmb_plain_run(const char *text, size_t length)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80u;
    size_t run = 0;

    /*
     * Eight bytes at a time: below 0x20 the difference has the high bit of the byte, at 0x7F the
     * sum, above it the byte. A borrow or carry reaches only bytes behind one that has it, too.
     */
    while (length - run >= 8) {
        uint64_t bytes;

        memcpy(&bytes, text + run, sizeof bytes);
        if ((((bytes - ones * 0x20u) | (bytes + ones) | bytes) & high) != 0)
            break;
        run += 8;
    }
    while (run < length && text[run] >= ' ' && text[run] < 0x7F)
        run++;
    return run;
}

uint32_t shmb_utf8_next(const char **at, const char *end)
{
    /*
     * By the number of bytes that follow the first; a smaller value would be an overlong
     * form.
     */
    static const uint32_t smallest[] = {0, 0x80u, 0x800u, 0x10000u};
    const unsigned char *p = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at), tail, i;
    uint32_t point = p[0];

    if (point < 0x80u) {
        *at += 1;
        return point;
    }
    if ((point & 0xE0u) == 0xC0u)
        tail = 1;
    else if ((point & 0xF0u) == 0xE0u)
        tail = 2;
    else if ((point & 0xF8u) == 0xF0u)
        tail = 3;
    else
        return BAD_POINT;
    /* The sequence is cut off by the end of the text. */
    if (left <= tail)
        return BAD_POINT;
    /* The bits of the first byte that belong to the value: 5, 4 or 3. */
    point &= 0x3Fu >> tail;
    for (i = 1; i <= tail; i++) {
        if ((p[i] & 0xC0u) != 0x80u)
            return BAD_POINT;
        point = (point << 6) | (p[i] & 0x3Fu);
    }
    if (point < smallest[tail] || point > 0x10FFFFu || is_surrogate(point))
        return BAD_POINT;
    *at += tail + 1;
    return point;
}

size_t shmb_utf8_to_utf16(const char *text, size_t length, uint16_t *out, size_t capacity)
{
    const char *at = text, *end = text + length;
    size_t units = 0;

    while (at < end) {
        uint32_t point;
        size_t need;

        if ((unsigned char)*at < 0x80u) { /* nearly every byte */
            if (units < capacity)
                out[units] = (uint16_t)(unsigned char)*at;
            units++;
            at++;
            continue;
        }
        point = shmb_utf8_next(&at, end);
        need = point >= 0x10000u ? 2 : 1;

        if (point == BAD_POINT)
            return SHMB_UTF_BAD;
        if (units + need <= capacity) {
            if (need == 1) {
                out[units] = (uint16_t)point;
            } else {
                out[units] = (uint16_t)(0xD800u + ((point - 0x10000u) >> 10));
                out[units + 1] = (uint16_t)(0xDC00u + ((point - 0x10000u) & 0x3FFu));
            }
        }
        units += need;
    }
    return units;
}

/* Writes a code point. Returns the number of bytes. */
static size_t put_utf8(uint32_t point, unsigned char bytes[4])
{
    if (point < 0x80u) {
        bytes[0] = (unsigned char)point;
        return 1;
    }
    if (point < 0x800u) {
        bytes[0] = (unsigned char)(0xC0u | (point >> 6));
        bytes[1] = (unsigned char)(0x80u | (point & 0x3Fu));
        return 2;
    }
    if (point < 0x10000u) {
        bytes[0] = (unsigned char)(0xE0u | (point >> 12));
        bytes[1] = (unsigned char)(0x80u | ((point >> 6) & 0x3Fu));
        bytes[2] = (unsigned char)(0x80u | (point & 0x3Fu));
        return 3;
    }
    bytes[0] = (unsigned char)(0xF0u | (point >> 18));
    bytes[1] = (unsigned char)(0x80u | ((point >> 12) & 0x3Fu));
    bytes[2] = (unsigned char)(0x80u | ((point >> 6) & 0x3Fu));
    bytes[3] = (unsigned char)(0x80u | (point & 0x3Fu));
    return 4;
}

size_t shmb_utf16_to_utf8(const uint16_t *text, size_t length, char *out, size_t capacity)
{
    size_t i, k, total = 0;

    for (i = 0; i < length; i++) {
        unsigned char bytes[4];
        uint32_t point = text[i];
        size_t need;

        if (is_surrogate(point)) {
            /* A low surrogate first, or a high one without a low one behind it. */
            if (point >= 0xDC00u || i + 1 >= length || (text[i + 1] & 0xFC00u) != 0xDC00u)
                return SHMB_UTF_BAD;
            point = 0x10000u + ((point - 0xD800u) << 10) + (text[i + 1] - 0xDC00u);
            i++;
        }
        need = put_utf8(point, bytes);
        if (total + need <= capacity)
            for (k = 0; k < need; k++)
                out[total + k] = (char)bytes[k];
        total += need;
    }
    return total;
}
