/*
 * request_rate.h - how often an account may ask. Pure.
 *
 * Each account has a bucket of REQUEST_BURST_MS; a message under a rule with `rate: 50` takes 20 ms
 * out of it, and time fills it again. A refused message takes nothing.
 */
#ifndef CORE_REQUEST_RATE_H
#define CORE_REQUEST_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "system_objects.h"

#define REQUEST_BURST_MS     2000u
#define REQUEST_RATE_UNKNOWN 20u  /* messages a second where no rule is for the name */
#define REQUEST_RATE_BUCKETS 512u /* accounts that can be told apart at the same time */

struct request_bucket {
    char account[SYS_SID_MAX]; /* empty: not in use */
    uint64_t full;             /* microseconds of the ticks: when the bucket will be full again */
};

/* All zero: nobody has asked so far. */
struct request_rate {
    struct request_bucket buckets[REQUEST_RATE_BUCKETS];
};

/*
 * True: the bucket of the account is empty, whatever it asks for: no need to look further. `now`:
 * ticks. `*retry_ms`: when to ask again.
 */
bool request_rate_empty(const struct request_rate *rate, const char *account, uint64_t now,
                        uint32_t *retry_ms);

/*
 * Takes a message out of the bucket. `most`: messages a second, at least 1. False: too often. Of
 * more accounts than there are buckets, the one that has been quiet the longest is forgotten.
 */
bool request_rate_take(struct request_rate *rate, const char *account, uint32_t most, uint64_t now,
                       uint32_t *retry_ms);

#endif
