/*
 * ownership.h - who in this process holds a segment's lock, and who writes it: one record
 * for all handles of a segment, because a mutex counts by thread and not by handle.
 */
#ifndef LIB_OWNERSHIP_H
#define LIB_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "compiler.h"
#include "shmb.h"

/*
 * How often something was taken and not given back, through all handles of the segment. It is
 * the sum of the handles' shares less the surplus. A turn begins when it is taken for the first
 * time; shares of earlier turns do not count.
 */
struct holding {
    volatile uint64_t turn;
    volatile uint32_t count;
    uint32_t surplus; /* given back through handles that had no share */
};

/* How much of it was taken through one handle. */
struct share {
    uint64_t turn;
    uint32_t count;
};

struct ownership {
    volatile PVOID mutex; /* opened by the first thread that needs it; NULL for a fast lock */

    /* The thread that holds the lock, as far as this process knows. */
    volatile uint32_t holder; /* its token; 0: none. It may have ended */

    /*
     * The struct share of a handle: the holder has taken a fast lock once, through that handle,
     * and `locks` and the share do not count it. ownership_settle counts it, before anything but
     * ownership_lock_share looks at them. NULL: they count. Means nothing without a holder.
     */
    volatile PVOID plain;

    /* Of the holder; without a lock, of the thread that began the write. */
    volatile uint32_t thread_id, thread_born;

    /* Only the holder uses these; without a lock, the thread that writes. */
    struct holding locks;         /* how often the holder took the lock */
    struct holding writes;        /* writes begun; only the first and last change the block */
    struct shmb_segment *writers; /* the handles with a share of them, linked by `next_writer` */
    uint32_t writer;              /* without a lock: token of the thread that began the write */
    uint64_t thread;              /* that may write, as thread_writer has it */
    uint64_t seat;                /* of a fast lock: number of the seat of that thread */
    uint64_t identity;            /* the same: in the lock word */
    uint64_t sequence;            /* its value during the write */
    uint64_t change;              /* number of the change in progress */
    uint32_t signalled;           /* the change events that may be set: a bit each */
    uint32_t unmarked;            /* SHMB_DIED_... bits that a handle to read could not store */
    bool abandoned;               /* the holder got SHMB_ABANDONED, and has not repaired yet */
    bool outer;                   /* the write is part of one of another copy of the library */
    bool filling;                 /* shmb_first said 1, and shmb_init_done was not called yet */

    /* For block.c: a handle can close while the holder, through another one, clears the note. */
    SRWLOCK noting;
    struct shmb_segment *noted; /* the handle that noted the holder; NULL: none did */

    /* For ownership.c alone. */
    struct ownership *next;
    uint32_t handles;
    char name[SHMB_NAME_SIZE], lock[SHMB_NAME_SIZE];
    uint64_t generation;
    uint32_t control, block;
    bool is_private;
};

/*
 * What makes two handles those of one segment. The control block is part of it: a segment
 * that got another block has the sequence there now. So is the lock: without the directory,
 * it is found only if it exists.
 */
struct ownership_key {
    const char *name, *lock;
    uint64_t generation;
    uint32_t control, block; /* the control section's number and the block in it; 0: none */
    bool is_private;
};

/* The record of these handles, to be ended with ownership_leave. NULL: no memory. */
struct ownership *ownership_join(const struct ownership_key *key);

/* A handle closes. With the last one the record ends. NULL is allowed. */
void ownership_leave(struct ownership *ownership);

/* Counts a lock that was taken plainly. For the holder of the lock; without one, does nothing. */
void ownership_settle(struct ownership *ownership);

/* How often the holder took the lock through the handle with this share. */
uint32_t ownership_lock_share(const struct ownership *ownership, const struct share *share);

/*
 * Does the calling thread, which has this token, hold a fast lock with this seat? True also if that
 * cannot be told: the process ends, and a thread that the system has ended had the list.
 */
bool ownership_holds(uint32_t token, uint64_t seat);

/* Begins a turn: nothing is taken, and no handle has a share. */
void holding_begin(struct holding *holding);

/* Takes it through a handle. `count` must be less than UINT32_MAX. */
void holding_add(struct holding *holding, struct share *share);

/* Gives it back once, through any handle. `count` must be more than 0. */
void holding_drop(struct holding *holding, struct share *share);

/* What was taken through the handle and not given back through it. */
uint32_t holding_share(const struct holding *holding, const struct share *share);

/*
 * Before the handle closes. Returns how often to give back through it: its share, less what
 * was given back for it through other handles.
 */
uint32_t holding_leave(struct holding *holding, struct share *share);

#endif
