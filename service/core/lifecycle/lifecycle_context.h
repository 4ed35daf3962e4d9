/*
 * lifecycle_context.h - what the parts of a broker's life share: how it starts (starting.h),
 * reads its configuration again (reloading.h), and waits for accounts
 * (pending.h).
 */
#ifndef CORE_LIFECYCLE_CONTEXT_H
#define CORE_LIFECYCLE_CONTEXT_H

#include "broker.h"
#include "keeper_policy.h"
#include "report_lines.h"
#include "desired.h"
#include "state.h"
#include "system.h"

/* How pending accounts are asked for again, one after the other. */
struct asking {
    uint32_t delay; /* milliseconds between two rounds */
    size_t left;    /* of this round */
    size_t at;      /* for trustees_retry */
    uint64_t began; /* ticks */
    bool due;       /* some have been resolved, and are not yet in force */
};

struct life {
    const struct system *system;
    const char *file;    /* the main file's path, also what messages call it */
    struct setup *setup; /* what is served */
    struct broker *broker;
    struct keeping keeping;
    struct notes left_out; /* what the start did not use of the files, until a reload */
    struct notes pending;  /* accounts */
    struct asking asking;
    struct state *memory; /* before there is a broker: SIDs of accounts */
    bool last_good;       /* the last good configuration is served, not the main file */
};

/* For a configuration to be read, with what is remembered of accounts. NULL: no memory. */
struct setup *life_new_setup(struct life *life);
void life_free_setup(struct setup *setup); /* NULL is allowed */

bool life_stopping(const struct life *life);

/* Why less is served than the files ask for: into `out`, and into the report. */
void life_lasting(const struct life *life, struct notes *out);
void life_tell_lasting(const struct life *life);

/* Remembers the configuration in force; only what is served as a whole is good. */
void life_keep_last_good(const struct life *life);

/* Has the files of the configuration in force watched, where it says so. */
void life_watch(const struct life *life);

#endif
