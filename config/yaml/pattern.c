/*
 * Pure part of include: which paths are allowed, and which names match. The service reads the
 * folders (service/win32/files) and asks this file about each name.
 */
#include "pattern.h"

#include <stdint.h>
#include <string.h>

#include "names.h"
#include "utf.h"

static bool is_separator(char c)
{
    return c == '\\' || c == '/';
}

static bool is_wildcard(char c)
{
    return c == '*' || c == '?';
}

bool pattern_has_wildcard(const char *path)
{
    return strpbrk(path, "*?") != NULL;
}

const char *pattern_last_part(const char *path)
{
    const char *at, *last = path;

    for (at = path; *at != '\0'; at++)
        if (is_separator(*at))
            last = at + 1;
    return last;
}

static bool has_control(const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20u || text[i] == 0x7F)
            return true;
    return false;
}

const char *pattern_fault(const char *path, size_t length, bool wildcards)
{
    const char *last, *at;

    if (length == 0)
        return "the path is empty";
    if (length > CFG_PATH_MAX)
        return "the path is too long";
    if (has_control(path, length))
        return "the path contains a control character; remove it";
    last = pattern_last_part(path);
    if (*last == '\0')
        return "the path ends without a file name; name a file";
    for (at = path; *at != '\0'; at++) {
        if (!is_wildcard(*at))
            continue;
        if (!wildcards)
            return "* and ? are not allowed in this path; name one file";
        if (at < last)
            return "* and ? are allowed only in the last part of the path; name the folder";
    }
    return NULL;
}

/* The next character without case. An ill-formed byte becomes a value beyond Unicode. */
static uint32_t next(const char **at, const char *end)
{
    const char *start = *at;
    uint32_t point = shmb_utf8_next(at, end);

    if (point != UINT32_MAX)
        return shmb_name_fold(point);
    *at = start + 1;
    return 0x80000000u | (unsigned char)*start;
}

/*
 * On a mismatch only the last `*` takes one more character, so the time is pattern times name.
 * `wild`: the name is a pattern itself, and its `*` may be any run, so no `?` takes it.
 */
static bool match(const char *pattern, const char *name, bool wild)
{
    const char *pattern_end = pattern + strlen(pattern), *name_end = name + strlen(name);
    /* What follows the last `*`, and where in the name that was last tried. */
    const char *star = NULL, *resume = NULL;

    while (name < name_end) {
        const char *after_pattern = pattern, *after_name = name;
        uint32_t c = next(&after_name, name_end);

        if (pattern < pattern_end && *pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (pattern < pattern_end &&
                   (*pattern == '?' ? !wild || c != '*' : next(&after_pattern, pattern_end) == c)) {
            pattern = *pattern == '?' ? pattern + 1 : after_pattern;
            name = after_name;
        } else if (star != NULL) {
            next(&resume, name_end);
            pattern = star;
            name = resume;
        } else {
            return false;
        }
    }
    while (pattern < pattern_end && *pattern == '*')
        pattern++;
    return pattern == pattern_end;
}

bool pattern_match(const char *pattern, const char *name)
{
    return match(pattern, name, false);
}

bool pattern_covers(const char *pattern, const char *other)
{
    return match(pattern, other, true);
}

int pattern_compare(const char *a, const char *b)
{
    const char *x = a, *x_end = a + strlen(a), *y = b, *y_end = b + strlen(b);

    while (x < x_end && y < y_end) {
        uint32_t c = next(&x, x_end), d = next(&y, y_end);

        if (c != d)
            return c < d ? -1 : 1;
    }
    /* One is the beginning of the other: the shorter one comes first. */
    if (x < x_end || y < y_end)
        return x < x_end ? 1 : -1;
    /* Equal but for case: still one order, so that sorting gives the same result everywhere. */
    return strcmp(a, b);
}
