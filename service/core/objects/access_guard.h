/*
 * access_guard.h - restores the access of objects whose access clients may change. A
 * trustee with `full` can rewrite or empty the access list, or take ownership.
 */
#ifndef CORE_ACCESS_GUARD_H
#define CORE_ACCESS_GUARD_H

#include "maker.h"

#define GUARD_EVERY_MS 60000u /* also for control sections, which the same duty repairs */

/*
 * True if a trustee may change the access of a held object, besides the broker, SYSTEM and
 * Administrators.
 */
bool access_guard_needed(const struct maker *maker);

/*
 * Compares the access of each such object with the configured one, and corrects it, with an
 * event, if it differs. Costs one system call for each object. Ends early at a stop, unless it is
 * the `last` one. Returns how many differed; those that could not be corrected have `access_due`.
 */
size_t access_guard_look(const struct maker *maker, bool last);

#endif
