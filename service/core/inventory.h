/*
 * inventory.h - the flat list of all objects a configuration asks for,
 * companions included, and what has become of each.
 */
#ifndef CORE_INVENTORY_H
#define CORE_INVENTORY_H

#include "messages.h"
#include "model.h"
#include "system.h"
#include "trustees.h"

enum item_state {
    ITEM_WANTED, /* not tried yet */
    ITEM_HELD,
    ITEM_CONFLICT, /* the name is held by an object that is not ours */
    ITEM_FAILED    /* the system refused */
};

/* An access list with its trustees resolved; equal lists are one. */
struct access_set;

struct item {
    struct sys_spec spec;
    const struct cfg_object *from;     /* the entry that asks for it; a segment for its lock */
    const struct cfg_initial *initial; /* section with initial content, else NULL */
    bool initialised;                  /* section: the configuration says what is in it */
    bool readers_may_wait;             /* mutex of a segment whose readers may wait */
    size_t access;                     /* index of its access set */
    enum item_state state;
    struct sys_object *object; /* held: else NULL */
    uint64_t generation;       /* held: grows each time an object is made; else 0 */
    char *reason;              /* conflict, failed: why, in words; NULL: no memory for them */
};

struct inventory {
    struct item *items; /* a segment's lock stands before the segment */
    size_t count;
    struct access_set *sets;
    size_t set_count;
    const char *file; /* of the configuration */
    size_t directory; /* access set of the directory, or INVENTORY_NO_ACCESS: not written */
};

#define INVENTORY_NO_ACCESS SIZE_MAX

/*
 * Expands a configuration. Accounts that do not exist, and entries that would
 * lock the broker itself out, become errors in `messages`, at their places.
 * The configuration and `known` must outlive the inventory.
 *
 * SYS_OK; SYS_NOT_FOUND: errors were added; SYS_NO_MEMORY.
 * On anything but SYS_OK, `*out` is NULL.
 */
enum sys_status inventory_build(const struct cfg *configuration, struct trustees *known,
                                struct cfg_messages *messages, struct inventory **out);
void inventory_free(struct inventory *inventory); /* NULL is allowed; closes nothing */

/* The rules of an access set, for descriptors and for words. */
const struct access_rule *inventory_rules(const struct inventory *inventory, size_t access,
                                          size_t *count);

#endif
