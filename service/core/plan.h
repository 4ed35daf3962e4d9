/*
 * plan.h - what a reload has to do: pure, so that it can be shown without
 * being done. What it costs follows from the number of objects; nothing is
 * sorted.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "holdings.h"
#include "inventory.h"

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
    size_t item;    /* of the inventory; HOLDINGS_NONE: retire */
    size_t holding; /* HOLDINGS_NONE: it was not wanted before */
    bool access;    /* the access is to be changed as well: PLAN_ACCESS, and defer */
    char *reason;   /* defer: why, in words; else NULL */
};

struct plan {
    struct plan_step *steps; /* one for each item, in order; then what is retired */
    size_t count;
    size_t counts[PLAN_ACTIONS];
};

/* The SDDL text an item is to have; NULL: no memory. It lives longer than the plan. */
typedef const char *plan_access(void *context, const struct item *item);

/*
 * Plans the way from `holdings` to `inventory`. `anew` are the bare names to be
 * made anew; one that needs no other object than it has is made anew as well.
 * False: no memory; `out` is empty then.
 */
bool plan_make(struct holdings *holdings, const struct inventory *inventory,
               char *const *anew, size_t anew_count, plan_access *access, void *context,
               struct plan *out);
void plan_free(struct plan *plan);

/* "create", "keep", "access", "defer", "recreate", "retire": as the report says it. */
const char *plan_action_word(enum plan_action action);

/*
 * Why an object cannot become what is wanted while somebody may hold it, as one
 * sentence in `out`; false, and an empty text: it can.
 */
bool plan_misfit(const struct sys_spec *live, const struct sys_spec *wanted, char *out,
                 size_t size);

#endif
