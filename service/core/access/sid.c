/*
 * One SID can be written in many ways: leading zeros, a hexadecimal authority, a small s. The core
 * compares SIDs as texts, so what an administrator writes goes through sid_canonical first.
 */
#include "sid.h"

#include <inttypes.h>
#include <stdio.h>

#define AUTHORITY_MAX ((UINT64_C(1) << 48) - 1)
#define PARTS_MAX     15

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool sid_looks_like(const char *text)
{
    if (text[0] != 'S' && text[0] != 's')
        return false;
    if (text[1] != '-' || !is_digit(text[2]))
        return false;
    for (text += 2; is_digit(*text); text++)
        continue;
    return *text == '-';
}

static int digit_value(char c, unsigned base)
{
    if (is_digit(c))
        return c - '0';
    if (base == 16 && c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (base == 16 && c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Reads at least one digit. False: no digit, or more than `max`. */
static bool read_number(const char **at, unsigned base, uint64_t max, uint64_t *value)
{
    const char *p = *at;
    int digit = digit_value(*p, base);

    if (digit < 0)
        return false;
    for (*value = 0; digit >= 0; digit = digit_value(*++p, base)) {
        /* Checked before the arithmetic, which could wrap around. */
        if ((unsigned)digit > max || *value > (max - (unsigned)digit) / base)
            return false;
        *value = *value * base + (unsigned)digit;
    }
    *at = p;
    return true;
}

static bool read_authority(const char **at, uint64_t *value)
{
    const char *p = *at;

    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        *at = p + 2;
        return read_number(at, 16, AUTHORITY_MAX, value);
    }
    return read_number(at, 10, AUTHORITY_MAX, value);
}

/*
 * Appends a number, and returns the new length. The longest SID has 14 + 3 + 15 * 11
 * characters, so `out` is always large enough.
 */
static size_t put(char out[SYS_SID_MAX], size_t used, const char *format, uint64_t value)
{
    int n = snprintf(out + used, SYS_SID_MAX - used, format, value);

    return used + (n < 0 ? 0 : (size_t)n);
}

/* As sid_canonical, but `out` may hold a part of the SID after a failure. */
static bool convert(const char *at, char out[SYS_SID_MAX])
{
    uint64_t value;
    size_t used, parts;

    if (!sid_looks_like(at))
        return false;
    at += 2;
    if (!read_number(&at, 10, 1, &value) || value != 1 || *at++ != '-')
        return false;
    if (!read_authority(&at, &value))
        return false;
    used = put(out, 0, value > UINT32_MAX ? "S-1-0x%012" PRIX64 : "S-1-%" PRIu64, value);
    for (parts = 0; *at == '-'; parts++) {
        at++;
        if (parts == PARTS_MAX || !read_number(&at, 10, UINT32_MAX, &value))
            return false;
        used = put(out, used, "-%" PRIu64, value);
    }
    return *at == '\0' && parts >= 1;
}

bool sid_canonical(const char *text, char out[SYS_SID_MAX])
{
    if (convert(text, out))
        return true;
    out[0] = '\0';
    return false;
}
