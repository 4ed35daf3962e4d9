/*
 * ranges.h - where two copies of the same bytes differ.
 */
#ifndef LOGIC_RANGES_H
#define LOGIC_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Differences with fewer equal bytes between them than this are one. */
#define RANGES_GAP 8u

struct range {
    size_t offset, length;
};

/*
 * The next range that differs, from `*at` on, which is 0 at first and moves behind it.
 * False: there is no more.
 */
bool ranges_next(const uint8_t *before, const uint8_t *after, size_t size, size_t *at,
                 struct range *out);

#endif
