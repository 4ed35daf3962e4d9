/*
 * auditing.h - sets audit entries on objects whose configuration says `audit: true`: the
 * system then logs who opens such an object to change it, and who is denied.
 */
#ifndef CORE_AUDITING_H
#define CORE_AUDITING_H

#include "inventory.h"
#include "system.h"

/*
 * Sets or removes the audit entries of a held item, as configured; does nothing if that is
 * done. For an adopted object it is unknown whether it has entries: those that are no
 * longer wanted are removed, if the broker has the privilege.
 */
void auditing_settle(const struct system *system, struct item *item);

/* True for a held item that should be audited and is not. */
bool auditing_lacks(const struct item *item);

/* Why such an item is not audited, in words. */
const char *auditing_reason(const struct item *item);

/*
 * Logs once that objects lack their audit entries, and once that all have them again;
 * `*told` remembers which was logged last. Returns how many objects lack them.
 */
size_t auditing_tell(const struct system *system, const struct inventory *inventory, bool *told);

#endif
