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

/*
 * The SIDs remembered of accounts, until there is a broker. Read only when an account cannot
 * be looked up: until the instance mutex is ours another broker may still write the file, so
 * the broker's own read counts.
 */
struct lifecycle_memory {
    struct state *state; /* NULL: not asked for so far, or no memory */
    bool asked;
    struct sys_failure why; /* why it could not be read */
};

struct lifecycle {
    const struct system *system;
    const char *file;        /* the main file's path, also what messages call it */
    struct desired *desired; /* what is served */
    struct broker *broker;
    struct keeper_policy keeper_policy;
    struct report_lines left_out; /* what the start did not use of the files, until a reload */
    struct report_lines pending;  /* accounts */
    struct asking asking;
    struct lifecycle_memory memory;
    bool last_good; /* the last good configuration is served, not the main file */
};

/* For a configuration to be read, with what is remembered of accounts. NULL: no memory. */
struct desired *lifecycle_new_desired(struct lifecycle *life);
void lifecycle_free_desired(struct desired *desired); /* NULL is allowed */

bool lifecycle_stopping(const struct lifecycle *life);

/* Why less is served than the files ask for: into `out`, and into the report. */
void lifecycle_lasting(const struct lifecycle *life, struct report_lines *out);
void lifecycle_report_lasting(const struct lifecycle *life);

/* Remembers the configuration in force; only what is served as a whole is good. */
void lifecycle_save_last_good(const struct lifecycle *life);

/* Has the files of the configuration in force watched, where it says so. */
void lifecycle_watch(const struct lifecycle *life);

#endif
