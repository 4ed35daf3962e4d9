/*
 * driver.h - a lap of a stress run: workers of both bitnesses work on objects of a stage, and die
 * in one way, until there were so many deaths and operations. Then the traces are checked.
 */
#ifndef STRESS_DRIVER_H
#define STRESS_DRIVER_H

#include "stress.h"

struct plan {
    enum subject subject;
    enum way way;
    uint32_t deaths, operations; /* at least; no deaths: nobody is killed */
    uint32_t queue_flags;        /* of the directory */
};

struct tally {
    uint64_t operations, deaths, told, told_outside, untold, lost, stuck;
    uint64_t deaths_at[POINTS];
};

/* The programs of the two bitnesses, or twice the same; and how long a lane may rest. */
struct crew {
    const char *programs[2];
    uint32_t patience_ms;
};

/* Can processes die in this way here? */
bool driver_knows(enum way way);

/* Adds to `*tally`. False: something is wrong, and the journal says what. */
bool driver_lap(const struct plan *plan, const struct crew *crew, struct tally *tally);

const char *driver_way_name(enum way way);

#endif
