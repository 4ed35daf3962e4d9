/*
 * Saves one segment after the other: reads the content while no writer is active, sums it up,
 * writes it beside the newest copy, and lets copy_places.c rename it. `struct save` is one such
 * run. Long steps work in pieces and end early at a stop; copy_save_finish then saves the segment.
 *
 * Segments that are being written are tried again after all others, in rounds, until a time that
 * is common to all: a client that always writes must not keep the others from being saved.
 */
#include "copy_save.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "compiler.h"
#include "copy_format.h"
#include "copy_places.h"
#include "copy_restore.h"
#include "crc64.h"
#include "event_text.h"
#include "full_name.h"
#include "names.h"
#include "nameset.h"
#include "snapshot_pair.h"
#include "stamp.h"
#include "string_copy.h"

#define PIECE         (1024u * 1024) /* bytes between two checks for a stop */
#define FLUSH_AFTER   (16u * PIECE)  /* bytes; keeps each wait for the disk short */
#define PATIENCE_MS   100u           /* to wait for writers, in all */
#define SUSPEND_MS    500u           /* the same before the machine sleeps */
#define LAST_PATIENCE 5000u          /* the same at the last time */
#define PAUSE_MS      5u             /* between two rounds */
#define TRIES_AT_ONCE 10u

static const struct backoff retries = {1000, 30000};

/* One segment while it is being saved. */
struct save {
    const struct copy_save *saving;
    struct item *item;
    size_t index;
    bool last;      /* the last time: a stop does not end it */
    bool busy;      /* it is being written */
    uint8_t *bytes; /* its content */
    struct copy copy;
};

static struct item *item_at(const struct copy_save *saving, size_t index)
{
    return &saving->inventory->items[index];
}

/* The configured interval in milliseconds; 0: none. */
static uint32_t every_of(const struct item *item)
{
    return item->from->kind == SHMB_SECTION ? item->from->u.segment.save_every : 0;
}

/* ---- content ---------------------------------------------------------------- */

/* Reports progress. SYS_LATER: a stop was requested; the last save will save the segment. */
static enum sys_status check_stop(const struct save *save, struct sys_failure *why)
{
    const struct system *system = save->saving->system;

    system->progress(system->self);
    if (save->last || !system->stopping(system->self))
        return SYS_OK;
    failure_clear(why);
    return SYS_LATER;
}

static size_t piece_at(uint64_t offset, uint64_t size)
{
    return size - offset < PIECE ? (size_t)(size - offset) : PIECE;
}

static enum sys_status peek_all(const struct save *save, struct sys_failure *why)
{
    const struct system *system = save->saving->system;
    uint64_t offset, size = save->copy.size;
    enum sys_status status = SYS_OK;

    for (offset = 0; offset < size && status == SYS_OK; offset += PIECE) {
        status = system->objects.peek(system->self, save->item->object, offset,
                                      save->bytes + offset, piece_at(offset, size), why);
        if (status == SYS_OK)
            status = check_stop(save, why);
    }
    return status;
}

/* Most writes are short. But each try reads all: of a large segment, others would wait for that. */
static uint32_t tries_at_once(const struct save *save)
{
    return save->copy.size <= PIECE ? TRIES_AT_ONCE : 1;
}

/*
 * Reads the content while no library writer is active: the sequence is even, and the same before
 * and after. Writers may change `*block` at any time. SYS_FAILED with `busy`: writers are active.
 * SYS_FAILED without: one died, and its write was not repaired.
 */
static enum sys_status read_stable(struct save *save, const struct shmb_block *block,
                                   struct sys_failure *why)
{
    enum sys_status status;
    uint32_t tries;

    for (tries = tries_at_once(save); tries > 0; tries--) {
        uint64_t before = shmb_load64(&block->sequence);

        if ((shmb_load32(&block->abandoned) & SHMB_DIED_WRITING) != 0)
            return failure_reason(
                why, SYS_FAILED,
                "a program died while it wrote; when the content is right again, run: "
                "shmb repair");
        if ((before & 1) == 0) {
            status = peek_all(save, why);
            if (status != SYS_OK)
                return status;
            shmb_fence_acquire();
            if (shmb_load64(&block->sequence) == before)
                return SYS_OK;
        }
        status = check_stop(save, why);
        if (status != SYS_OK)
            return status;
    }
    save->busy = true;
    return failure_reason(why, SYS_FAILED,
                          "programs write all the time, or one died while it wrote");
}

