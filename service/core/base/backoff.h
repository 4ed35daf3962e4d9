/*
 * backoff.h - how long to wait between retries: longer after each failure, up to a limit.
 */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include <stdint.h>

/* Milliseconds; `first` is not 0 and not greater than `most`. */
struct backoff {
    uint32_t first, most;
};

/* The delay after a success: no failure so far. */
#define BACKOFF_RESET 0u

/* The delay after one more failure: `first` after BACKOFF_RESET, then twice as long each time. */
uint32_t backoff_next(const struct backoff *backoff, uint32_t delay);

#endif
