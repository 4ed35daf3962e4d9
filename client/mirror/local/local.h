/*
 * local.h - a segment of this machine, as shmb.h shows it.
 *
 * One thread makes all calls on a segment; none waits for longer than LOCAL_LOCK_MS.
 */
#ifndef MIRROR_LOCAL_H
#define MIRROR_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include <shmb.h>

#define LOCAL_LOCK_MS 2u
#define LOCAL_TEXT    320u

/* All zero but `name` and `write`: not open. */
struct local {
    const char *name;
    bool write; /* open it to write, too */
    shmb_segment *segment;
    uint64_t size, generation;
    bool notifies, locks;
    uint64_t seen;        /* change number of the content that was copied or written last */
    char why[LOCAL_TEXT]; /* why it is not open, or the last call failed */
};

enum local_result {
    LOCAL_DONE,
    LOCAL_LATER, /* others are writing, or hold the lock: try again; or `why` */
    LOCAL_HALF,  /* a writer died in the middle of a write */
    LOCAL_GONE   /* it was closed: open it again; `why` */
};

/* Opens it. `most`: bytes that it may have. */
enum local_result local_open(struct local *local, uint64_t most);
void local_close(struct local *local);

/* Is it still what the broker holds? A restart of the broker changes nothing. */
enum local_result local_check(struct local *local);

/* The change number. False: it cannot be read. */
bool local_change(const struct local *local, uint64_t *number);

/* Copies all of it, `size` bytes, as one state. */
enum local_result local_copy(struct local *local, void *content);

/* What local_put found. */
struct local_found {
    bool same;  /* these bytes were there already, and nothing was written */
    bool other; /* neither these nor those of `known` were there */
    bool more;  /* somebody else has written, too: look again */
};

/* Writes all of it, as one change. `known` (may be NULL): what was there last, as far as known. */
enum local_result local_put(struct local *local, const void *content, const void *known,
                            struct local_found *found);

/* The event of the next change. NULL: there is none, or a change came already. */
void *local_event(struct local *local);

#endif
