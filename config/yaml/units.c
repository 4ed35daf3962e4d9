/*
 * Strict on purpose: KB, k and 1.5 MiB are refused instead of guessed, because a segment of
 * the wrong size fails much later. units_meant only helps to word the error.
 */
#include "units.h"

#include <stdbool.h>
#include <string.h>

static const struct unit {
    const char name[4];
    unsigned shift;
} all_units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

#define UNIT_COUNT (sizeof all_units / sizeof all_units[0])

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text, size_t length)
{
    size_t n = 0;

    while (n < length && is_digit(text[n]))
        n++;
    return n;
}

enum units_result units_number(const char *text, size_t length, uint64_t *out)
{
    uint64_t value = 0;
    size_t i;

    *out = 0;
    if (length == 0 || digits(text, length) != length || (text[0] == '0' && length > 1))
        return UNITS_NOT_A_NUMBER;
    for (i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        /* Before the multiplication: the product could wrap. */
        if (value > (UINT64_MAX - digit) / 10)
            return UNITS_TOO_BIG;
        value = value * 10 + digit;
    }
    *out = value;
    return UNITS_OK;
}

/* Returns the number of digits; `*unit` is what follows them and one optional space. */
static size_t split(const char *text, size_t length, const char **unit, size_t *unit_length)
{
    size_t number = digits(text, length), skip = number;

    if (skip < length && text[skip] == ' ')
        skip++;
    *unit = text + skip;
    *unit_length = length - skip;
    return number;
}

enum units_result units_size(const char *text, size_t length, uint64_t *out)
{
    const char *unit;
    size_t unit_length, i, number = split(text, length, &unit, &unit_length);
    enum units_result result = units_number(text, number, out);

    if (result != UNITS_OK || number == length)
        return result;
    for (i = 0; i < UNIT_COUNT; i++) {
        if (unit_length != 3 || memcmp(unit, all_units[i].name, 3) != 0)
            continue;
        if (*out > UINT64_MAX >> all_units[i].shift) {
            *out = 0;
            return UNITS_TOO_BIG;
        }
        *out <<= all_units[i].shift;
        return UNITS_OK;
    }
    *out = 0;
    return UNITS_BAD_UNIT;
}

enum units_result units_time(const char *text, size_t length, uint64_t *out)
{
    static const struct {
        const char name[4];
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
    const char *unit;
    size_t unit_length, i, number = split(text, length, &unit, &unit_length);
    enum units_result result = units_number(text, number, out);

    /* 0 is the same in every unit, so it needs none. */
    if (result != UNITS_OK || (number == length && *out == 0))
        return result;
    for (i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (unit_length != strlen(units[i].name) || memcmp(unit, units[i].name, unit_length) != 0)
            continue;
        if (*out > UINT64_MAX / units[i].ms) {
            *out = 0;
            return UNITS_TOO_BIG;
        }
        *out *= units[i].ms;
        return UNITS_OK;
    }
    *out = 0;
    return UNITS_BAD_UNIT;
}

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

const char *units_meant(const char *text, size_t length)
{
    const char *unit;
    size_t unit_length, i;

    split(text, length, &unit, &unit_length);
    while (unit_length > 0 && *unit == ' ') {
        unit++;
        unit_length--;
    }
    if (unit_length == 0 || unit_length > 3)
        return NULL;
    /* Similar are K, KB and KiB in any case, and the same with M and G. */
    if (unit_length >= 2 && upper(unit[unit_length - 1]) != 'B')
        return NULL;
    if (unit_length == 3 && upper(unit[1]) != 'I')
        return NULL;
    for (i = 0; i < UNIT_COUNT; i++)
        if (upper(unit[0]) == all_units[i].name[0])
            return all_units[i].name;
    return NULL;
}
