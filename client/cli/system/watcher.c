/*
 * Compares two copies of the bytes, after each notification and ten times a second:
 * programs without the library notify nobody. Every writer can set the events of a segment, also
 * without a change: such an event is then left alone for a growing time.
 */
#include "watcher.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "open_segment.h"
#include "out.h"
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

void watcher_note(const struct watcher *watcher, const char *name)
{
    if (!watcher->notified && (watcher->info.flags & SHMB_FLAG_ROUNDED) != 0)
        out_warning("%s: note: you may not read the broker's directory, so shmb compares the bytes "
                    "ten times a second, and misses what changes back in between",
                    name);
    else if (!watcher->notified)
        out_warning(
            "%s: note: the segment has no change events, so shmb compares its bytes ten times "
            "a second, and misses what changes back in between; have the administrator "
            "configure notify: true",
            name);
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

/*
 * The event to wait for; NULL: none now. A failure ends the notifications: then the bytes are
 * only compared.
 */
static HANDLE event_of(struct watcher *watcher, uint64_t now)
{
    uint64_t number = 0;
    void *event = NULL;

    if (!watcher->notified || now < watcher->quiet_until)
        return NULL;
    watcher->notified = shmb_change_event(watcher->segment, watcher->number, &event) == SHMB_OK &&
                        shmb_change_number(watcher->segment, &number) == SHMB_OK;
    /* The event is not set, or not any more, where the number was newer before it was found. */
    if (watcher->notified && number != watcher->number)
        watcher->due = true;
    return watcher->notified ? event : NULL;
}

/* Waits `ms`, or until an event is set. More events than one call takes have their turns. */
static bool wait_for_events(struct watchers *all, DWORD ms)
{
    HANDLE handle[MAXIMUM_WAIT_OBJECTS], event = stopping_event();
    size_t of[MAXIMUM_WAIT_OBJECTS], first = event != NULL ? 1 : 0, n;
    uint64_t now = GetTickCount64();
    DWORD count = 0, got;

    if (event != NULL)
        handle[count++] = event;
    for (n = 0; n < all->count && count < MAXIMUM_WAIT_OBJECTS; n++) {
        size_t index = (all->next + n) % all->count;

        event = event_of(&all->watcher[index], now);
        if (all->watcher[index].due)
            return stopping_wait(0);
        if (event == NULL)
            continue;
        of[count] = index;
        handle[count++] = event;
    }
    if (n < all->count) {
        all->next = (all->next + n) % all->count;
        ms /= (DWORD)(all->count / n) + 1;
    }
    got = count > 0 ? WaitForMultipleObjects(count, handle, FALSE, ms) : WAIT_FAILED;
    if (got == WAIT_FAILED)
        return stopping_wait(ms);
    got -= WAIT_OBJECT_0;
    if (got < first)
        return true;
    if (got < count) {
        all->watcher[of[got]].due = true;
        all->watcher[of[got]].signalled = true;
    }
    return false;
}

/* Looks, and notes an event that was set for nothing. */
static bool look_if_due(struct watcher *watcher)
{
    uint64_t now = GetTickCount64();

    /* Half of the time: the clock has steps of up to 16 ms, so a pause may seem short. */
    if (!watcher->due && now - watcher->looked < WATCHER_LOOK_MS / 2)
        return false;
    watcher->looked = now;
    watcher->due = look(watcher); /* after a change there may be the next one */
    if (watcher->due) {
        watcher->alarms = 0;
    } else if (watcher->signalled) {
        watcher->alarms += watcher->alarms < WATCHER_LOOK_MS;
        watcher->quiet_until = now + watcher->alarms;
    }
    watcher->signalled = false;
    return watcher->due;
}

/* The first that changed, in turn. False: none. */
static bool look_at_all(struct watchers *all, size_t *which)
{
    size_t n;

    for (n = 0; n < all->count; n++) {
        *which = (all->next + n) % all->count;
        if (look_if_due(&all->watcher[*which])) {
            all->next = (*which + 1) % all->count;
            return true;
        }
    }
    *which = 0;
    return false;
}

/* The first one that was recreated, or waits to be: the broker can do it only when all close it. */
static int32_t ask_states(const struct watchers *all, size_t *which)
{
    size_t i;

    for (i = 0; i < all->count; i++) {
        int32_t state = shmb_state(all->watcher[i].segment, NULL);

        if (state == SHMB_STALE || state == SHMB_NOT_FOUND) {
            *which = i;
            return state;
        }
    }
    return SHMB_OK;
}

int32_t watchers_next(struct watchers *all, uint32_t timeout_ms, size_t *which, bool *stopped)
{
    ULONGLONG begun = GetTickCount64(), now = begun;

    *stopped = false;
    for (;;) {
        ULONGLONG left = timeout_ms - (now - begun);

        if (look_at_all(all, which))
            return SHMB_OK;
        if (timeout_ms != SHMB_INFINITE && now - begun >= timeout_ms)
            return SHMB_TIMEOUT;
        if (now - all->asked >= STATE_MS) {
            int32_t state = ask_states(all, which);

            if (state != SHMB_OK)
                return state;
            all->asked = now;
        }
        if (timeout_ms == SHMB_INFINITE || left > WATCHER_LOOK_MS)
            left = WATCHER_LOOK_MS;
        *stopped = wait_for_events(all, (DWORD)left);
        if (*stopped)
            return SHMB_TIMEOUT;
        now = GetTickCount64();
    }
}
