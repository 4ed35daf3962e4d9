/*
 * totals.h - how much a configuration contains, against its limits. What may be requested
 * does not count.
 */
#ifndef CFG_TOTALS_H
#define CFG_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct totals {
    uint64_t entries; /* of the files */
    uint64_t objects; /* kernel objects and their names: entries, locks and their slots, events */
    uint64_t slots;   /* of these objects: slots of fast locks and queues, with their sections */
    uint64_t rules;
    uint64_t memory; /* bytes of all segments and queues, and of the sections of the slots */
};

/* Returns `totals` plus all objects of a configuration. */
struct totals totals_add(struct totals totals, const struct cfg *configuration);

/*
 * False: the totals exceed the limits of `whole`, CFG_OBJECTS_MAX or CFG_RULES_MAX; an error was
 * added at `at` or, if that is NULL, at the limit.
 */
bool totals_check(struct totals totals, const struct cfg *whole, const struct cfg_place *at,
                  struct cfg_messages *messages);

#endif
