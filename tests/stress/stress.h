/*
 * stress.h - what driver and workers of a stress run share: what they do, how they die, and the
 * journal, which is the truth that locks, snapshots, changes and queues are held against.
 *
 * A lane is one thread that works until it dies; a new thread goes on in its place. Each lane
 * writes its own entries of the journal; what lies under the lock of the segment is written under
 * it. Everything in shared memory is fixed-width: workers are of both bitnesses.
 */
#ifndef STRESS_H
#define STRESS_H

#include <windows.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define STRESS_SEGMENT "ShmbStress.Segment"
#define STRESS_QUEUE   "ShmbStress.Queue"

#define LANES     8u
#define POINTS    40u
#define NUMBERS   256u       /* changes whose time is kept */
#define SEQUENCES (1u << 21) /* most messages of a lane */

#define WORKER_DIED   77 /* exit codes */
#define WORKER_KILLED 78
#define WORKER_FAILED 79

enum subject { SUBJECT_LOCK, SUBJECT_SNAPSHOT, SUBJECT_NOTIFY, SUBJECT_QUEUE, SUBJECTS };

/* Threads leave by ExitThread, processes terminate themselves, or others end them. */
enum way { WAY_EXIT, WAY_SELF, WAY_TERMINATE, WAY_KILL, WAYS };

struct journal {
    volatile uint64_t operations[LANES];

    /* The lock: A, the commits of all, and B are equal while nobody is in the section. */
    volatile uint64_t a, b, commits[LANES];
    volatile uint64_t inside; /* the lane in the section, plus one */

    volatile uint64_t written; /* snapshots: the last value that was written to its end */

    /* Changes: when change (number mod NUMBERS) was made, and the last one that a lane has seen. */
    volatile uint64_t changed_at[NUMBERS], changes, seen[LANES];

    /* Queue: the last message that a lane began to put, and that is put. */
    volatile uint64_t begun[LANES], done[LANES];

    volatile uint32_t subject, way, stop;
    volatile uint32_t lanes;          /* that are in use */
    volatile uint32_t alive[LANES];   /* its thread works */
    volatile uint32_t unix_id[LANES]; /* of its process, under Wine */
    volatile uint32_t deaths;         /* of its own hand; the driver counts the others */
    volatile uint32_t deaths_at[POINTS];
    volatile uint32_t told, told_outside; /* of a death within the section, and elsewhere */
    volatile uint32_t carried;            /* owners that left it to the next one to repair */
    volatile uint32_t expect_told;        /* 1: the next owner must hear of it */
    volatile uint32_t untold, lost;
    volatile uint32_t late, unsignalled; /* waits that the clock ended; changes without a signal */
    volatile uint32_t may_miss;          /* messages that a consumer took into its death */

    volatile int32_t failed;
    char failure[400];                                  /* the first one */
    volatile uint32_t received[LANES][SEQUENCES / 32u]; /* a bit for each message */
};

static_assert(offsetof(struct journal, subject) == 8 * (8 + 3 + 8 + 1 + 256 + 1 + 8 + 16),
              "the journal has one layout in both bitnesses");

extern struct journal *journal;

/* Maps it; the driver makes it. False: it cannot be. */
bool journal_map(bool make);

/* Notes the first failure; returns false. */
bool journal_fail(const char *format, ...);

/* Adds one to a counter that several threads write. */
static inline void journal_count(volatile uint32_t *counter)
{
    InterlockedIncrement((volatile LONG *)counter);
}

/* One of a lane's own, or one that the lock guards. */
static inline void journal_add(volatile uint64_t *counter)
{
    shmb_store64(counter, shmb_load64(counter) + 1);
}

#endif
