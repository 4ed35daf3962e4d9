/*
 * broker.h - creates what an inventory names, holds and publishes it, tries
 * again what it could not have, lets go at the end.
 */
#ifndef CORE_BROKER_H
#define CORE_BROKER_H

#include "apply.h"
#include "broker_report.h"
#include "inventory.h"
#include "system.h"

/* What a broker holds. */
struct broker_counts {
    size_t held, missing; /* all together */
    size_t deferred;      /* of the held ones */
    size_t failed;        /* of the missing ones: not held by a stranger */
    size_t unaudited;     /* of the held ones: to be audited, and not */
    size_t unproved;      /* of the missing ones: held by a stranger, or ours without a record */
};

/*
 * Creates every object of the inventory. One that cannot be had is reported
 * and left for broker_retry; it stops nobody else. Between two objects the
 * start makes progress visible and looks whether it should end.
 *
 * SYS_OK: the broker lives (also when asked to stop in between).
 * SYS_SECOND_BROKER: another broker runs. SYS_NEWER: the state file or the directory is a
 * newer broker's. SYS_DENIED: the broker can own no objects. On these and any other status
 * the start failed, the event is logged, nothing is held, `*out` is NULL. The inventory must
 * outlive the broker.
 */
enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why);

struct broker_counts broker_counts(const struct broker *broker);

/*
 * Tries every missing object, and what is missing of the publication, once
 * more; reports and publishes only what has changed.
 */
void broker_retry(struct broker *broker);

/* Milliseconds until broker_retry should be called; UINT32_MAX: never. */
uint32_t broker_retry_delay(const struct broker *broker);

/*
 * Goes over to another inventory, as apply_reload: on SYS_OK that one must
 * outlive the broker, and the former one is no longer used. `out->notes` are
 * the caller's.
 */
enum sys_status broker_reload(struct broker *broker, struct inventory *wanted, char *const *anew,
                              size_t anew_count, struct apply_result *out, struct sys_failure *why);

/* Puts the access right of objects that others may change (guard.h); also after a reload. */
void broker_guard(struct broker *broker);

/* Milliseconds until broker_guard should be called again; UINT32_MAX: never. */
uint32_t broker_guard_delay(struct broker *broker);

/* Milliseconds until broker_link_sessions should be called; UINT32_MAX: never. */
uint32_t broker_link_delay(const struct broker *broker);

/*
 * Saves the segments that outlive a reboot, as copy_save_run; and in how many
 * milliseconds that should be done, UINT32_MAX: never.
 */
void broker_save(struct broker *broker);
uint32_t broker_save_delay(struct broker *broker);

/* Looks at what has been let go while programs had it open, and when to do so; see retired.h. */
void broker_look_at_retired(struct broker *broker);
uint32_t broker_retired_delay(const struct broker *broker);

/* What the broker remembers; it lives as long. */
struct state *broker_state(struct broker *broker);

/* Writes what has been added to the state. */
void broker_remember(struct broker *broker);

/* Saves what outlives a reboot for the last time; broker_stop does it where it was not done. */
void broker_finish(struct broker *broker);

/* Saves what is to be saved, lets go of everything and frees the broker. Returns how many objects
 * it held. */
size_t broker_stop(struct broker *broker);

#endif
