/*
 * watcher.h - waits until bytes of segments change, no matter who changes them.
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
    bool notified;        /* shmb_change_event works */
    bool torn;            /* the last copy was made during a write that does not end */
    bool due, signalled;  /* to be looked at now; because its event is set */
    uint64_t looked;      /* when it was looked at last (GetTickCount64) */
    unsigned alarms;      /* how often its event was set, and nothing had changed */
    uint64_t quiet_until; /* until then its event is not waited for */
};

/* Watchers that are waited for together. The caller sets the first two, and zeroes the others. */
struct watchers {
    struct watcher *watcher;
    size_t count;
    size_t next;    /* the one to begin with: no busy segment hides another one */
    uint64_t asked; /* when their states were asked for last */
};

/*
 * Watches `count` bytes at `offset` (UINT64_MAX: to the end), at most WATCHER_MOST. Results as
 * shmb_open_with. End it with watcher_close.
 */
int32_t watcher_open(struct watcher *watcher, const char *name, uint64_t offset, uint64_t count);
void watcher_close(struct watcher *watcher);

/*
 * Prints to the standard error output that changes are found by comparing bytes, and what would
 * help. Nothing if the segment notifies.
 */
void watcher_note(const struct watcher *watcher, const char *name);

/*
 * Waits for the next change of any of them, in one thread. `*which` is the index of the one that
 * the result is about. SHMB_OK: its bytes or its change number changed. SHMB_TIMEOUT: no change,
 * or, with `*stopped`, the event of stopping_begin was set. SHMB_STALE, SHMB_NOT_FOUND: the
 * segment was recreated, or the broker no longer holds it; close it.
 */
int32_t watchers_next(struct watchers *all, uint32_t timeout_ms, size_t *which, bool *stopped);

#endif
