/*
 * copy_save.h - saves the content of segments with keep: reboot as copies.
 *
 * A copy is written beside the newest one, flushed to the disk, and only then renamed to its
 * place; the copy that was there stays as the one before (copy_places.h). Unchanged content is
 * not written again. The segments themselves are only read.
 */
#ifndef CORE_COPY_SAVE_H
#define CORE_COPY_SAVE_H

#include "control.h"
#include "inventory.h"
#include "report_lines.h"
#include "system.h"

/*
 * Finds the block of a segment in its control section, by the segment's index in the
 * inventory. `find` returns NULL if there is none or it cannot be mapped now; `done`
 * follows each `find` that returned a block.
 */
struct copy_save_blocks {
    void *self;
    const struct shmb_block *(*find)(void *self, size_t item);
    void (*done)(void *self, size_t item);
};

/* All of it is borrowed. */
struct copy_save {
    const struct system *system;
    const char *boot;
    uint64_t *stamp; /* the greatest generation, revision or number of a copy so far */
    struct copy_save_blocks blocks;
    struct inventory *inventory;
};

/* Milliseconds until copy_save_run should be called; UINT32_MAX: never. */
uint32_t copy_save_delay(const struct copy_save *saving);

/*
 * Saves the segments that are due; ends early when a stop is requested. A failure is logged once
 * and retried. True: call copy_save_notes again.
 */
bool copy_save_run(const struct copy_save *saving);

/*
 * Saves every segment now, due or not, as before the machine sleeps; ends early when a stop is
 * requested. Waits for writers only when all other segments are saved, and half a second at most.
 * Failures and result as for copy_save_run.
 */
bool copy_save_now(const struct copy_save *saving);

/* Saves every segment for the last time: no retries, and a stop does not end it. */
void copy_save_finish(const struct copy_save *saving);

/* The same for the segments that have no copies in the inventory `wanted`. */
void copy_save_leave(const struct copy_save *saving, const struct inventory *wanted);

/*
 * Adds a line for each segment to the report: when it was last saved, or why it cannot be saved.
 * The failed ones come first.
 */
void copy_save_notes(const struct inventory *inventory, struct report_lines *out);

/* True: the inventory has segments with copies. */
bool copy_save_any(const struct inventory *inventory);

#endif
