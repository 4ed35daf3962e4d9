/*
 * nameset.h - finds equal things among many: a hash table of pointers.
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

/* Room for `count` things. False: no memory. */
bool nameset_init(struct nameset *set, size_t count);
void nameset_free(struct nameset *set);

/*
 * Adds a borrowed thing, at most `count` times. Returns the equal thing that is
 * in the set already (nothing is added then), or NULL.
 */
const void *nameset_add(struct nameset *set, uint32_t hash, const void *item, nameset_same *same);

/* The equal thing that is in the set, or NULL. */
const void *nameset_find(const struct nameset *set, uint32_t hash, const void *item,
                         nameset_same *same);

#endif
