/*
 * carried_locks.h - locks and events of queues that are carried over a reload or restart.
 *
 * A segment keeps the lock it was made with until it is made anew: the programs that
 * have it open exclude each other by that one. If the configuration names another
 * lock now, the segment is deferred, and its lock is held although the configuration
 * no longer names it: it has an item of its own in the inventory. The same holds for the three
 * events of a queue whose name is that of another kind of object now.
 *
 * Where the segment or queue is of another kind than configured, it keeps its access, and so does
 * what it carries: the configured access is that of the other kind.
 */
#ifndef CORE_CARRIED_LOCKS_H
#define CORE_CARRIED_LOCKS_H

#include "adoption.h"
#include "maker.h"
#include "name_index.h"

/*
 * Before any item of `wanted` is made: finds the segments that may be adopted and that
 * had another lock, and the queues that are to be something else, by what the state remembers
 * (item_rare.carried_lock), and adds items for those locks and events. `held` is what the broker holds
 * itself: a reload carries the locks and events of those over without the state; NULL: nothing.
 * False: no memory. Pointers to items are void afterwards.
 */
bool carried_locks_find(const struct maker *maker, struct inventory *wanted,
                        struct name_index *held);

/*
 * True: the segment was made with another lock than the configuration wants, by its record in the
 * state (NULL: none), and `reason` says so.
 */
bool carried_lock_differs(const struct state_record *record, const struct item *item, char *reason,
                          size_t size);

/*
 * A segment is adopted: its lock is the one that it was made with (item.lock). True:
 * the configuration wants another one, and `reason` says so; else `reason` is empty.
 */
bool carried_lock_adopt(struct item *segment, const struct adoption *judged, char *reason,
                        size_t size);

/*
 * A reload defers a segment: its lock stays `lock`, which is copied; NULL: none. `fast`: it is a
 * fast lock. An item that is no segment has no lock, but may be the event of one. False: no memory.
 */
bool carried_lock_set(struct item *item, const char *lock, bool fast);

/*
 * A queue that the configuration does not want any more, but something else of its name, is
 * deferred, too, and keeps its events: their names become those of the item. False: no memory.
 */
bool carried_events_set(struct item *queue);

/* The index of one of CFG_QUEUE_EVENTS events of a queue; NAME_INDEX_NONE: it is not held. */
size_t carried_event_held(struct name_index *held, const struct item *queue, size_t event);

/*
 * Adds, with room reserved, an item for an event that a queue of the inventory carries, and returns
 * its index. It has the access of the queue; if that is not known, it keeps the one that it has
 * (item.other_kind).
 */
size_t carried_event_add(struct inventory *inventory, const struct item *queue, size_t event);

/*
 * A companion that the configuration names in the entry of `of` as well, and that `of` uses, which
 * is of another kind than configured: it gets the access that `of` has. False: it keeps the
 * configured one, because another entry names it, or because the access of `of` is not known.
 */
bool carried_access_keep(const struct inventory *inventory, struct item *companion,
                         const struct item *of);

/* The index of the lock of a held segment; NAME_INDEX_NONE: it has none, or it is not held. */
size_t carried_lock_held(struct name_index *held, const struct item *segment);

/*
 * Adds, with room reserved, an item for the lock that a segment of the inventory
 * carries, and returns its index. It has kind and form of `lock`, and the access of the
 * segment.
 */
size_t carried_lock_add(struct inventory *inventory, const struct item *lock,
                        const struct item *segment);

#endif
