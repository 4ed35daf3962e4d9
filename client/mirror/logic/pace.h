/*
 * pace.h - when to try again, and how many bytes may go now.
 *
 * Times are milliseconds of one clock.
 */
#ifndef MIRROR_PACE_H
#define MIRROR_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_LEAST_MS 50u
#define PACE_MOST_MS  800u /* so that all machines are connected a second after the server is */

/* When to try again. All zero: at once. */
struct pace {
    uint32_t wait_ms;
    uint64_t next;
};

/*
 * After a failure: the wait doubles from PACE_LEAST_MS to PACE_MOST_MS; of each, a random part of
 * up to a half is left out, so that the machines of a farm do not come all at once.
 */
void pace_failed(struct pace *pace, uint64_t now, uint32_t random);
void pace_worked(struct pace *pace);
bool pace_due(const struct pace *pace, uint64_t now);

/* Bytes for each second, of which those of one second may be saved up. `rate` 0: no limit. */
struct allowance {
    uint64_t rate;
    int64_t bytes; /* below zero: of a value that was larger than what was left */
    uint64_t since;
};

void allowance_start(struct allowance *allowance, uint64_t rate, uint64_t now);

/* Takes `bytes`, as soon as anything is left: a value goes whole. False: wait. */
bool allowance_take(struct allowance *allowance, uint64_t bytes, uint64_t now);

/* How long until something is left, in milliseconds. */
uint32_t allowance_wait(const struct allowance *allowance, uint64_t now);

#endif
