/*
 * maker.h - gets the objects of an inventory: makes them, or adopts those that exist and are
 * ours.
 */
#ifndef CORE_MAKER_H
#define CORE_MAKER_H

#include "descriptor_cache.h"
#include "inventory.h"
#include "state.h"
#include "system.h"

/* What the functions below work on, for one inventory. All of it is borrowed. */
struct maker {
    const struct system *system;
    const struct sys_identity *identity;
    const struct inventory *inventory;
    struct descriptor_cache *cache;
    struct state *state;
    uint64_t *stamp;    /* the greatest generation or revision used so far */
    uint32_t *patience; /* what is left of COPY_RESTORE_PATIENCE_MS, for this start or reload */
};

/*
 * Makes the object of an item, or adopts the existing one. SYS_OK: the item is held or
 * deferred, and its record is in the state, not yet written. Else the item is in conflict
 * (SYS_TAKEN) or failed. Reports each change, and each cause of a failure once.
 */
enum sys_status maker_obtain(const struct maker *maker, struct item *item);

/*
 * Sets the configured access on the object of a held item. False: it failed, which is
 * reported once, and is to be retried (item.access_due).
 */
bool maker_protect(const struct maker *maker, struct item *item);

/*
 * Makes the object of a held item anew as `wanted`, with the lock `lock` (a segment; NULL:
 * none). `fast`, `pair`: as in the item. The content of a segment is copied, as far as it fits; a
 * queue becomes empty. True: done, and the generation has grown. False: a program has the object
 * open, or it could not be made; the item is deferred with the old object, or with a new one like
 * it and a new generation. If even that fails, the item is in conflict or failed.
 */
bool maker_recreate(const struct maker *maker, struct item *item, const struct sys_spec *wanted,
                    const char *lock, bool fast, bool pair);

/* Records a held item in the state, not yet written. */
void maker_record(const struct maker *maker, const struct item *item);

/* Logs an event about an item; `detail` may be NULL. */
void maker_report(const struct maker *maker, const struct item *item, enum event_id event,
                  const char *detail);

/*
 * Logs an event about an item whose access was set as configured; `found` is the access that it
 * had, NULL: not known.
 */
void maker_report_access(const struct maker *maker, const struct item *item, enum event_id event,
                         const char *found);

#endif
