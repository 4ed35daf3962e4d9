/*
 * schedule.h - when to run the duties of the main loop. Times are the port's ticks.
 */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_NEVER UINT32_MAX
#define SCHEDULE_MOST  12

/* Something to be done from time to time. */
struct schedule_duty {
    /* Milliseconds from now until it should be done; SCHEDULE_NEVER: nothing to do. */
    uint32_t (*delay)(const void *context);
    void (*run)(void *context);
};

struct schedule {
    const struct schedule_duty *duties; /* borrowed */
    size_t count;                       /* at most SCHEDULE_MOST */
    uint64_t due[SCHEDULE_MOST];        /* UINT64_MAX: never */
};

void schedule_begin(struct schedule *schedule, const struct schedule_duty *duties, size_t count);

/*
 * Asks every duty for its delay, and returns the longest time to wait in milliseconds. A due
 * time can only become earlier: other events do not postpone a duty.
 */
uint32_t schedule_plan(struct schedule *schedule, const void *context, uint64_t now);

/* Runs the duties that are due. */
void schedule_run(struct schedule *schedule, void *context, uint64_t now);

#endif
