/*
 * ownership.h - who in this process holds a segment's lock, and who writes it: one record
 * for all handles of a segment, because a mutex counts by thread and not by handle.
 */
#ifndef LIB_OWNERSHIP_H
#define LIB_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "shmb.h"

struct ownership {
    volatile PVOID mutex; /* opened by the first thread that needs it */

    /* The thread that holds the lock, as far as this process knows. */
    volatile uint32_t holder;    /* its token; 0: none. It may have ended */
    volatile uint32_t holder_id; /* its thread id */
    volatile uint32_t turn;      /* grows each time a thread takes the lock that did not hold it */

    /* Only the holder uses these; without a lock, the thread that writes. */
    uint32_t depth;
    uint32_t brackets;           /* writes begun and not ended; only the first and last count */
    struct shmb_segment *writer; /* the handle that began the first of them */
    uint64_t thread;             /* that may write, as thread_writer has it */
    uint64_t sequence;           /* its value during the write */
    uint64_t change;             /* number of the change in progress */
    uint32_t unmarked;           /* SHMB_DIED_... bits that a handle to read could not store */
    bool abandoned;              /* the holder got SHMB_ABANDONED, and has not repaired yet */
    bool outer;                  /* this thread began a write through another copy of the library */
    bool filling;                /* shmb_first said 1, and shmb_init_done was not called yet */

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

#endif
