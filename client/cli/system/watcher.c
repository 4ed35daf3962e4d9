/*
 * Compares two copies of the bytes, after each notification and ten times a second:
 * programs without the library notify nobody.
 */
#include "watcher.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "open_segment.h"
#include "stopping.h"

/* How often bytes and number are read again if a change came in between. */
#define PAIR_TRIES 100

/* How often, and how long each time, to wait for a writer in the middle of a write. */
#define BUSY_WAITS 40
#define BUSY_MS    5u

/* How often shmb_state is called; it opens the directory each time. */
#define STATE_MS 1000u

/* Copies a snapshot if possible. Waits for each write in progress only once. */
static int32_t copy(struct watcher *watcher, uint8_t *to)
{
    int32_t result = shmb_snapshot(watcher->segment, 0, to, watcher->size, NULL);
    int waits;

    for (waits = 0; result == SHMB_BUSY && !watcher->torn && waits < BUSY_WAITS; waits++) {
        if (stopping_wait(BUSY_MS))
            break;
        result = shmb_snapshot(watcher->segment, 0, to, watcher->size, NULL);
    }
    watcher->torn = result == SHMB_BUSY;
    /* For showing the bytes, a torn copy is better than none. */
    if (result != SHMB_OK)
        result = shmb_read(watcher->segment, 0, to, watcher->size, NULL);
    return result;
}

/*
 * Copies the bytes and the number of their change. If the number grew meanwhile, tries again;
 * if writers never pause, the bytes can be newer than the number.
 */
static int32_t copy_numbered(struct watcher *watcher, uint8_t *to, uint64_t *number)
{
    uint64_t after = watcher->number;
    int32_t result;
    int tries = 0;

    if (watcher->numbered && shmb_change_number(watcher->segment, &after) != SHMB_OK)
        after = watcher->number;
    do {
        *number = after;
        result = copy(watcher, to);
        if (watcher->numbered && shmb_change_number(watcher->segment, &after) != SHMB_OK)
            after = *number;
    } while (after != *number && ++tries < PAIR_TRIES);
    return result;
}

static int32_t open_part(struct watcher *watcher, const char *name, uint64_t offset, uint64_t count)
{
    uint64_t size;
    int32_t result = segment_open(name, SHMB_READ, 0, 1, &watcher->segment, &watcher->info);

    if (result != SHMB_OK)
        return result;
    shmb_close(watcher->segment);
    watcher->segment = NULL;
    if (offset >= watcher->info.bytes)
        return SHMB_RANGE;
    size = watcher->info.bytes - offset;
    if (count < size)
        size = count;
    if (size > WATCHER_MOST)
        size = WATCHER_MOST;
    watcher->size = (size_t)size;
    /* To segment_open, 0 means all. */
    return size == 0
               ? SHMB_RANGE
               : segment_open(name, SHMB_READ, offset, size, &watcher->segment, &watcher->info);
}

int32_t watcher_open(struct watcher *watcher, const char *name, uint64_t offset, uint64_t count)
{
    int32_t result;

    memset(watcher, 0, sizeof(*watcher));
    result = open_part(watcher, name, offset, count);
    if (result == SHMB_OK) {
        watcher->before = malloc(watcher->size);
        watcher->now = malloc(watcher->size);
        result = watcher->before != NULL && watcher->now != NULL ? SHMB_OK : SHMB_NO_MEMORY;
    }
    if (result == SHMB_OK) {
        watcher->numbered = shmb_change_number(watcher->segment, &watcher->number) == SHMB_OK;
        watcher->notified = (watcher->info.flags & SHMB_FLAG_NOTIFY) != 0;
        result = copy_numbered(watcher, watcher->now, &watcher->number);
    }
    if (result != SHMB_OK)
        watcher_close(watcher);
    return result;
}

void watcher_close(struct watcher *watcher)
{
    shmb_close(watcher->segment);
    free(watcher->before);
    free(watcher->now);
    memset(watcher, 0, sizeof(*watcher));
}

/* Waits `ms`, or less if a change is notified. True: stop. */
static bool pause_for(struct watcher *watcher, uint32_t ms)
{
    uint64_t number = watcher->number;

    if (!watcher->notified)
        return stopping_wait(ms);
    /* After a failure, only compare the bytes from now on. */
    switch (shmb_wait_changed(watcher->segment, &number, ms)) {
    case SHMB_OK:
    case SHMB_TIMEOUT:
        break;
    default:
        watcher->notified = false;
    }
    return stopping_wait(0);
}

/* Has anything changed since the last copy? Keeps the new copy if so. */
static bool look(struct watcher *watcher)
{
    uint8_t *older = watcher->before;
    uint64_t number;
    bool changed;

    if (copy_numbered(watcher, older, &number) != SHMB_OK)
        return false;
    changed = number != watcher->number || memcmp(older, watcher->now, watcher->size) != 0;
    if (changed) {
        watcher->number = number;
        watcher->before = watcher->now;
        watcher->now = older;
    }
    return changed;
}

int32_t watcher_next(struct watcher *watcher, uint32_t timeout_ms, bool *stopped)
{
    ULONGLONG begun = GetTickCount64(), asked = begun, now = begun;

    *stopped = false;
    for (;;) {
        ULONGLONG left = timeout_ms - (now - begun);

        if (look(watcher))
            return SHMB_OK;
        if (timeout_ms != SHMB_INFINITE && now - begun >= timeout_ms)
            return SHMB_TIMEOUT;
        if (now - asked >= STATE_MS) {
            int32_t state = shmb_state(watcher->segment, NULL);

            /* Recreated, or waiting to be: the broker can recreate it only when all close it. */
            if (state == SHMB_STALE || state == SHMB_NOT_FOUND)
                return state;
            asked = now;
        }
        if (timeout_ms == SHMB_INFINITE || left > WATCHER_LOOK_MS)
            left = WATCHER_LOOK_MS;
        *stopped = pause_for(watcher, (uint32_t)left);
        if (*stopped)
            return SHMB_TIMEOUT;
        now = GetTickCount64();
    }
}
