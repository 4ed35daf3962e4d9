/*
 * torture.h - what driver and workers of the torture run share: the segments
 * they use, and the journal, which is the truth the segments are held against.
 *
 * Each worker has a slot: a record in every segment, which nobody else writes
 * unless its owner has died. Under the segment's lock a worker notes in the
 * journal that it begins record N, writes it, and notes that it is done. So
 * whoever holds the lock knows what each record must be, to the byte; only he
 * who is told that the lock was abandoned may find one that was begun and not
 * done, and completes it. The journal is an ordinary section of the driver's.
 *
 * Everything in shared memory is fixed-width: workers are of both bitnesses.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <windows.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TORTURE_JOURNAL L"ShmbTorture.Journal"

#define SEGMENTS     8u
#define SLOTS        8u
#define RECORD_SIZE  256u
#define SEGMENT_SIZE (SLOTS * RECORD_SIZE + 52u) /* no whole page: the size must be exact */
#define PAGE_SIZE    4096u

/*
 * Nothing takes that long unless it is broken, on a busy machine neither: Wine's
 * service manager alone may wait a minute for a process that was killed. A worker
 * gives up first, and says what it waited for.
 */
#define WORKER_PATIENCE_MS 120000u
#define PATIENCE_MS        180000u

struct record {
    uint32_t sequence; /* 0: never written, all of it 0 */
    uint8_t payload[RECORD_SIZE - 2 * sizeof(uint32_t)];
    uint32_t check;
};

/* Who uses a segment. What each is told of a death differs where they meet. */
enum torture_users { USERS_PLAIN, USERS_LIBRARY, USERS_BOTH };
enum torture_users torture_users_of(uint32_t segment);

/* "ShmbTorture.N", without Global\. Static. */
const char *torture_name(uint32_t segment);

/* What a worker is doing; it dies there, too. */
enum torture_state {
    STATE_OPENING,   /* does not have every segment yet */
    STATE_IDLE,      /* holds no lock */
    STATE_WANTING,   /* holds it or not */
    STATE_HOLDING,   /* holds it */
    STATE_WRITING,   /* holds it, and has begun a record */
    STATE_RELEASING, /* holds it or not */
};

enum torture_command {
    COMMAND_GO_ON,
    COMMAND_DIE, /* by its own hand, the next time it holds a lock */
    COMMAND_END,
};

/* Written by the worker but for `command`. */
struct worker_line {
    volatile int32_t command;
    volatile int32_t state;
    volatile uint32_t segment;   /* of the state */
    volatile uint32_t forgiving; /* the library has told of a death, and not been told that all
                                    is well again: it will tell the next one, too */
    volatile uint32_t operations;
    volatile uint32_t snapshots;
};

/* `begun` and `done` are written under the segment's lock, the others at any time. */
struct segment_line {
    volatile uint32_t begun[SLOTS], done[SLOTS];
    volatile int32_t told;     /* how often somebody was told that an owner had died */
    volatile int32_t unmarked; /* how often it could not be marked as consistent after that */
    volatile int32_t stale;    /* how often a worker got SHMB_STALE */
    /* Odd: the configuration leaves the segment out, so that SHMB_STALE is right. The driver
       adds one before it retires the segment, and one after the segment is back. */
    volatile uint32_t retired;
};

struct journal {
    uint32_t seed;
    volatile int32_t failed;
    char failure[512]; /* the first one */
    struct worker_line workers[SLOTS];
    struct segment_line segments[SEGMENTS];
};

/* The journal, mapped; made by the driver, who passes true. NULL: it cannot be. */
struct journal *journal_map(bool make);

/* Notes the first failure of all. */
void journal_fail(struct journal *journal, const char *format, ...);

/* Record `sequence` of a slot; the same everywhere. */
void record_make(const struct journal *journal, uint32_t segment, uint32_t slot, uint32_t sequence,
                 struct record *out);

/* Is it record `sequence`, to the byte? */
bool record_is(const struct journal *journal, uint32_t segment, uint32_t slot, uint32_t sequence,
               const struct record *record);

/*
 * To be called under the lock: every byte of a segment of `size` bytes must be
 * what the journal says. `told`: an owner has died; then a record that was
 * begun is completed, and noted. False: it is not so, and has been noted.
 */
bool segment_check(struct journal *journal, uint32_t segment, uint8_t *bytes, size_t size,
                   bool told);

/* A small generator: the same numbers for the same seed. */
uint32_t torture_random(uint32_t *state);

#endif
