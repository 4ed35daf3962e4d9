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
 * Room for `count` things in all, those in the set included; a set that is all zero
 * counts as empty. False: no memory, and the set is as before.
 */
bool nameset_reserve(struct nameset *set, size_t count);

/*
 * Adds a borrowed thing, at most `count` times. Returns the equal thing that is
 * in the set already (nothing is added then), or NULL. `same` NULL: the caller
 * knows that no equal thing is in the set.
 */
const void *nameset_add(struct nameset *set, uint32_t hash, const void *item, nameset_same *same);

/*
 * The equal thing that is in the set, or NULL. `same` gets the thing and then `item`,
 * which may be a key of another type, such as a name.
 */
const void *nameset_find(const struct nameset *set, uint32_t hash, const void *item,
                         nameset_same *same);

/* Removes this very thing, which was added with this hash. Nothing happens if it is not there. */
void nameset_remove(struct nameset *set, uint32_t hash, const void *item);

#endif
