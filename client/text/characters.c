/*
 * Two tables: ranges of characters that are invisible or separate lines, and single characters
 * that stand where a plain one is meant. Letters are never judged: any script may be in a name.
 */
#include "characters.h"

#include <stdio.h>
#include <string.h>

#include "utf.h"

#define WORD_SHOWN 24u /* bytes of each neighbour */

struct range {
    uint32_t first, last;
    enum character_kind kind;
    const char *name;
};

/* Sorted; the first match counts. */
static const struct range ranges[] = {
    {0x0000, 0x001F, CHARACTER_REFUSED, "a control character"},
    {0x007F, 0x009F, CHARACTER_REFUSED, "a control character"},
    {0x00A0, 0x00A0, CHARACTER_DOUBTFUL, "a no-break space"},
    {0x00AB, 0x00AB, CHARACTER_DOUBTFUL, "a typographic quote"},
    {0x00AD, 0x00AD, CHARACTER_REFUSED, "an invisible hyphen"},
    {0x00BB, 0x00BB, CHARACTER_DOUBTFUL, "a typographic quote"},
    {0x034F, 0x034F, CHARACTER_REFUSED, "an invisible character"},
    {0x061C, 0x061C, CHARACTER_REFUSED, "an invisible mark of direction"},
    {0x115F, 0x1160, CHARACTER_REFUSED, "an invisible character"},
    {0x1680, 0x1680, CHARACTER_DOUBTFUL, "an unusual space"},
    {0x17B4, 0x17B5, CHARACTER_REFUSED, "an invisible character"},
    {0x180B, 0x180F, CHARACTER_REFUSED, "an invisible character"},
    {0x2000, 0x200A, CHARACTER_DOUBTFUL, "an unusual space"},
    {0x200B, 0x200B, CHARACTER_REFUSED, "a space without width"},
    {0x200C, 0x200D, CHARACTER_DOUBTFUL, "an invisible joiner"},
    {0x200E, 0x200F, CHARACTER_REFUSED, "an invisible mark of direction"},
    {0x2010, 0x2015, CHARACTER_DOUBTFUL, "a dash that is not the plain -"},
    {0x2018, 0x201F, CHARACTER_DOUBTFUL, "a typographic quote"},
    {0x2024, 0x2024, CHARACTER_DOUBTFUL, "a dot that is not the plain ."},
    {0x2028, 0x2028, CHARACTER_REFUSED, "a line separator"},
    {0x2029, 0x2029, CHARACTER_REFUSED, "a paragraph separator"},
    {0x202A, 0x202E, CHARACTER_REFUSED, "an invisible mark of direction"},
    {0x202F, 0x202F, CHARACTER_DOUBTFUL, "a narrow no-break space"},
    {0x2039, 0x203A, CHARACTER_DOUBTFUL, "a typographic quote"},
    {0x205F, 0x205F, CHARACTER_DOUBTFUL, "an unusual space"},
    {0x2060, 0x2064, CHARACTER_REFUSED, "an invisible character"},
    {0x2066, 0x2069, CHARACTER_REFUSED, "an invisible mark of direction"},
    {0x206A, 0x206F, CHARACTER_REFUSED, "an invisible character"},
    {0x2212, 0x2212, CHARACTER_DOUBTFUL, "a minus that is not the plain -"},
    {0x2216, 0x2216, CHARACTER_DOUBTFUL, "a backslash that is not the plain \\"},
    {0x2236, 0x2236, CHARACTER_DOUBTFUL, "a colon that is not the plain :"},
    {0x2800, 0x2800, CHARACTER_DOUBTFUL, "an unusual space"},
    {0x3000, 0x3000, CHARACTER_DOUBTFUL, "a wide space"},
    {0x3001, 0x3001, CHARACTER_DOUBTFUL, "a comma that is not the plain ,"},
    {0x3164, 0x3164, CHARACTER_REFUSED, "an invisible character"},
    {0xFE00, 0xFE0F, CHARACTER_DOUBTFUL, "an invisible selector"},
    {0xFE68, 0xFE68, CHARACTER_DOUBTFUL, "a backslash that is not the plain \\"},
    {0xFEFF, 0xFEFF, CHARACTER_REFUSED, "a byte order mark"},
    {0xFF02, 0xFF02, CHARACTER_DOUBTFUL, "a quote that is not the plain \""},
    {0xFF03, 0xFF03, CHARACTER_DOUBTFUL, "a sign that is not the plain #"},
    {0xFF07, 0xFF07, CHARACTER_DOUBTFUL, "a quote that is not the plain '"},
    {0xFF0C, 0xFF0C, CHARACTER_DOUBTFUL, "a comma that is not the plain ,"},
    {0xFF0D, 0xFF0D, CHARACTER_DOUBTFUL, "a dash that is not the plain -"},
    {0xFF1A, 0xFF1A, CHARACTER_DOUBTFUL, "a colon that is not the plain :"},
    {0xFF3B, 0xFF3B, CHARACTER_DOUBTFUL, "a bracket that is not the plain ["},
    {0xFF3C, 0xFF3C, CHARACTER_DOUBTFUL, "a backslash that is not the plain \\"},
    {0xFF3D, 0xFF3D, CHARACTER_DOUBTFUL, "a bracket that is not the plain ]"},
    {0xFF5B, 0xFF5B, CHARACTER_DOUBTFUL, "a brace that is not the plain {"},
    {0xFF5D, 0xFF5D, CHARACTER_DOUBTFUL, "a brace that is not the plain }"},
    {0xFFA0, 0xFFA0, CHARACTER_REFUSED, "an invisible character"},
    {0xFFF9, 0xFFFC, CHARACTER_REFUSED, "an invisible character"},
    {0xFFFD, 0xFFFD, CHARACTER_DOUBTFUL, "the sign for a character that was lost"},
    {0xFFFE, 0xFFFF, CHARACTER_REFUSED, "a value that is no character"},
    {0xE0000, 0xE0FFF, CHARACTER_REFUSED, "an invisible character"},
};

