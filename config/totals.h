/*
 * totals.h - what a configuration comes to in all, and its limits.
 */
#ifndef CFG_TOTALS_H
#define CFG_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct totals {
    uint64_t entries; /* of the files */
    uint64_t objects; /* kernel objects: entries and their locks */
    uint64_t memory;  /* bytes of all segments */
};

/* `totals` with all that a configuration names. */
struct totals totals_add(struct totals totals, const struct cfg *configuration);

/*
 * False: the totals are beyond the limits of `whole` or beyond CFG_OBJECTS_MAX;
 * an error says so, at `at` or, where that is NULL, at the limit.
 */
bool totals_check(struct totals totals, const struct cfg *whole, const struct cfg_place *at,
                  struct cfg_messages *messages);

#endif
