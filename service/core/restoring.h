/*
 * restoring.h - finds what a segment held before the machine went down.
 *
 * There are up to three files: the newest copy, the one before it, and one that
 * was being written. One is used as a whole or not at all.
 */
#ifndef CORE_RESTORING_H
#define CORE_RESTORING_H

#include "copy.h"
#include "inventory.h"
#include "system.h"

#define RESTORING_REFUSED 400

struct restoring {
    bool found;                      /* below: of this copy */
    struct copy copy;                /* its content is within `bytes` */
    bool newest;                     /* it stands where the newest one should */
    bool last_refused;               /* what stands there cannot be used */
    char refused[RESTORING_REFUSED]; /* which files are refused and why; empty: none */
    char *bytes;                     /* owned */
};

/*
 * Looks for the newest whole copy of a segment. SYS_OK also where there is none.
 * SYS_NO_MEMORY: one might be found later. `*out` is to be ended with
 * restoring_end in any case.
 */
enum sys_status restoring_find(const struct system *system, const struct item *item,
                               struct restoring *out, struct sys_failure *why);
void restoring_end(struct restoring *restoring);

/* The segment has been made from this: notes that in the item, and says it in events. */
void restoring_done(const struct system *system, const struct restoring *restoring,
                    struct item *item);

#endif
