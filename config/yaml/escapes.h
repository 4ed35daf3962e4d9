/*
 * escapes.h - escapes in a double-quoted text, as they are written in the file.
 *
 * "Global\Prices" is not Global, a backslash and Prices: \P is U+2029. libyaml gives only
 * the result, so the places of such escapes are found in the source.
 */
#ifndef CFG_ESCAPES_H
#define CFG_ESCAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One escape. A backslash at the end of a line has the point '\n'. */
struct escape {
    const char *text; /* in the source, from the backslash on */
    size_t length;
    uint32_t point; /* the character that it stands for */
};

/*
 * Finds the next escape at or after `*at` (before `end`) in a source that libyaml accepts,
 * and moves `*at` behind it. False: there is none.
 */
bool escape_next(const char **at, const char *end, struct escape *out);

/* True if a source has any escape but \\, \" and \/. */
bool escape_matters(const char *source, size_t length);

/* True if a source has \u or \U with this character. */
bool escape_means(const char *source, size_t length, uint32_t point);

/*
 * The escape to name in a message about a source: the first that stands for a character
 * that is refused, else the first doubtful one. False: there is none.
 */
bool escape_worst(const char *source, size_t length, struct escape *out);

#endif
