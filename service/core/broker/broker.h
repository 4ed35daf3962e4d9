/*
 * broker.h - one broker: creates and publishes what an inventory names, holds it, retries what
 * failed, and closes everything at the end. lifecycle/ decides when to call what.
 *
 * The pairs of functions X and X_delay are duties: X_delay returns the milliseconds until X
 * should be called, UINT32_MAX if there is nothing to do.
 */
#ifndef CORE_BROKER_H
#define CORE_BROKER_H

#include "apply.h"
#include "broker_report.h"
#include "inventory.h"
#include "system.h"

/* The state of the broker's objects, in numbers. */
struct broker_counts {
    size_t held, missing; /* together: all */
    size_t deferred;      /* of the held ones */
    size_t failed;        /* of the missing ones: the system refused them */
    size_t unaudited;     /* of the held ones: `audit: true`, but not audited */
    size_t access_due;    /* of the held ones: without the configured access so far */
    size_t unsaved;       /* segments whose copy could not be read or saved */
    bool unpublished;     /* a part of the publication could not be made */
    size_t undecided;     /* of the missing ones: a former keeper may have the object, but could
                             not be asked (adoption.h) */
};

/*
 * Identifies the broker, takes the instance mutex, reads the state file, and creates every
 * object of the inventory. An object that fails has its event and is left to broker_retry; all
 * others are served. Reports progress and checks for a stop between two objects.
 *
 * SYS_OK: the broker runs, also if a stop was requested in between. SYS_SECOND_BROKER: another
 * broker runs. SYS_NEWER: the state file or the directory is a newer broker's. SYS_DENIED: the
 * broker can own no objects. On any status but SYS_OK the event is logged, nothing is held, and
 * `*out` is NULL. The inventory must outlive the broker. End it with broker_stop.
 */
enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why);

/*
 * Called when the state has been read and nothing is made yet: gives the inventory to serve, which
 * may depend on the state; it may be the one of the start. NULL: no memory.
 */
typedef struct inventory *broker_expand(void *context, struct state *state);

/* The same with this function. */
enum sys_status broker_start_with(const struct system *system, struct inventory *inventory,
                                  broker_expand *expand, void *context, struct broker **out,
                                  struct sys_failure *why);

struct broker_counts broker_counts(const struct broker *broker);

/*
 * Retries every missing object, pending access lists, auditing, the instance mutex, and missing
 * parts of the publication. Logs and publishes only what has changed.
 */
void broker_retry(struct broker *broker);
uint32_t broker_retry_delay(const struct broker *broker);

/*
 * Changes over to another inventory, as apply_reload. On SYS_OK `wanted` must outlive the
 * broker, and the inventory before is no longer used; on any other status nothing has changed.
 * `anew` are the bare names of objects to be recreated. The caller frees `out->notes`.
 */
enum sys_status broker_reload(struct broker *broker, struct inventory *wanted, char *const *anew,
                              size_t anew_count, struct apply_result *out, struct sys_failure *why);

/*
 * The same for the configuration that is in force, with other requested objects: for these nothing
 * is retried sooner, and no copy is waited for anew, so that who requests much makes the broker do
 * no more.
 */
enum sys_status broker_change(struct broker *broker, struct inventory *wanted,
                              struct apply_result *out, struct sys_failure *why);

/*
 * Corrects the access list of objects that others may change (access_guard.h), and repairs control
 * sections that they have damaged (publication.h). Call it after a reload, too.
 */
void broker_guard(struct broker *broker);

/*
 * The same for all objects, although a stop was requested: programs that start before the next
 * broker open them, too.
 */
void broker_guard_last(struct broker *broker);
uint32_t broker_guard_delay(struct broker *broker);

/* When to call broker_link_sessions again (broker_report.h). */
uint32_t broker_link_delay(const struct broker *broker);

/* Saves the copies that are due (copy_save.h). */
void broker_save(struct broker *broker);
uint32_t broker_save_delay(struct broker *broker);

/* Saves all copies: the machine is about to sleep, and may never wake. */
void broker_save_now(struct broker *broker);

/* Checks whether programs still have retired objects open (retired.h). */
void broker_look_at_retired(struct broker *broker);
uint32_t broker_retired_delay(const struct broker *broker);

/* The broker's state; valid until broker_stop. Write changes with broker_remember. */
struct state *broker_state(struct broker *broker);

/*
 * Forgets which segments had copies that the inventory does not save any more and that it or the
 * former one names. Not if it lacks what a file of the configuration has. The caller writes the
 * state.
 */
void broker_forget_copies(struct broker *broker, const struct inventory *former);

/*
 * For a stop that releases objects on purpose, so that the next start does not report them as lost.
 * Records as retired what the broker has made, `adopted`: also what it has adopted; or everything.
 * Writes the state.
 */
void broker_retire_held(struct broker *broker, bool adopted);
void broker_retire_all(struct broker *broker);

/* How many objects a former keeper may have: they are not retired, and this broker made others. */
size_t broker_count_left(const struct broker *broker);

/* The SID that the broker's objects have as their owner; valid until broker_stop. */
const char *broker_owner(const struct broker *broker);

/*
 * True: nothing of the broker's is left of an object that it has retired, and its record is
 * dropped; or the name is another object's now. The caller writes the state.
 */
bool broker_is_gone(struct broker *broker, const char *name);

/* Writes the changes to the state file; a failure is logged and retried. */
void broker_remember(struct broker *broker);

/* Saves the copies for the last time; broker_stop does it if nobody has. */
void broker_finish(struct broker *broker);

/*
 * Saves the copies, closes the directory and then all objects, and frees the broker. Returns how
 * many objects it held.
 */
size_t broker_stop(struct broker *broker);

#endif
