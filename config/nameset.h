/*
 * nameset.h - a set of borrowed pointers, by hash and the caller's comparison.
 */
#ifndef CFG_NAMESET_H
#define CFG_NAMESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nameset_slot {
    const void *item; /* NULL: free */
    uint32_t hash;
};

struct nameset {
    struct nameset_slot *slots;
    size_t mask;
};

typedef bool nameset_same(const void *a, const void *b);

/* Makes room for `count` items. False: no memory. */
bool nameset_init(struct nameset *set, size_t count);
void nameset_free(struct nameset *set);

/*
 * Adds an item, at most `count` times. Returns the equal item that is already in the
 * set (then nothing is added), or NULL.
 */
const void *nameset_add(struct nameset *set, uint32_t hash, const void *item, nameset_same *same);

/* The equal item in the set, or NULL. */
const void *nameset_find(const struct nameset *set, uint32_t hash, const void *item,
                         nameset_same *same);

#endif
