/*
 * copy_restore.h - finds the content that a segment had before the machine went down.
 *
 * There are up to three files: the newest copy, the one before, and one that was being written
 * (copy_places.h). A file is used as a whole or not at all. A file that cannot be read may be a
 * good copy: an older one is used, because the segment must be served, but the file stays.
 */
#ifndef CORE_COPY_RESTORE_H
#define CORE_COPY_RESTORE_H

#include "copy_format.h"
#include "inventory.h"
#include "system.h"

#define COPY_RESTORE_REFUSED     400
#define COPY_RESTORE_PATIENCE_MS 10000u

struct copy_restore {
    bool found;                         /* there is a usable copy: */
    struct copy copy;                   /* its content points into `bytes` */
    bool newest;                        /* it is .copy */
    bool unplaced;                      /* it is .new */
    bool last_refused;                  /* .copy was read, and is no usable copy */
    uint32_t unread;                    /* files that could not be read: COPY_PLACES_UNREAD_... */
    char refused[COPY_RESTORE_REFUSED]; /* which files are not used, and why; empty: none */
    char *bytes;                        /* owned */
};

/*
 * Looks for the newest usable copy of a segment. SYS_OK also if there is none. SYS_NO_MEMORY: a
 * later try may find one. `*patience`: how many milliseconds may be spent on waiting for files
 * that other processes have open; reduced by the time spent. `stoppable`: SYS_LATER as soon as a
 * stop is requested. End `*out` with copy_restore_end on any status.
 */
enum sys_status copy_restore_find(const struct system *system, const struct item *item,
                                  uint32_t *patience, bool stoppable, struct copy_restore *out,
                                  struct sys_failure *why);
void copy_restore_end(struct copy_restore *restoring);

/*
 * Call it when the segment has been created from the copy, or with `first` if none was found:
 * notes that in the item, and logs it. A copy that is still .new gets its place, so that the next
 * save cannot lose the content that clients see from now on.
 */
void copy_restore_done(const struct system *system, const struct copy_restore *restoring,
                       const struct sys_content *first, struct item *item, uint64_t *stamp);

/*
 * For an adopted segment, whose content is current: notes only which files the next save must
 * not lose. SYS_OK, SYS_NO_MEMORY or, with `stoppable`, SYS_LATER as above.
 */
enum sys_status copy_restore_look(const struct system *system, struct item *item, bool stoppable,
                                  struct sys_failure *why);

#endif