/*
 * Reads the last published copy of a segment with double snapshots: no writer disturbs that, and
 * none that died has left half a write in it. Programs may write anything there; its size is
 * ours. `*done` false: nothing is published.
 */
static enum sys_status read_published(struct save *save, bool *done, struct sys_failure *why)
{
    const struct system *system = save->saving->system;
    const struct inventory *inventory = save->saving->inventory;
    const size_t index = inventory_pair(inventory, save->index);
    struct sys_object *pair;
    uint64_t version, after = 0;
    enum sys_status status = SYS_OK;
    uint32_t tries;

    *done = false;
    if (index == INVENTORY_NO_PAIR || !item_is_held(&inventory->items[index]) ||
        !inventory->items[index].filled ||
        inventory->items[index].spec.size != shmb_pair_size(save->copy.size))
        return SYS_OK;
    pair = inventory->items[index].object;
    for (tries = TRIES_AT_ONCE; tries > 0 && status == SYS_OK; tries--) {
        status = system->objects.peek(system->self, pair, 0, &version, sizeof(version), why);
        if (status != SYS_OK || version == 0)
            return status;
        status = system->objects.peek(system->self, pair,
                                      sizeof(struct shmb_pair) +
                                          (version & 1) * shmb_pair_half(save->copy.size),
                                      save->bytes, (size_t)save->copy.size, why);
        if (status == SYS_OK)
            status = system->objects.peek(system->self, pair, 0, &after, sizeof(after), why);
        *done = status == SYS_OK && after == version;
        if (*done)
            return SYS_OK;
        if (status == SYS_OK)
            status = check_stop(save, why);
    }
    save->busy = status == SYS_OK;
    return status == SYS_OK ? failure_reason(why, SYS_FAILED, "programs write all the time")
                            : status;
}

/* Reads content and flags. Without a block, active writers cannot be detected. */
static enum sys_status read_content(struct save *save, struct sys_failure *why)
{
    const struct shmb_block *block =
        save->saving->blocks.find(save->saving->blocks.self, save->index);
    enum sys_status status;
    bool published;

    if (block == NULL) {
        /* Nor is it known whether a client declared the content initialised: it counts as such. */
        save->copy.flags = COPY_INITIALISED;
        return peek_all(save, why);
    }
    status = read_published(save, &published, why);
    if (status == SYS_OK && !published)
        status = read_stable(save, block, why);
    save->copy.flags = COPY_CONSISTENT;
    if (shmb_load32(&block->initialised) != 0)
        save->copy.flags |= COPY_INITIALISED;
    save->saving->blocks.done(save->saving->blocks.self, save->index);
    return status;
}

static enum sys_status sum_up(struct save *save, struct sys_failure *why)
{
    uint64_t offset, size = save->copy.size;
    enum sys_status status = SYS_OK;

    save->copy.sum = 0;
    for (offset = 0; offset < size && status == SYS_OK; offset += PIECE) {
        save->copy.sum = crc64(save->copy.sum, save->bytes + offset, piece_at(offset, size));
        status = check_stop(save, why);
    }
    return status;
}

/* ---- file ------------------------------------------------------------------- */

static enum sys_status write_content(const struct save *save, struct sys_copy *file,
                                     struct sys_failure *why)
{
    const struct system *system = save->saving->system;
    uint64_t offset, size = save->copy.size;
    enum sys_status status = SYS_OK;

    for (offset = 0; offset < size && status == SYS_OK; offset += PIECE) {
        if (offset > 0 && offset % FLUSH_AFTER == 0)
            status = system->copies.flush(system->self, file, why);
        if (status == SYS_OK)
            status = system->copies.write(system->self, file, save->bytes + offset,
                                          piece_at(offset, size), why);
        if (status == SYS_OK)
            status = check_stop(save, why);
    }
    return status;
}

