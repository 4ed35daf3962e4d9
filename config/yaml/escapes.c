/* Reads the escapes of YAML 1.1 again. libyaml has refused all others before. */
#include "escapes.h"

#include <string.h>

#include "characters.h"

/* The character of a hexadecimal escape. */
static uint32_t hexadecimal(const char *digits, size_t count)
{
    uint32_t point = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        char c = digits[i];
        unsigned digit = 0;

        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (unsigned)(c - 'A') + 10;
        point = point << 4 | digit;
    }
    return point;
}

/* The character of an escape of one letter. All others stand for themselves. */
static uint32_t letter(char c)
{
    static const char letters[] = "0abtnvfreN_LP";
    static const uint32_t points[] = {0x00, 0x07, 0x08, 0x09, 0x0A,   0x0B,  0x0C,
                                      0x0D, 0x1B, 0x85, 0xA0, 0x2028, 0x2029};
    const char *found = strchr(letters, c);

    return found != NULL ? points[found - letters] : (unsigned char)c;
}

bool escape_next(const char **at, const char *end, struct escape *out)
{
    const char *start = memchr(*at, '\\', (size_t)(end - *at));
    size_t digits = 0;

    if (start == NULL || end - start < 2)
        return false;
    if (start[1] == 'x')
        digits = 2;
    else if (start[1] == 'u')
        digits = 4;
    else if (start[1] == 'U')
        digits = 8;
    if ((size_t)(end - start) < 2 + digits)
        return false;
    out->text = start;
    out->length = 2 + digits;
    if (digits > 0)
        out->point = hexadecimal(start + 2, digits);
    else if (start[1] == '\r' || start[1] == '\n')
        out->point = '\n';
    else
        out->point = letter(start[1]);
    *at = start + out->length;
    return true;
}

static bool is_itself(const struct escape *escape)
{
    return strchr("\\\"/", escape->text[1]) != NULL;
}

static bool is_explicit(const struct escape *escape)
{
    return escape->text[1] == 'u' || escape->text[1] == 'U';
}

/*
 * True for an escape that whoever means a backslash writes by mistake. False for \\, \", \/
 * and for \u and \U: nobody writes four or eight digits by mistake.
 */
static bool is_doubtful(const struct escape *escape)
{
    return !is_itself(escape) && !is_explicit(escape);
}

bool escape_matters(const char *source, size_t length)
{
    const char *at = source, *end = source + length;
    struct escape escape;

    while (escape_next(&at, end, &escape))
        if (!is_itself(&escape))
            return true;
    return false;
}

bool escape_means(const char *source, size_t length, uint32_t point)
{
    const char *at = source, *end = source + length;
    struct escape escape;

    while (escape_next(&at, end, &escape))
        if (is_explicit(&escape) && escape.point == point)
            return true;
    return false;
}

bool escape_worst(const char *source, size_t length, struct escape *out)
{
    const char *at = source, *end = source + length;
    struct escape escape;
    bool found = false;

    while (escape_next(&at, end, &escape)) {
        if (!is_doubtful(&escape))
            continue;
        if (!found)
            *out = escape;
        found = true;
        if (character_kind(escape.point) != CHARACTER_REFUSED)
            continue;
        *out = escape;
        return true;
    }
    return found;
}
