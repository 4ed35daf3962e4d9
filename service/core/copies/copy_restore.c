#include "copy_restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy_places.h"
#include "crc64.h"
#include "event_text.h"
#include "full_name.h"
#include "patience.h"

#define WHEN_TEXT 160

/* Notes a file that is not used, and why. */
static void add_refused(struct copy_restore *restoring, const char *file, const char *reason)
{
    size_t used = strlen(restoring->refused);

    (void)snprintf(restoring->refused + used, sizeof(restoring->refused) - used, "%s%s: %s",
                   used > 0 ? "; " : "", file, reason);
}

/* Where to look, and whether a stop ends that. */
struct search {
    const struct system *system;
    const struct item *item;
    uint32_t *patience; /* milliseconds left to wait for files */
    bool stoppable;
};

/* Reports progress. False: a stop was requested, and ends the search. */
static bool still_wanted(void *context)
{
    const struct search *search = context;
    const struct system *system = search->system;

    system->progress(system->self);
    return !search->stoppable || !system->stopping(system->self);
}

/*
 * Takes the bytes over if they are a newer copy than the one found so far, else frees them. True:
 * they are a whole copy. `file` NULL: do not note that they are none.
 */
static bool judge(struct copy_restore *restoring, struct search *search, const char *file,
                  char *bytes, size_t length)
{
    struct copy copy;
    enum copy_verdict verdict = copy_read((const uint8_t *)bytes, length, search->item->spec.name,
                                          still_wanted, search, &copy);

    if (verdict != COPY_WHOLE) {
        if (file != NULL)
            add_refused(restoring, file, copy_verdict_text(verdict));
    } else if (!restoring->found || copy.number > restoring->copy.number) {
        free(restoring->bytes);
        restoring->bytes = bytes;
        restoring->copy = copy;
        restoring->found = true;
        return true;
    }
    free(bytes);
    return verdict == COPY_WHOLE;
}

/* Reads a file; waits while a backup or a virus scanner has it open. */
static enum sys_status read_patiently(const struct search *search, const char *file, char **bytes,
                                      size_t *length, struct sys_failure *why)
{
    const struct system *system = search->system;

    for (;;) {
        uint64_t begun = system->clock.ticks(system->self);
        enum sys_status status =
            system->copies.read(system->self, file, COPY_HEAD_MAX + CFG_KEEP_MAX, search->stoppable,
                                bytes, length, why);

        system->progress(system->self);
        if (status != SYS_LATER || !patience_again(system, begun, search->patience))
            return status;
    }
}

/*
 * Reads and judges one of the files. SYS_OK, SYS_NO_MEMORY, or SYS_LATER after a stop. `*usable`:
 * it is a whole copy. An unfinished .new is normal, and not noted.
 */
static enum sys_status look(struct search *search, uint32_t place, struct copy_restore *out,
                            bool *usable, struct sys_failure *why)
{
    const char *tail = place == COPY_PLACES_UNREAD_LAST    ? ".copy"
                       : place == COPY_PLACES_UNREAD_OLDER ? ".old"
                                                           : ".new";
    char file[COPY_FILE_MAX], text[REPORT_FAILURE];
    struct sys_failure failure = {0};
    char *bytes;
    size_t length;
    enum sys_status status;

    *usable = false;
    copy_file_name(search->item->spec.name, tail, file);
    status = read_patiently(search, file, &bytes, &length, &failure);
    if (status == SYS_NO_MEMORY) {
        failure_copy(why, &failure);
        return status;
    }
    if (status == SYS_OK)
        *usable = judge(out, search, place != COPY_PLACES_UNREAD_NEW ? file : NULL, bytes, length);
    /* After a stop it may not be read to its end. Nobody needs it: the next start reads it. */
    if (!still_wanted(search))
        return failure_reason(why, SYS_LATER, "a stop was requested");
    if (status != SYS_OK && status != SYS_NOT_FOUND) {
        out->unread |= place;
        event_failure_text(&failure, text);
        add_refused(out, file, text);
    }
    return SYS_OK;
}

/*
 * .copy is used because of its place, whatever its number: an administrator may have put an older
 * copy there. A whole .new with a greater number is newer than both.
 */
enum sys_status copy_restore_find(const struct system *system, const struct item *item,
                                  uint32_t *patience, bool stoppable, struct copy_restore *out,
                                  struct sys_failure *why)
{
    struct search search = {system, item, patience, stoppable};
    bool last, older, unfinished;
    uint64_t number;
    enum sys_status status;

