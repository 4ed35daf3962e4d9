/*
 * copy_places.h - which of a segment's files has which name.
 *
 *     .copy    the newest copy                .old     the one before
 *     .new     one that is being written      .next    the same, while a whole one
 *                                                       still waits as .new
 *     .<number>.refused  what stood in the place of the newest one and was none
 *     .<number>.unread   what stood in one of the places and could not be read
 *
 * A file that could not be read may be a good one: nothing takes its place
 * before it has another name. Whenever the machine goes down, the newest whole
 * copy is found again.
 */
#ifndef CORE_COPY_PLACES_H
#define CORE_COPY_PLACES_H

#include "inventory.h"
#include "system.h"

/* What of `copies.unread` belongs to the places. */
enum { COPY_PLACES_UNREAD_LAST = 1, COPY_PLACES_UNREAD_OLDER = 2, COPY_PLACES_UNREAD_FRESH = 4 };

/*
 * Gives a whole copy, that a former save or a former broker left as .new, the
 * place of the newest one. SYS_OK also where it is not there any more. Where it
 * fails the copy still is .new, and `copies.unplaced` stays.
 */
enum sys_status copy_places_earlier(const struct system *system, struct item *item, uint64_t *stamp,
                                    struct sys_failure *why);

/*
 * The name under which the next copy is to be written. On anything but SYS_OK
 * nothing may be written.
 */
enum sys_status copy_places_begin(const struct system *system, struct item *item, uint64_t *stamp,
                                  const char **tail, struct sys_failure *why);

/*
 * A copy is whole and on the disk under the name that copy_places_begin gave. On
 * SYS_OK it has the place of the newest one. `*written`, also after a failure: it
 * is what the next start finds.
 */
enum sys_status copy_places_end(const struct system *system, struct item *item, uint64_t *stamp,
                                const char *tail, bool *written, struct sys_failure *why);

#endif
