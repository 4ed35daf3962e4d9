/*
 * holdings.h - what is held, apart from what is wanted: by name, without case.
 *
 * Made for one plan from the inventory that is served, or, by a program that
 * only looks, from what the broker says of itself. Who asks for the names in
 * the order they were added in gets them without a search.
 */
#ifndef CORE_HOLDINGS_H
#define CORE_HOLDINGS_H

#include "inventory.h"

#define HOLDINGS_NONE SIZE_MAX

/* All texts are borrowed. */
struct holding {
    struct sys_spec spec; /* what the object is, which need not be what was wanted */
    const char *lock;     /* section: the bare name of its lock; NULL: none */
    const char *sddl;     /* its access now; NULL: not known, or not what it should be */
    bool held;            /* false: only wanted so far */
    uint32_t hash;        /* of the name; 0: not known */
    size_t index;         /* of the caller: where it comes from */
};

struct holdings {
    struct holding *items;
    size_t count, most;
    size_t *slots; /* index + 1; open addressing, at most half full; for the first `indexed` */
    size_t slot_count, indexed;
    size_t next; /* what is asked for next where all is in order */
};

/* Room for `most`. False: no memory; `out` is empty then. */
bool holdings_init(struct holdings *out, size_t most);
void holdings_free(struct holdings *holdings);

/*
 * At most as often as there is room. Of two with the same name the first one
 * is found.
 */
void holdings_add(struct holdings *holdings, const struct holding *holding);

/* The index of a name, or HOLDINGS_NONE. `hash` is that of the name, or 0. */
size_t holdings_find(struct holdings *holdings, const char *name, uint32_t hash);

#endif
