/*
 * old_locks.h - segments that are there from before with another lock than the
 * configuration wants now. Programs that have such a segment open exclude each
 * other by the lock they know, so that one stays in force, and is held, until the
 * segment is made anew.
 */
#ifndef CORE_OLD_LOCKS_H
#define CORE_OLD_LOCKS_H

#include "name_index.h"
#include "maker.h"

/*
 * Before any item of `wanted` is made: tells the segments that are to be taken
 * over of the lock they had, as the state remembers it (item.old_lock), and adds
 * those locks. `held` is what the broker holds itself, and needs no memory of;
 * NULL: nothing. False: no memory. Pointers to items are void afterwards.
 */
bool old_locks_keep(const struct maker *maker, struct inventory *wanted, struct name_index *held);

#endif