    *out = (struct copy_restore){0};
    status = look(&search, COPY_PLACES_UNREAD_LAST, out, &last, why);
    if (status != SYS_OK)
        return status;
    out->last_refused = out->refused[0] != '\0' && out->unread == 0;
    if (!last)
        status = look(&search, COPY_PLACES_UNREAD_OLDER, out, &older, why);
    if (status != SYS_OK)
        return status;
    number = out->copy.number;
    status = look(&search, COPY_PLACES_UNREAD_NEW, out, &unfinished, why);
    if (status != SYS_OK)
        return status;
    /* Between the two renames of a save there is a .new: without either, .copy was taken away. */
    if (out->found && !last && !unfinished && !out->last_refused && out->unread == 0)
        add_refused(out, ".copy", "it is missing");
    out->unplaced = out->found && out->copy.number != number;
    out->newest = last && !out->unplaced;
    return SYS_OK;
}

void copy_restore_end(struct copy_restore *restoring)
{
    free(restoring->bytes);
    *restoring = (struct copy_restore){0};
}

/* Logs which copy was used. */
static void log_found(const struct system *system, const struct copy_restore *restoring,
                      const struct item *item, const char *kind, const char *name)
{
    const struct copy *copy = &restoring->copy;
    uint64_t both = copy->size < item->spec.size ? copy->size : item->spec.size;
    char when[REPORT_TIME], text[WHEN_TEXT];
    const char *inserts[] = {kind, name, text};
    const char *older[] = {kind, name, restoring->refused, when};

    event_time(copy->saved, when);
    if (restoring->refused[0] != '\0')
        system->log(system->self, EVENT_COPY_OLDER, older, 4);
    if (copy->size == item->spec.size) {
        (void)snprintf(text, sizeof(text), "%s", when);
        system->log(system->self, EVENT_COPY_RESTORED, inserts, 3);
        return;
    }
    (void)snprintf(text, sizeof(text),
                   "%s, which has %" PRIu64 " bytes; the segment has %" PRIu64 ", and the first "
                   "%" PRIu64 " were restored",
                   when, copy->size, item->spec.size, both);
    system->log(system->self, EVENT_COPY_RESIZED, inserts, 3);
}

/* The checksum of a segment that begins with this content. */
static uint64_t sum_of(const struct sys_content *content)
{
    uint64_t sum = 0, left = content->size - content->length;
    uint8_t piece[512];

    if (content->length > 0)
        sum = crc64(sum, content->bytes, content->length);
    memset(piece, content->fill, sizeof(piece));
    while (left > 0) {
        size_t length = left < sizeof(piece) ? (size_t)left : sizeof(piece);

        sum = crc64(sum, piece, length);
        left -= length;
    }
    return sum;
}

/* Notes what the next save must know of the files. */
static void note_files(const struct copy_restore *restoring, struct item_copies *copies)
{
    copies->looked = true;
    copies->refused = restoring->last_refused;
    copies->unplaced = restoring->unplaced;
    copies->unread = restoring->unread;
    if (!restoring->unplaced)
        return;
    if ((restoring->copy.flags & COPY_APART_LAST) != 0 && !restoring->last_refused)
        copies->unread |= COPY_PLACES_UNREAD_LAST;
    if ((restoring->copy.flags & COPY_APART_OLDER) != 0)
        copies->unread |= COPY_PLACES_UNREAD_OLDER;
}

/* Notes the content with which the segment begins. */
static void note_content(const struct copy_restore *restoring, const struct sys_content *first,
                         struct item *item)
{
    const struct copy *found = &restoring->copy;
    struct item_copies *copies = item->copies;

    copies->restored = restoring->found;
    copies->sum = found->sum;
    copies->size = found->size;
    copies->flags = found->flags & ~COPY_APART;
    if (!restoring->found && copies->unread != 0) {
        copies->sum = sum_of(first);
        copies->size = item->spec.size;
    }
    copies->known = copies->size == item->spec.size &&
                    (restoring->newest || restoring->unplaced || copies->unread != 0);
    if (restoring->found)
        copies->saved = found->saved;
    if ((copies->flags & COPY_INITIALISED) != 0)
        item->initialised = true;
}

void copy_restore_done(const struct system *system, const struct copy_restore *restoring,
                       const struct sys_content *first, struct item *item, uint64_t *stamp)
{
    const char *kind = shmb_kind_word(item->spec.kind);
    char name[FULL_NAME_BYTES];
    const char *none[] = {kind, name, restoring->refused};

    full_name(item->spec.name, name);
    note_files(restoring, item->copies);
    note_content(restoring, first, item);
    (void)copy_places_earlier(system, item, stamp, NULL); /* the next save retries it */
    if (restoring->found)
        log_found(system, restoring, item, kind, name);
    else if (restoring->refused[0] != '\0')
        system->log(system->self, EVENT_COPY_NONE, none, 3);
}

enum sys_status copy_restore_look(const struct system *system, struct item *item, bool stoppable,
                                  struct sys_failure *why)
{
    struct copy_restore files;
    uint32_t patience = 0;
    enum sys_status status = copy_restore_find(system, item, &patience, stoppable, &files, why);

    if (status == SYS_OK)
        note_files(&files, item->copies);
    copy_restore_end(&files);
    return status;
}
