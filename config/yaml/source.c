/*
 * A check of its own before libyaml: it names the place and the remedy, and all code behind
 * it can rely on well-formed UTF-8. read_initial.c checks texts again: escapes can add
 * characters.
 */
#include "source.h"

#include <stdbool.h>
#include <string.h>

#include "utf.h"

static const char utf16[] = "the file is UTF-16, which Notepad calls Unicode; save it as UTF-8";
static const char not_utf8[] = "the text is not UTF-8 from here on; save the file as UTF-8";
static const char control[] = "there is a control character here; remove it";

static bool starts_with(const char *text, size_t length, const char *bytes, size_t count)
{
    return length >= count && memcmp(text, bytes, count) == 0;
}

static bool is_allowed(uint32_t point)
{
    if (point < 0x80u)
        return (point >= 0x20u && point < 0x7Fu) || point == '\t' || point == '\n' || point == '\r';
    return point >= 0xA0u && point != 0xFFFEu && point != 0xFFFFu;
}

const char *source_fault(const char *text, size_t length, size_t *offset)
{
    const char *at = text, *end = text + length;

    *offset = 0;
    if (starts_with(text, length, "\xFF\xFE", 2) || starts_with(text, length, "\xFE\xFF", 2))
        return utf16;
    while (at < end) {
        const char *start = at;
        uint32_t point;

        if (*at >= ' ' && *at < 0x7F) { /* nearly every byte: no need to decode it */
            at++;
            continue;
        }
        point = shmb_utf8_next(&at, end);
        if (point != UINT32_MAX && is_allowed(point))
            continue;
        *offset = (size_t)(start - text);
        return point == UINT32_MAX ? not_utf8 : control;
    }
    return NULL;
}

void source_place(const char *text, size_t offset, uint32_t *line, uint32_t *column)
{
    const char *at = text, *end = text + offset;

    *line = 1;
    *column = 1;
    while (at < end) {
        uint32_t point = shmb_utf8_next(&at, end);
        bool ends_line = point == '\n' || point == 0x2028u || point == 0x2029u;

        if (point == UINT32_MAX)
            return;
        /* CR LF is one line end, counted at the LF. */
        if (point == '\r')
            ends_line = at == end || *at != '\n';
        if (ends_line) {
            *line += 1;
            *column = 1;
        } else {
            *column += 1;
        }
    }
}