static const struct range *find_range(uint32_t point)
{
    size_t i;

    if (point >= 0x20u && point < 0x7Fu)
        return NULL;
    for (i = 0; i < sizeof ranges / sizeof ranges[0] && ranges[i].first <= point; i++)
        if (point <= ranges[i].last)
            return &ranges[i];
    return NULL;
}

enum character_kind character_kind(uint32_t point)
{
    const struct range *range = find_range(point);

    return range != NULL ? range->kind : CHARACTER_PLAIN;
}

const char *character_name(uint32_t point)
{
    const struct range *range = find_range(point);

    if (point == '\t')
        return "a tab";
    return range != NULL ? range->name : "a character";
}

bool character_find(const char *text, size_t length, enum character_kind least,
                    struct character *out)
{
    const char *at = text, *end = text + length;

    while (at < end) {
        const char *start;
        uint32_t point;

        at += shmb_plain_run(at, (size_t)(end - at));
        if (at == end)
            break;
        start = at;
        point = shmb_utf8_next(&at, end);
        if (point == UINT32_MAX) /* cannot happen: the whole file is well-formed */
            return false;
        if (character_kind(point) < least)
            continue;
        out->point = point;
        out->offset = (size_t)(start - text);
        out->length = (size_t)(at - start);
        return true;
    }
    return false;
}

/* The word before an offset: `*length` bytes at the returned place. */
static const char *word_before(const char *text, size_t offset, size_t *length)
{
    const char *end = text + offset, *start;

    while (end > text && end[-1] == ' ')
        end--;
    start = end;
    while (start > text && start[-1] != ' ' && (size_t)(end - start) < WORD_SHOWN)
        start--;
    /* Not from the middle of a character on. */
    while (start < end && ((unsigned char)*start & 0xC0u) == 0x80u)
        start++;
    *length = (size_t)(end - start);
    return start;
}

static const char *word_behind(const char *text, size_t offset, size_t size, size_t *length)
{
    const char *start = text + offset, *end, *stop = text + size;

    while (start < stop && *start == ' ')
        start++;
    end = start;
    while (end < stop && *end != ' ' && (size_t)(end - start) < WORD_SHOWN)
        end++;
    while (end > start && end < stop && ((unsigned char)*end & 0xC0u) == 0x80u)
        end--;
    *length = (size_t)(end - start);
    return start;
}

const char *character_show(const char *text, size_t length, const struct character *character,
                           char out[CHARACTER_SHOWN])
{
    size_t before, behind;
    const char *left = word_before(text, character->offset, &before);
    const char *right = word_behind(text, character->offset + character->length, length, &behind);
    const char *name = character_name(character->point);
    unsigned long point = character->point;

    if (before > 0 && behind > 0)
        (void)snprintf(out, CHARACTER_SHOWN, "U+%04lX, %s, between '%.*s' and '%.*s'", point, name,
                       (int)before, left, (int)behind, right);
    else if (behind > 0)
        (void)snprintf(out, CHARACTER_SHOWN, "U+%04lX, %s, before '%.*s'", point, name, (int)behind,
                       right);
    else if (before > 0)
        (void)snprintf(out, CHARACTER_SHOWN, "U+%04lX, %s, behind '%.*s'", point, name, (int)before,
                       left);
    else
        (void)snprintf(out, CHARACTER_SHOWN, "U+%04lX, %s", point, name);
    return out;
}
