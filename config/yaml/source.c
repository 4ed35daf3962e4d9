/*
 * A check of its own before libyaml: it names the place and the remedy, and all code behind
 * it can rely on well-formed UTF-8. read_initial.c checks texts again: escapes can add
 * characters.
 */
#include "source.h"

#include <stdbool.h>
#include <string.h>

#include "utf.h"

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

static enum source_fault judge(uint32_t point, bool whole_file)
{
    if (point == UINT32_MAX)
        return SOURCE_NOT_UTF8;
    if (point == 0)
        return SOURCE_NUL;
    if (!is_allowed(point))
        return SOURCE_CONTROL;
    if (whole_file && point == 0xFEFFu)
        return SOURCE_MARK;
    if (whole_file && (point == 0x2028u || point == 0x2029u))
        return SOURCE_BREAK;
    return SOURCE_GOOD;
}

static enum source_fault find_fault(const char *text, size_t length, bool whole_file,
                                    size_t *offset, uint32_t *point)
{
    const char *at = text, *end = text + length;

    *offset = 0;
    *point = 0;
    if (starts_with(text, length, "\xFF\xFE", 2) || starts_with(text, length, "\xFE\xFF", 2))
        return SOURCE_UTF16;
    while (at < end) {
        const char *start;
        enum source_fault fault;
        uint32_t next;

        at += shmb_plain_run(at, (size_t)(end - at));
        if (at == end)
            break;
        start = at;
        next = shmb_utf8_next(&at, end);
        fault = judge(next, whole_file);
        if (fault == SOURCE_GOOD)
            continue;
        *offset = (size_t)(start - text);
        *point = next != UINT32_MAX ? next : 0;
        return fault;
    }
    return SOURCE_GOOD;
}

enum source_fault source_fault(const char *text, size_t length, size_t *offset, uint32_t *point)
{
    return find_fault(text, length, true, offset, point);
}

enum source_fault source_text_fault(const char *text, size_t length)
{
    size_t offset;
    uint32_t point;

    return find_fault(text, length, false, &offset, &point);
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

const char *source_line(const char *text, size_t size, uint32_t line, size_t *length)
{
    const char *at = text, *end = text + size;

    for (; line > 1 && at < end; line--) {
        while (at < end && *at != '\r' && *at != '\n')
            at++;
        if (at < end)
            at += end - at > 1 && at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    }
    *length = 0;
    while (at + *length < end && at[*length] != '\r' && at[*length] != '\n')
        *length += 1;
    return at;
}
