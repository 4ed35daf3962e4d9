/*
 * watcher.h - waits until bytes of a segment change, no matter who changes them.
 */
#ifndef CLI_WATCHER_H
#define CLI_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shmb.h"

#define WATCHER_MOST ((size_t)16 * 1024 * 1024) /* bytes */

/* The bytes are compared this often, to find writes without a notification. */
#define WATCHER_LOOK_MS 100u

/* A watched part of a segment. All zero: none. */
struct watcher {
    shmb_segment *segment;
    shmb_info info;
    size_t size;
    uint8_t *before, *now; /* before and after the last change */
    bool numbered;         /* `number` is the segment's change number */
    uint64_t number;
    bool notified; /* shmb_wait_changed works */
    bool torn;     /* the last copy was made during a write that does not end */
};

/*
 * Watches `count` bytes at `offset` (UINT64_MAX: to the end), at most WATCHER_MOST. Results as
 * shmb_open_with. End it with watcher_close.
 */
int32_t watcher_open(struct watcher *watcher, const char *name, uint64_t offset, uint64_t count);
void watcher_close(struct watcher *watcher);

/*
 * Waits for the next change. SHMB_OK: the bytes or the change number changed. SHMB_TIMEOUT: no
 * change, or, with `*stopped`, stopping_wait returned true. SHMB_STALE, SHMB_NOT_FOUND: the
 * segment was recreated, or the broker no longer holds it; close it.
 */
int32_t watcher_next(struct watcher *watcher, uint32_t timeout_ms, bool *stopped);

#endif
