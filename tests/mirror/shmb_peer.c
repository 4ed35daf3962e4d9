/*
 * shmb_peer NAME - a peer (peer.h) of a segment with a lock and notification, through the library.
 * A segment that was made anew is opened again, and a broker that does not run is waited for.
 */
#include <windows.h>

#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "shmb.h"

#define PATIENCE_MS 60000u

static const char *name;

/* One for the thread that obeys, one for the thread that watches. */
static struct access {
    shmb_segment *segment;
    char text[256];
} caller, watcher;

static const char *failed(struct access *access, const char *call, int32_t result)
{
    char text[200];

    shmb_result_text(result, text, sizeof(text));
    snprintf(access->text, sizeof(access->text), "%s: %s", call, text);
    return access->text;
}

/* Opens the segment where it is not open; the old handle only goes when there is a new one. */
static const char *reach(struct access *access, size_t size, int again)
{
    shmb_segment *opened;
    uint64_t bytes = 0;
    int32_t result;

    if (access->segment != NULL && !again)
        return NULL;
    result = shmb_open(name, SHMB_WRITE, PATIENCE_MS, &opened);
    if (result != SHMB_OK)
        return failed(access, "shmb_open", result);
    (void)shmb_close(access->segment);
    access->segment = opened;
    if (shmb_size(opened, &bytes) != SHMB_OK || bytes != size)
        return "the segment has another size";
    return NULL;
}

static int gone(int32_t result)
{
    return result == SHMB_STALE || result == SHMB_NOT_FOUND || result == SHMB_NO_BROKER;
}

static int32_t write_locked(shmb_segment *segment, const void *bytes, size_t size, uint64_t *change)
{
    int32_t locked = shmb_lock(segment, PATIENCE_MS), result, ended;

    if (locked < 0)
        return locked;
    result = shmb_write(segment, 0, bytes, size, NULL);
    if (locked == SHMB_ABANDONED && result == SHMB_OK) /* all of it is new */
        result = shmb_mark_consistent(segment);
    if (result == SHMB_OK)
        result = shmb_change_number(segment, change);
    ended = shmb_unlock(segment);
    return result != SHMB_OK ? result : ended;
}

static const char *put(const void *bytes, size_t size, uint64_t *change)
{
    const char *wrong = reach(&caller, size, 0);
    int32_t result;

    if (wrong != NULL)
        return wrong;
    result = write_locked(caller.segment, bytes, size, change);
    if (gone(result)) {
        wrong = reach(&caller, size, 1);
        if (wrong != NULL)
            return wrong;
        result = write_locked(caller.segment, bytes, size, change);
    }
    return result == SHMB_OK ? NULL : failed(&caller, "a write", result);
}

/* Waits also while half of a value is there whose writer died, as a mirror that is killed: who
 * writes next mends it. */
static int32_t copy(shmb_segment *segment, void *bytes, size_t size, uint64_t *change)
{
    ULONGLONG end = GetTickCount64() + PATIENCE_MS;
    int32_t result;

    do {
        result = shmb_change_number(segment, change);
        if (result == SHMB_OK)
            result = shmb_snapshot_wait(segment, 0, bytes, size, PATIENCE_MS, NULL);
        if (result == SHMB_INCONSISTENT)
            Sleep(1);
    } while (result == SHMB_INCONSISTENT && GetTickCount64() < end);
    return result;
}

static const char *get(void *bytes, size_t size, uint64_t *change)
{
    const char *wrong = reach(&caller, size, 0);
    int32_t result;

    if (wrong != NULL)
        return wrong;
    result = copy(caller.segment, bytes, size, change);
    if (gone(result)) {
        wrong = reach(&caller, size, 1);
        if (wrong != NULL)
            return wrong;
        result = copy(caller.segment, bytes, size, change);
    }
    return result == SHMB_OK ? NULL : failed(&caller, "a snapshot", result);
}

static const char *next(void *bytes, size_t size, uint64_t *change)
{
    for (;;) {
        const char *wrong = reach(&watcher, size, 0);
        int32_t result;

        if (wrong != NULL)
            return wrong;
        result = shmb_wait_changed(watcher.segment, change, SHMB_INFINITE);
        if (result == SHMB_OK)
            result = shmb_snapshot_wait(watcher.segment, 0, bytes, size, PATIENCE_MS, NULL);
        if (result == SHMB_OK)
            return NULL;
        if (!gone(result) && result != SHMB_INCONSISTENT)
            return failed(&watcher, "a wait", result);
        /* the half of a writer that died: the next change mends it */
        if (result == SHMB_INCONSISTENT)
            continue;
        *change = 0;
        wrong = reach(&watcher, size, 1);
        if (wrong != NULL)
            return wrong;
    }
}

int main(int count, char **words)
{
    static const struct peer_port port = {put, get, next};
    shmb_segment *segment;
    uint64_t size = 0;

    if (count != 2) {
        fprintf(stderr, "usage: shmb_peer NAME\n");
        return 2;
    }
    name = words[1];
    if (shmb_open(name, SHMB_WRITE, PATIENCE_MS, &segment) != SHMB_OK ||
        shmb_size(segment, &size) != SHMB_OK) {
        printf("error there is no %s\n", name);
        return 1;
    }
    (void)shmb_close(segment);
    return peer_serve(&port, (size_t)size);
}
