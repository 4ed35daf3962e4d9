/* work.h - what a worker does over and over, and how its traces are checked in the end. */
#ifndef STRESS_WORK_H
#define STRESS_WORK_H

#include "life.h"
#include "shmb.h"

#define WORK_SLICE_MS 1000u /* of a wait: then a worker looks whether the run is over */

struct work {
    const char *name;
    /* In each process, and once more where a thread gives all back in between. */
    bool (*open)(void);
    void (*close)(void);
    /* The driver, before the first worker; or NULL. */
    bool (*prepare)(void);
    /* One round. False: it has failed, and the journal knows. */
    bool (*round)(struct life *life);
    /* The driver, after the last worker: `deaths` is how many there were. */
    bool (*check)(uint32_t deaths);
};

extern const struct work work_lock, work_snapshot, work_notify, work_queue;

const struct work *work_of(enum subject subject);

/* The one segment of the run, for those that use it. */
extern shmb_segment *work_segment;
bool work_open_segment(void);
void work_close_segment(void);

/*
 * shmb_lock, a slice at most. SHMB_OK, SHMB_ABANDONED; SHMB_TIMEOUT: not yet. Other results are
 * noted as a failure.
 */
int32_t work_take(uint32_t timeout_ms);
bool work_give(void);

/* Is the calling lane one of the first kind (it writes, puts)? Half of them are, in each bitness.
 */
static inline bool work_is_first_kind(uint32_t lane)
{
    return lane / 2 % 2 == 0;
}

#endif
