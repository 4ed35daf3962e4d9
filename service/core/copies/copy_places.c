/*
 * Only renames files, in an order in which the newest whole copy can be found after each step.
 * `unplaced`, `refused` and `unread` of item_copies say where the files are: copy_restore.c sets
 * them when it reads the files, and the renames here update them.
 */
#include "copy_places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "copy_format.h"
#include "stamp.h"

#define NEW  ".new"
#define NEXT ".next"

/* Renames a file of the segment from one tail to another. */
static enum sys_status move(const struct system *system, const struct item *item, const char *from,
                            const char *to, struct sys_failure *why)
{
    char old_name[COPY_FILE_MAX], new_name[COPY_FILE_MAX];

    copy_file_name(item->spec.name, from, old_name);
    copy_file_name(item->spec.name, to, new_name);
    return system->copies.rename(system->self, old_name, new_name, why);
}

/* Renames a file; SYS_OK also if there is none. */
static enum sys_status move_away(const struct system *system, const struct item *item,
                                 const char *from, const char *to, struct sys_failure *why)
{
    enum sys_status status = move(system, item, from, to, why);

    return status == SYS_NOT_FOUND ? SYS_OK : status;
}

/* Sets a file aside under a name that was never used, so that it replaces no other file. */
static enum sys_status set_aside(const struct system *system, const struct item *item,
                                 const char *from, const char *end, uint64_t *stamp,
                                 struct sys_failure *why)
{
    char tail[sizeof(".refused") + 24];

    (void)snprintf(tail, sizeof(tail), ".%016" PRIx64 "%s", stamp_next(system, stamp), end);
    return move_away(system, item, from, tail, why);
}

/* Sets a file aside if it could not be read. */
static enum sys_status set_unread_aside(const struct system *system, struct item *item,
                                        uint32_t place, const char *from, uint64_t *stamp,
                                        struct sys_failure *why)
{
    enum sys_status status;

    if ((item->copies->unread & place) == 0)
        return SYS_OK;
    status = set_aside(system, item, from, ".unread", stamp, why);
    if (status == SYS_OK)
        item->copies->unread &= ~place;
    return status;
}

/* Makes .new the newest copy. After each step the newest whole copy is still .new. */
static enum sys_status give_place(const struct system *system, struct item *item, uint64_t *stamp,
                                  struct sys_failure *why)
{
    struct item_copies *copies = item->copies;
    enum sys_status status =
        set_unread_aside(system, item, COPY_PLACES_UNREAD_OLDER, ".old", stamp, why);

    /*
     * The former .copy becomes .old, unless it could not be read or is no copy: then it must not
     * replace the good .old.
     */
    if (status == SYS_OK && (copies->unread & COPY_PLACES_UNREAD_LAST) != 0)
        status = set_unread_aside(system, item, COPY_PLACES_UNREAD_LAST, ".copy", stamp, why);
    else if (status == SYS_OK && copies->refused)
        status = set_aside(system, item, ".copy", ".refused", stamp, why);
    else if (status == SYS_OK)
        status = move_away(system, item, ".copy", ".old", why);
    if (status != SYS_OK)
        return status;
    copies->refused = false;
    status = move(system, item, NEW, ".copy", why);
    if (status == SYS_OK || status == SYS_NOT_FOUND)
        copies->unplaced = false;
    return status;
}

enum sys_status copy_places_earlier(const struct system *system, struct item *item, uint64_t *stamp,
                                    struct sys_failure *why)
{
    char file[COPY_FILE_MAX];
    enum sys_status status;

    if (!item->copies->unplaced)
        return SYS_OK;
    copy_file_name(item->spec.name, NEW, file);
    /*
     * A broker that was killed may not have flushed it: a power failure after the rename could then
     * lose the newest copy.
     */
    status = system->copies.settle(system->self, file, why);
    if (status == SYS_OK)
        status = give_place(system, item, stamp, why);
    if (status != SYS_NOT_FOUND)
        return status;
    /* Another process removed it: the newest copy is not known any more. */
    item->copies->unplaced = item->copies->known = false;
    return SYS_OK;
}

enum sys_status copy_places_begin(const struct system *system, struct item *item, uint64_t *stamp,
                                  const char **tail, struct sys_failure *why)
{
    /* While .new is the newest copy, it must not be written over. */
    *tail = item->copies->unplaced ? NEXT : NEW;
    return set_unread_aside(system, item, COPY_PLACES_UNREAD_NEW, NEW, stamp, why);
}

enum sys_status copy_places_end(const struct system *system, struct item *item, uint64_t *stamp,
                                const char *tail, bool *written, struct sys_failure *why)
{
    enum sys_status status = SYS_OK;

    *written = false;
    if (strcmp(tail, NEW) != 0)
        status = move(system, item, tail, NEW, why);
    if (status != SYS_OK)
        return status;
    item->copies->unplaced = true;
    status = give_place(system, item, stamp, why);
    *written = status == SYS_OK || item->copies->unplaced;
    return status;
}