static enum sys_status write_file(const struct save *save, const char *name,
                                  struct sys_failure *why)
{
    const struct system *system = save->saving->system;
    uint8_t head[COPY_HEAD_MAX];
    size_t length = copy_head(&save->copy, save->item->spec.name, head);
    struct sys_copy *file;
    enum sys_status status = system->copies.create(system->self, name, &file, why);

    if (status != SYS_OK)
        return status;
    status = system->copies.write(system->self, file, head, length, why);
    if (status == SYS_OK)
        status = write_content(save, file, why);
    if (status == SYS_OK)
        status = system->copies.flush(system->self, file, why);
    /* Where the disk is full, an unfinished file would keep it full. */
    if (status == SYS_OK)
        system->copies.close(system->self, file);
    else
        system->copies.discard(system->self, file);
    return status;
}

static void note_written(const struct save *save)
{
    struct item_copies *copies = save->item->copies;

    copies->known = true;
    copies->sum = save->copy.sum;
    copies->size = save->copy.size;
    copies->flags = save->copy.flags & ~COPY_APART;
}

/* Whenever the machine goes down here, the next start finds the newest whole copy. */
static enum sys_status write_copy(struct save *save, struct sys_failure *why)
{
    const struct copy_save *saving = save->saving;
    struct item_copies *copies = save->item->copies;
    char file[COPY_FILE_MAX];
    const char *tail;
    bool written;
    enum sys_status status =
        copy_places_begin(saving->system, save->item, saving->stamp, &tail, why);

    if (status != SYS_OK)
        return status;
    copy_file_name(save->item->spec.name, tail, file);
    if ((copies->unread & COPY_PLACES_UNREAD_LAST) != 0)
        save->copy.flags |= COPY_APART_LAST;
    if ((copies->unread & COPY_PLACES_UNREAD_OLDER) != 0)
        save->copy.flags |= COPY_APART_OLDER;
    copies->known =
        copies->known && copies->unplaced; /* .new is being replaced: its content is not known */
    status = write_file(save, file, why);
    if (status != SYS_OK)
        return status;
    status = copy_places_end(saving->system, save->item, saving->stamp, tail, &written, why);
    if (written)
        note_written(save);
    return status;
}

/* ---- one segment ------------------------------------------------------------ */

/* While a file could not be read, the content that was restored instead needs no new copy. */
static bool is_unchanged(const struct save *save)
{
    const struct item_copies *copies = save->item->copies;

    return copies->known && copies->sum == save->copy.sum && copies->size == save->copy.size &&
           (copies->flags == save->copy.flags || copies->unread != 0);
}

static enum sys_status save_content(struct save *save, struct sys_failure *why)
{
    const struct copy_save *saving = save->saving;
    enum sys_status placed, status = read_content(save, why);

    if (status == SYS_OK)
        status = sum_up(save, why);
    if (status != SYS_OK)
        return status;
    /*
     * An earlier save may have left its copy as .new. If the content is still the same, to give it
     * its place is all there is to do.
     */
    placed = copy_places_earlier(saving->system, save->item, saving->stamp, why);
    if (is_unchanged(save))
        return placed;
    save->copy.number = stamp_next(saving->system, saving->stamp);
    return write_copy(save, why);
}

/* The files of an adopted segment were not looked at so far: the first save does it. */
static enum sys_status save_segment(struct save *save, struct sys_failure *why)
{
    enum sys_status status = SYS_OK;

    if (!save->item->copies->looked)
        status = copy_restore_look(save->saving->system, save->item, !save->last, why);
    if (status != SYS_OK)
        return status;
    save->bytes = malloc((size_t)save->copy.size);
    status = save->bytes != NULL ? save_content(save, why) : failure_no_memory(why);
    free(save->bytes);
    return status;
}

static void log_save(const struct copy_save *saving, const struct item *item, enum event_id event,
                     const char *detail)
{
    char name[FULL_NAME_BYTES];
    const char *inserts[] = {shmb_kind_word(item->spec.kind), name, detail};

    full_name(item->spec.name, name);
    saving->system->log(saving->system->self, event, inserts, detail != NULL ? 3 : 2);
}

