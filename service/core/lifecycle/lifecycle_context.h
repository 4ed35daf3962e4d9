/*
 * lifecycle_context.h - what the modules of lifecycle/ share: the start (lifecycle_start.h), the
 * reload (lifecycle_reload.h), and accounts that are pending (pending_accounts.h).
 */
#ifndef CORE_LIFECYCLE_CONTEXT_H
#define CORE_LIFECYCLE_CONTEXT_H

#include "broker.h"
#include "desired.h"
#include "keeper_policy.h"
#include "report_lines.h"
#include "requests.h"
#include "state.h"
#include "system.h"

/* A round of look-ups of pending accounts, one account after the other. */
struct account_round {
    uint32_t delay; /* milliseconds to the next round */
    size_t left;    /* accounts left in this round; 0: no round is in progress */
    size_t at;      /* for trustees_retry */
    uint64_t began; /* ticks when the round began */
    bool due;       /* accounts were resolved; their rights are not yet in force */
};

/*
 * Remembered SIDs of accounts, until there is a broker. Read from the state file only when an
 * account cannot be looked up. The broker does not use this state: before it has the instance
 * mutex, another broker may still write the file.
 */
struct lifecycle_memory {
    struct state *state; /* NULL: not needed so far, or no memory */
    bool asked;
    struct sys_failure why; /* why it could not be read */
};

/* The file of `metrics` (metrics_file.h). All zero: none is wanted. */
struct metrics_file {
    char *file;     /* owned; NULL: none is wanted, or no memory */
    uint32_t cause; /* of the failure that was logged last; 0: none */
    bool due;       /* to be written at once */
};

struct lifecycle {
    const struct system *system;
    const char *file;        /* path of the main file, as messages show it */
    struct desired *desired; /* in force; during the start, being read */
    struct broker *broker;
    struct requests *requests; /* what programs have asked for */
    struct keeper_policy keeper_policy;
    struct report_lines left_out;  /* what the start left out of the files; emptied by a reload */
    struct report_lines pending;   /* accounts that are pending */
    struct report_lines unsaved;   /* the last good configuration cannot be saved */
    struct report_lines unwatched; /* the files cannot be watched */
    struct report_lines held;      /* files that another program holds (held_files.h) */
    struct report_lines unwritten; /* the file of `metrics` cannot be written */
    struct report_lines unlogged;  /* the file of `log` cannot be written */
    uint32_t log_cause;            /* of the failure of that file that was logged; 0: none */
    uint32_t held_delay;           /* milliseconds to the next try to read them; 0: none is held */
    struct account_round accounts;
    struct lifecycle_memory memory;
    struct metrics_file metrics;
    bool unsaved_logged; /* for `unsaved` */
    bool last_good;      /* the last good configuration is served, or files of it */
};

/*
 * An empty configuration to read into; remembered SIDs are used for its pending accounts. NULL:
 * no memory. Freed with lifecycle_free_desired.
 */
struct desired *lifecycle_new_desired(struct lifecycle *life);
void lifecycle_free_desired(struct desired *desired); /* NULL is allowed */

/* True: a stop was requested. */
bool lifecycle_stopping(const struct lifecycle *life);

/*
 * After a reload: forgets the SIDs and copies that the former configuration names and the one in
 * force does not, unless that lacks a file. Not at a start: the state may be that of another file,
 * as at `run --config` with the service's state folder. The caller writes the state.
 */
void lifecycle_forget(struct lifecycle *life, const struct desired *former);

/* Why the broker runs degraded, other than for single objects. The caller frees `out`. */
void lifecycle_lasting(const struct lifecycle *life, struct report_lines *out);

/* Puts the same into the report. */
void lifecycle_report_lasting(const struct lifecycle *life);

/*
 * Saves the last good configuration, if the one in force is served as a whole. A failure is
 * logged, reported, and retried by a duty. Once for each configuration: after it, the contents of
 * the files are freed unless there is a retry.
 */
void lifecycle_save_last_good(struct lifecycle *life);
uint32_t lifecycle_save_last_good_delay(const struct lifecycle *life);

/* Watches the files of the configuration in force, if it says so. Reports a failure. */
void lifecycle_watch(struct lifecycle *life);

#endif
