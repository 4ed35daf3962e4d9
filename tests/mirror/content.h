/*
 * content.h - values that show whether they are whole: who wrote them, their number, and bytes that
 * follow from both.
 */
#ifndef MIRROR_CONTENT_H
#define MIRROR_CONTENT_H

#include <stddef.h>
#include <stdint.h>

struct content_value {
    uint32_t writer;
    uint64_t number; /* 1 and up, of this writer */
    uint64_t
        stamp; /* when it was written, in ticks of the writer's clock; not covered by the sum */
};

#define CONTENT_LEAST 32u /* bytes of the smallest value */

enum content_state { CONTENT_EMPTY, CONTENT_WHOLE, CONTENT_TORN };

/* Fills `size` bytes, CONTENT_LEAST or more. */
void content_fill(void *bytes, size_t size, const struct content_value *value);

/* Sets the stamp alone of what content_fill has filled. */
void content_stamp(void *bytes, uint64_t stamp);

/*
 * Reads a value. CONTENT_EMPTY: all of the head is zero, as in a new segment. CONTENT_TORN: the
 * bytes are not those that belong to writer and number; `value` is what the head says.
 */
enum content_state content_check(const void *bytes, size_t size, struct content_value *value);

/* "empty", "whole" or "torn". */
const char *content_state_text(enum content_state state);

#endif