static void set_reason(struct item_copies *copies, const char *reason)
{
    free(copies->reason);
    copies->reason = string_copy(reason);
}

static void note_failure(const struct save *save, enum sys_status status,
                         const struct sys_failure *why)
{
    struct item_copies *copies = save->item->copies;
    uint32_t cause = event_cause(status, why);
    char text[REPORT_FAILURE];

    copies->delay = backoff_next(&retries, copies->delay);
    /* Logs each cause once, and not at every retry. */
    if (copies->cause == cause)
        return;
    copies->cause = cause;
    event_failure_text(why, text);
    set_reason(copies, text);
    log_save(save->saving, save->item, EVENT_COPY_FAILED, text);
}

static void note_success(const struct save *save)
{
    const struct system *system = save->saving->system;
    struct item_copies *copies = save->item->copies;
    bool failed = copies->cause != 0;

    copies->saved = system->clock.now(system->self);
    copies->delay = BACKOFF_RESET;
    copies->cause = 0;
    free(copies->reason);
    copies->reason = NULL;
    if (failed)
        log_save(save->saving, save->item, EVENT_COPY_SAVED, NULL);
}

/*
 * Saves a segment, and notes and logs the result. True, only with `again`: it is being written;
 * nothing is noted.
 */
static bool save_item(const struct copy_save *saving, size_t index, bool last, bool again)
{
    const struct system *system = saving->system;
    struct save save = {
        .saving = saving, .item = item_at(saving, index), .index = index, .last = last};
    struct sys_failure why = {0};
    enum sys_status status;

    save.copy.size = save.item->spec.size;
    save.copy.generation = save.item->generation;
    save.copy.saved = system->clock.now(system->self);
    (void)snprintf(save.copy.boot, sizeof(save.copy.boot), "%s", saving->boot);
    status = save_segment(&save, &why);
    if (save.busy && again)
        return true;
    save.item->copies->tried = true;
    save.item->copies->last = system->clock.ticks(system->self);
    /* While a file is unread, it may have newer content than the segment: no success yet. */
    if (status == SYS_OK && save.item->copies->unread == 0)
        note_success(&save);
    else if (status != SYS_OK && status != SYS_LATER)
        note_failure(&save, status, &why);
    return false;
}

/* ---- all of them ------------------------------------------------------------ */

/* Milliseconds until a segment should be saved; UINT32_MAX: never, except at a stop. */
static uint32_t delay_of(const struct item *item, uint64_t now)
{
    uint32_t every = every_of(item), wait = every;
    const struct item_copies *copies = item->copies;

    if (!item_is_copied(item) || every == 0)
        return UINT32_MAX;
    if (!copies->tried)
        return 0;
    if (copies->delay != 0 && copies->delay < every)
        wait = copies->delay;
    return now - copies->last >= wait ? 0 : wait - (uint32_t)(now - copies->last);
}

uint32_t copy_save_delay(const struct copy_save *saving)
{
    uint64_t now = saving->system->clock.ticks(saving->system->self);
    uint32_t least = UINT32_MAX;
    size_t i;

    for (i = 0; i < saving->inventory->count; i++) {
        uint32_t delay = delay_of(item_at(saving, i), now);

        if (delay < least)
            least = delay;
    }
    return least;
}

/*
 * Saves the segments that are marked as `waits`: those that are being written again and again for
 * `patience` milliseconds in all. Without `last` a stop ends it. True: there were any.
 */
static bool save_marked(const struct copy_save *saving, uint32_t patience, bool last)
{
    const struct system *system = saving->system;
    const uint64_t until = system->clock.ticks(system->self) + patience;
    bool any = false, left = true;

    while (left) {
        bool again = system->clock.ticks(system->self) < until;
        size_t i;

        left = false;
        for (i = 0; i < saving->inventory->count; i++) {
            struct item_copies *copies = item_at(saving, i)->copies;

            if (copies == NULL || !copies->waits)
                continue;
            if (!last && system->stopping(system->self))
                return any;
            copies->waits = save_item(saving, i, last, again);
            left = left || copies->waits;
            any = true;
        }
        if (left)
            system->clock.pause(system->self, PAUSE_MS);
    }
    return any;
}

