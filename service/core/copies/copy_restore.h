/*
 * copy_restore.h - finds what a segment held before the machine went down.
 *
 * There are up to three files: the newest copy, the one before it, and one that
 * was being written. One is used as a whole or not at all. One that cannot be
 * read, for whatever reason, may be a good one: what is older is used, for the
 * segment is to be served, but the file stays (placing.h).
 */
#ifndef CORE_COPY_RESTORE_H
#define CORE_COPY_RESTORE_H

#include "copy_format.h"
#include "inventory.h"
#include "system.h"

#define COPY_RESTORE_REFUSED     400
#define COPY_RESTORE_PATIENCE_MS 10000u

struct copy_restore {
    bool found;                         /* below: of this copy */
    struct copy copy;                   /* its content is within `bytes` */
    bool newest;                        /* it stands where the newest one should */
    bool unplaced;                      /* it stands where one is written */
    bool last_refused;                  /* what stands where the newest one should is none */
    uint32_t unread;                    /* which could not be read: COPY_PLACES_UNREAD_... */
    char refused[COPY_RESTORE_REFUSED]; /* which files are not used and why; empty: none */
    char *bytes;                        /* owned */
};

/*
 * Looks for the newest whole copy of a segment. SYS_OK also where there is none.
 * SYS_NO_MEMORY: one might be found later. `*patience` is how many milliseconds
 * may be spent on waiting for files that others keep to themselves, and is what
 * is left of them then. `*out` is to be ended with copy_restore_end in any case.
 */
enum sys_status copy_restore_find(const struct system *system, const struct item *item,
                                  uint32_t *patience, struct copy_restore *out,
                                  struct sys_failure *why);
void copy_restore_end(struct copy_restore *restoring);

/*
 * The segment has been made from this, or with `first` where nothing was found:
 * notes that in the item, and says it in events. A copy that a lost save had left gets its place,
 * so that the next save cannot go back behind what clients see from now on.
 */
void copy_restore_done(const struct system *system, const struct copy_restore *restoring,
                       const struct sys_content *first, struct item *item, uint64_t *stamp);

/*
 * The segment was there, and its content is what counts: notes of the files only
 * what the next save has to know, to lose none of them. SYS_OK or SYS_NO_MEMORY.
 */
enum sys_status copy_restore_look(const struct system *system, struct item *item,
                                  struct sys_failure *why);

#endif
