/*
 * ranges.h - where two copies of the same bytes differ.
 */
#ifndef LOGIC_RANGES_H
#define LOGIC_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two differences with fewer equal bytes than this between them are one range. */
#define RANGES_GAP 8u

struct range {
    size_t offset, length;
};

/*
 * Finds the next range that differs, from `*at` on, and moves `*at` to its end. Start with
 * `*at` 0. False: no more.
 */
bool ranges_next(const uint8_t *before, const uint8_t *after, size_t size, size_t *at,
                 struct range *out);

#endif