/* Marks the segment for save_marked, or takes a mark of an interrupted run away. */
static void mark(const struct copy_save *saving, size_t index, bool waits)
{
    const struct item *item = item_at(saving, index);

    if (item->copies != NULL)
        item->copies->waits = waits && item_is_copied(item);
}

bool copy_save_run(const struct copy_save *saving)
{
    uint64_t now = saving->system->clock.ticks(saving->system->self);
    size_t i;

    for (i = 0; i < saving->inventory->count; i++)
        mark(saving, i, delay_of(item_at(saving, i), now) == 0);
    return save_marked(saving, PATIENCE_MS, false);
}

static void mark_all(const struct copy_save *saving)
{
    size_t i;

    for (i = 0; i < saving->inventory->count; i++)
        mark(saving, i, true);
}

bool copy_save_now(const struct copy_save *saving)
{
    mark_all(saving);
    return save_marked(saving, SUSPEND_MS, false);
}

void copy_save_finish(const struct copy_save *saving)
{
    mark_all(saving);
    (void)save_marked(saving, LAST_PATIENCE, true);
}

static bool same_name(const void *a, const void *b)
{
    const char *x = a, *y = b;

    return shmb_name_same(x, strlen(x), y, strlen(y));
}

/* The names of the segments with copies. False: no memory. */
static bool list_copied(const struct inventory *inventory, struct nameset *out)
{
    size_t i;

    if (!nameset_init(out, inventory->count))
        return false;
    for (i = 0; i < inventory->count; i++) {
        const char *name = inventory->items[i].spec.name;

        if (inventory->items[i].copies != NULL)
            (void)nameset_add(out, shmb_name_hash(name, strlen(name)), name, same_name);
    }
    return true;
}

/* Without memory for the names, saves all segments: rather one too many than one too few. */
void copy_save_leave(const struct copy_save *saving, const struct inventory *wanted)
{
    struct nameset names;
    bool listed;
    size_t i;

    if (!copy_save_any(saving->inventory))
        return;
    listed = list_copied(wanted, &names);
    for (i = 0; i < saving->inventory->count; i++) {
        const char *name = item_at(saving, i)->spec.name;

        mark(saving, i,
             !listed ||
                 nameset_find(&names, shmb_name_hash(name, strlen(name)), name, same_name) == NULL);
    }
    if (listed)
        nameset_free(&names);
    (void)save_marked(saving, LAST_PATIENCE, true);
}

/*
 * Saving fails, or a file could not be read: it may have newer content than the segment until it is
 * set aside.
 */
static bool is_troubled(const struct item_copies *copies)
{
    return copies->cause != 0 || copies->unread != 0;
}

static void add_note(const struct item *item, struct report_lines *out)
{
    const struct item_copies *copies = item->copies;
    char name[FULL_NAME_BYTES], when[REPORT_TIME] = "never",
                                text[REPORT_FAILURE + REPORT_TIME + 16];

    full_name(item->spec.name, name);
    if (copies->saved != 0)
        event_time(copies->saved, when);
    if (!is_troubled(copies)) {
        report_lines_add(out, "copy", name, copies->saved != 0 ? "saved" : "none",
                         copies->saved != 0 ? when : "not saved yet");
        return;
    }
    (void)snprintf(
        text, sizeof(text), "%s; last saved: %s",
        copies->cause == 0
            ? "a copy could not be read when the segment was created; the event log says which"
        : copies->reason != NULL ? copies->reason
                                 : "not known",
        when);
    report_lines_add(out, "copy", name, "failed", text);
}

void copy_save_notes(const struct inventory *inventory, struct report_lines *out)
{
    int failed;
    size_t i;

    for (failed = 1; failed >= 0; failed--)
        for (i = 0; i < inventory->count; i++)
            if (item_is_copied(&inventory->items[i]) &&
                is_troubled(inventory->items[i].copies) == (failed == 1))
                add_note(&inventory->items[i], out);
}

bool copy_save_any(const struct inventory *inventory)
{
    return inventory->copies;
}
