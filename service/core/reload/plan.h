/*
 * plan.h - the steps of a reload, one for each object that changes. Pure, so that
 * `shmbroker plan` can show them without applying them.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "inventory.h"
#include "name_index.h"
#include "names.h"

enum plan_action {
    PLAN_CREATE,   /* not held: make it, or adopt it if it is ours */
    PLAN_KEEP,     /* nothing to change */
    PLAN_ACCESS,   /* change its access in place */
    PLAN_DEFER,    /* keep it as it is: it cannot become what is wanted */
    PLAN_RECREATE, /* make it anew as it is wanted, because the operator asked for it */
    PLAN_RETIRE    /* no longer wanted: close it */
};
#define PLAN_ACTIONS 6

struct plan_step {
    enum plan_action action;
    size_t item;    /* index in the wanted inventory; NAME_INDEX_NONE: not wanted */
    size_t holding; /* index in the holdings; NAME_INDEX_NONE: not there before */
    bool access;    /* the access changes: PLAN_ACCESS, and with other actions too */
    bool follows;   /* PLAN_RECREATE of a companion, only because its segment is made anew */
    char *reason;   /* PLAN_DEFER: why, in words; else NULL */
};

struct plan {
    /* First what is wanted, in the order of the inventory, without PLAN_KEEP. */
    struct plan_step *steps;
    size_t count, room;
    /*
     * Index of the first step for what is not wanted, in the order of the holdings:
     * PLAN_RETIRE, or PLAN_KEEP for a lock that a deferred segment carries.
     */
    size_t retired;
    /* For each item, as in a step. Has room for as many items more as there are holdings. */
    size_t *holding;
    size_t counts[PLAN_ACTIONS];
};

/* All of it is borrowed. */
struct plan_question {
    struct name_index *holdings; /* the items before: held, or wanted but not held */
    const struct inventory *wanted;
    char *const *anew; /* bare names of objects to make anew, whether or not they fit */
    size_t anew_count;
    /*
     * The SDDL text of a holding (NULL: not known, or a change of it is due), and the one
     * that an item should have (NULL: no memory). Both outlive the plan.
     */
    const char *(*access_now)(void *context, const struct item *holding);
    const char *(*access_wanted)(void *context, const struct item *item);
    void *context;
};

/*
 * Plans the steps from what is held to what is wanted. The caller frees `out` with plan_free.
 * False: no memory; `out` is empty then.
 */
bool plan_make(const struct plan_question *question, struct plan *out);
void plan_free(struct plan *plan);

/* The step of a holding that is not wanted; NULL: no such step. */
struct plan_step *plan_unwanted(const struct plan *plan, size_t holding);

/*
 * Keeps the lock that a deferred segment carries, instead of retiring it (carried_locks.h).
 * Returns the step of the lock; NULL: no lock, one that is not held, or the
 * configuration wants it anyway.
 */
struct plan_step *plan_carry_lock(struct plan *plan, struct name_index *holdings,
                                  const struct item *segment);

/* The same for one of CFG_QUEUE_EVENTS events of a deferred queue. */
struct plan_step *plan_carry_event(struct plan *plan, struct name_index *holdings,
                                   const struct item *queue, size_t event);

/* "create", "keep", "access", "defer", "recreate", "retire": as in the report. */
const char *plan_action_word(enum plan_action action);

#endif
