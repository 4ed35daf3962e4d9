/*
 * units.h - numbers, sizes and times as a person writes them.
 *
 * Plain decimal only: no sign, no fraction, no leading zero (which other
 * readers of YAML take for octal).
 */
#ifndef CFG_UNITS_H
#define CFG_UNITS_H

#include <stddef.h>
#include <stdint.h>

enum units_result {
    UNITS_OK,
    UNITS_NOT_A_NUMBER,
    UNITS_BAD_UNIT, /* a number, then an unknown unit */
    UNITS_TOO_BIG   /* beyond 64 bits */
};

/* A whole number, such as "512". `*out` is 0 on failure. */
enum units_result units_number(const char *text, size_t length, uint64_t *out);

/*
 * A size in bytes: a number, or a number with KiB, MiB or GiB behind it, with
 * or without one space between. `*out` is 0 on failure.
 */
enum units_result units_size(const char *text, size_t length, uint64_t *out);

/*
 * A time in milliseconds: a number with ms, s, min or h behind it, with or
 * without one space between. A number alone is UNITS_BAD_UNIT, except 0.
 * `*out` is 0 on failure.
 */
enum units_result units_time(const char *text, size_t length, uint64_t *out);

/*
 * The unit that was probably meant after UNITS_BAD_UNIT of units_size: "KiB" for KB,
 * kb, K, kib. NULL: no unit is similar.
 */
const char *units_meant(const char *text, size_t length);

#endif
