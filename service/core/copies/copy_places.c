#include "copy_places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "copy_format.h"
#include "stamp.h"

#define FRESH ".new"
#define NEXT  ".next"

static enum sys_status move(const struct system *system, const struct item *item, const char *from,
                            const char *to, struct sys_failure *why)
{
    char old_name[COPY_FILE_MAX], new_name[COPY_FILE_MAX];

    copy_file_name(item->spec.name, from, old_name);
    copy_file_name(item->spec.name, to, new_name);
    return system->copies.rename(system->self, old_name, new_name, why);
}

/* What is not there needs no other name. */
static enum sys_status move_away(const struct system *system, const struct item *item,
                                 const char *from, const char *to, struct sys_failure *why)
{
    enum sys_status status = move(system, item, from, to, why);

    return status == SYS_NOT_FOUND ? SYS_OK : status;
}

/* Under a name that nothing has had: no other file is lost for it. */
static enum sys_status lay_aside(const struct system *system, const struct item *item,
                                 const char *from, const char *end, uint64_t *stamp,
                                 struct sys_failure *why)
{
    char tail[sizeof(".refused") + 24];

    (void)snprintf(tail, sizeof(tail), ".%016" PRIx64 "%s", stamp_next(system, stamp), end);
    return move_away(system, item, from, tail, why);
}

static enum sys_status set_apart(const struct system *system, struct item *item, uint32_t place,
                                 const char *from, uint64_t *stamp, struct sys_failure *why)
{
    enum sys_status status;

    if ((item->copies->unread & place) == 0)
        return SYS_OK;
    status = lay_aside(system, item, from, ".unread", stamp, why);
    if (status == SYS_OK)
        item->copies->unread &= ~place;
    return status;
}

/* At each step the copy under FRESH is the newest whole one. */
static enum sys_status give_place(const struct system *system, struct item *item, uint64_t *stamp,
                                  struct sys_failure *why)
{
    struct item_copies *copies = item->copies;
    enum sys_status status = set_apart(system, item, COPY_PLACES_UNREAD_OLDER, ".old", stamp, why);

    if (status == SYS_OK && (copies->unread & COPY_PLACES_UNREAD_LAST) != 0)
        status = set_apart(system, item, COPY_PLACES_UNREAD_LAST, ".copy", stamp, why);
    else if (status == SYS_OK && copies->refused)
        status = lay_aside(system, item, ".copy", ".refused", stamp, why);
    else if (status == SYS_OK)
        status = move_away(system, item, ".copy", ".old", why);
    if (status != SYS_OK)
        return status;
    copies->refused = false;
    status = move(system, item, FRESH, ".copy", why);
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
    copy_file_name(item->spec.name, FRESH, file);
    status = system->copies.settle(system->self, file, why);
    if (status == SYS_OK)
        status = give_place(system, item, stamp, why);
    if (status != SYS_NOT_FOUND)
        return status;
    /* Somebody took it away: what is there now is not known. */
    item->copies->unplaced = item->copies->known = false;
    return SYS_OK;
}

enum sys_status copy_places_begin(const struct system *system, struct item *item, uint64_t *stamp,
                                  const char **tail, struct sys_failure *why)
{
    *tail = item->copies->unplaced ? NEXT : FRESH;
    return set_apart(system, item, COPY_PLACES_UNREAD_FRESH, FRESH, stamp, why);
}

enum sys_status copy_places_end(const struct system *system, struct item *item, uint64_t *stamp,
                                const char *tail, bool *written, struct sys_failure *why)
{
    enum sys_status status = SYS_OK;

    *written = false;
    if (strcmp(tail, FRESH) != 0)
        status = move(system, item, tail, FRESH, why);
    if (status != SYS_OK)
        return status;
    item->copies->unplaced = true;
    status = give_place(system, item, stamp, why);
    *written = status == SYS_OK || item->copies->unplaced;
    return status;
}
