/*
 * auditing.h - has the system write down who opens an object to change it, and
 * who is refused: audit entries on objects whose configuration says `audit: true`.
 */
#ifndef CORE_AUDITING_H
#define CORE_AUDITING_H

#include "inventory.h"
#include "system.h"

#define AUDITING_SDDL_MAX 96u

/*
 * The entries for a kind, as SDDL: for everybody, each handle with the right to
 * change the content, the access list or the owner, and each refusal, whatever
 * was asked for. A handle that only reads is not written down.
 */
void auditing_sddl(enum shmb_kind kind, char out[AUDITING_SDDL_MAX]);

/*
 * Makes a held item audited as it is to be; costs nothing where it is. What it
 * was before this broker is unknown: entries of ours that nobody wants any more are
 * then taken away where the broker may do that.
 */
void auditing_settle(const struct system *system, struct item *item);

/* True for an item that is to be audited and is not. */
bool auditing_lacks(const struct item *item);

/* Why, in words. */
const char *auditing_reason(const struct item *item);

/*
 * Tells the operator once that objects lack what they are to have, and once that
 * none does any more; `*told` remembers. Returns how many do.
 */
size_t auditing_tell(const struct system *system, const struct inventory *inventory, bool *told);

#endif
