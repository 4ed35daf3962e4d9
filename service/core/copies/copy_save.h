/*
 * copy_save.h - writes the copies from which segments come back after a reboot.
 *
 * A copy is written beside the newest one, put onto the disk, and only then
 * given its place; the one that was there stays as the one before. Content that
 * has not changed is not written again. Only reads what clients have written.
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
 * follows each `find` in any case.
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
 * Saves what is due; leaves off when the broker is asked to stop. What fails is
 * reported once and tried again. True: the notes are others now.
 */
bool copy_save_run(const struct copy_save *saving);

/* Saves every segment, for the last time: nothing is tried again, and no stop is heard. */
void copy_save_finish(const struct copy_save *saving);

/* The same for those that `wanted` does not keep any more. */
void copy_save_leave(const struct copy_save *saving, const struct inventory *wanted);

/* When each segment was saved last and what keeps it from being saved; those that failed first. */
void copy_save_notes(const struct inventory *inventory, struct report_lines *out);

/* True where there is something to be saved at the end. */
bool copy_save_any(const struct inventory *inventory);

#endif
