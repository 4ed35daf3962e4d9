/*
 * plan.h - what a reload has to do: pure, so that it can be shown without
 * being done. Each object is looked at once; what it comes to, and what it costs
 * to carry out, follows from what changes.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "name_index.h"
#include "inventory.h"
#include "names.h"

enum plan_action {
    PLAN_CREATE,   /* not held: make it, or take it over where it is ours */
    PLAN_KEEP,     /* it is what it should be */
    PLAN_ACCESS,   /* change its access in place */
    PLAN_DEFER,    /* held as it is: it cannot become what is wanted */
    PLAN_RECREATE, /* make it anew as it is wanted, because a person said so */
    PLAN_RETIRE    /* no longer wanted: let go */
};
#define PLAN_ACTIONS 6

struct plan_step {
    enum plan_action action;
    size_t item;    /* of the inventory; NAME_INDEX_NONE: it is not wanted */
    size_t holding; /* NAME_INDEX_NONE: it was not wanted before */
    bool access;    /* the access is to be changed as well: PLAN_ACCESS, and defer */
    char *reason;   /* defer: why, in words; else NULL */
};

struct plan {
    struct plan_step
        *steps; /* in the order of the inventory, without PLAN_KEEP; then what is not wanted: */
    size_t count, room;
    /*
     * The first step for what is not wanted, in the order of the holdings: PLAN_RETIRE,
     * or PLAN_KEEP for the lock of a segment that is deferred.
     */
    size_t retired;
    size_t
        *holding; /* of each item: as in a step; with room for as many more as there are holdings */
    size_t counts[PLAN_ACTIONS];
};

/* All of it is borrowed. */
struct plan_question {
    struct name_index *holdings; /* items that are held, or were only wanted so far */
    const struct inventory *wanted;
    char *const *anew; /* bare names to be made anew, whether or not they need to be */
    size_t anew_count;
    /*
     * The SDDL text of a holding, NULL: it is not known, or not what it should be;
     * and the one an item is to have, NULL: no memory. They outlive the plan.
     */
    const char *(*access_now)(void *context, const struct item *holding);
    const char *(*access_wanted)(void *context, const struct item *item);
    void *context;
};

/* Plans the way from what is held to what is wanted. False: no memory; `out` is empty then. */
bool plan_make(const struct plan_question *question, struct plan *out);
void plan_free(struct plan *plan);

/* The step of a holding that is not wanted; NULL: there is none. */
struct plan_step *plan_unwanted(const struct plan *plan, size_t holding);

/*
 * A segment that cannot be made anew keeps its lock, although the configuration no longer
 * names it: the lock is kept, not retired. Returns its step; NULL: it has no lock, or
 * one that is wanted anyway.
 */
struct plan_step *plan_carry_lock(struct plan *plan, struct name_index *holdings,
                                  const struct item *segment);

/* "create", "keep", "access", "defer", "recreate", "retire": as the report says it. */
const char *plan_action_word(enum plan_action action);

#endif
