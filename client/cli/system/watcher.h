/*
 * watcher.h - waits until bytes of a segment change, whoever changes them.
 */
#ifndef CLI_WATCHER_H
#define CLI_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shmb.h"

#define WATCHER_MOST ((size_t)16 * 1024 * 1024) /* bytes */

/* Writes that nobody tells of are found out this late. */
#define WATCHER_LOOK_MS 100u

/* All zero: nothing is watched. */
struct watcher {
    shmb_segment *segment;
    shmb_info info;
    size_t size;
    uint8_t *before, *now; /* before and after the last change */
    bool numbered;         /* `number` is the segment's change number */
    uint64_t number;
    bool notified; /* the library tells of changes at once */
    bool torn;     /* the last copy came from the middle of a write that does not end */
};

/*
 * Begins with `count` bytes from `offset` on (UINT64_MAX: to the end, WATCHER_MOST at most).
 * Results as shmb_open_with, SHMB_NO_MEMORY; ended with watcher_close.
 */
int32_t watcher_open(struct watcher *watcher, const char *name, uint64_t offset, uint64_t count);
void watcher_close(struct watcher *watcher);

/*
 * Waits for the next change. SHMB_OK: it has changed, or the change number has. SHMB_TIMEOUT:
 * nothing has, or stopping_wait says so: `*stopped`. SHMB_STALE, SHMB_NOT_FOUND: the segment was
 * made anew, or the broker holds it no longer; close it.
 */
int32_t watcher_next(struct watcher *watcher, uint32_t timeout_ms, bool *stopped);

#endif
