/*
 * maker.h - gets the objects of an inventory: makes them, or takes over what
 * is there and is ours.
 */
#ifndef CORE_MAKER_H
#define CORE_MAKER_H

#include "descriptor_cache.h"
#include "inventory.h"
#include "state.h"
#include "system.h"

/* For one inventory. All of it is borrowed. */
struct maker {
    const struct system *system;
    const struct sys_identity *identity;
    const struct inventory *inventory;
    struct descriptor_cache *cache;
    struct state *state;
    uint64_t *stamp;    /* the greatest generation or revision so far */
    uint32_t *patience; /* what is left of COPY_RESTORE_PATIENCE_MS */
};

/*
 * Makes the object of an item, or takes over the one that is there. Then the
 * item is held or deferred, and its record is in the state, not yet written.
 * On anything but SYS_OK, it is in conflict or failed. Everything that is new
 * has been reported.
 */
enum sys_status maker_obtain(const struct maker *maker, struct item *item);

/* Gives a held item the access it is to have; where that fails, it is due. Reported. */
bool maker_protect(const struct maker *maker, struct item *item);

/*
 * Makes a held item's object anew as `wanted`; a section's content is copied
 * over as far as it goes. The item's generation grows. Where somebody else has
 * the object open, or it cannot be made, the item is deferred and keeps what it
 * had, which then may be a copy of it with a new generation. True: done.
 */
bool maker_recreate(const struct maker *maker, struct item *item, const struct sys_spec *wanted,
                    const char *lock);

/* Puts what a held item is into the state, not yet written. */
void maker_record(const struct maker *maker, const struct item *item);

/* An event about an item; `detail` may be NULL. */
void maker_report(const struct maker *maker, const struct item *item, enum event_id event,
                  const char *detail);

#endif
