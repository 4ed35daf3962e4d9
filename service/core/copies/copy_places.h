/*
 * copy_places.h - the names of a segment's files, and how a new copy gets its place.
 *
 *     .copy    the newest copy
 *     .old     the copy before
 *     .new     a copy that is being written, or is whole but not yet in its place
 *     .next    a copy that is being written while .new is whole
 *     .<number>.refused  a file that was set aside as .copy because it was no usable copy
 *     .<number>.unread   a file that was set aside because it could not be read
 *
 * A file that could not be read may be a good copy: it is renamed before another file takes its
 * place. Whenever the machine goes down, the next start finds the newest whole copy.
 */
#ifndef CORE_COPY_PLACES_H
#define CORE_COPY_PLACES_H

#include "inventory.h"
#include "system.h"

/* Bits of `copies.unread`: which files could not be read (.copy, .old, .new). */
enum { COPY_PLACES_UNREAD_LAST = 1, COPY_PLACES_UNREAD_OLDER = 2, COPY_PLACES_UNREAD_NEW = 4 };

/*
 * Renames a whole copy that an earlier save or a former broker left as .new to .copy. SYS_OK also
 * if there is none any more. On failure the copy is still .new, and `copies.unplaced` stays set.
 * `stamp` gives the numbers for names.
 */
enum sys_status copy_places_earlier(const struct system *system, struct item *item, uint64_t *stamp,
                                    struct sys_failure *why);

/* The tail of the name for the next copy. On anything but SYS_OK write nothing. */
enum sys_status copy_places_begin(const struct system *system, struct item *item, uint64_t *stamp,
                                  const char **tail, struct sys_failure *why);

/*
 * Call it when the copy is whole and on the disk under the tail from copy_places_begin: renames it
 * to .copy. `*written`, also after a failure: the next start will find this copy.
 */
enum sys_status copy_places_end(const struct system *system, struct item *item, uint64_t *stamp,
                                const char *tail, bool *written, struct sys_failure *why);

#endif
