/*
 * apply_internal.h - what the modules that apply a plan share; for them alone: apply.c,
 * apply_carry.c, apply_recreate.c, apply_outcome.c.
 */
#ifndef CORE_APPLY_INTERNAL_H
#define CORE_APPLY_INTERNAL_H

#include "apply.h"
#include "name_index.h"

struct apply {
    const struct apply_request *request;
    struct apply_result *result;
    struct name_index holdings; /* the items of `from` */
    struct plan plan;
    bool *changed; /* for each step: the access was changed */
    char **before; /* for each step: the access before, if only the object knows it; else NULL */
};

/* apply_carry.c: carries what stays from one inventory to the other */

/* The item of a step before the reload, and after it. The step must have one. */
struct item *apply_former(const struct apply *apply, const struct plan_step *step);
struct item *apply_item(const struct apply *apply, const struct plan_step *step);

/* Carries what is held to the items that are wanted; `from` stays as it is. False: no memory. */
bool apply_carry(struct apply *apply);

/* At the end: carries what is known about the copies of segments that stay. */
void apply_carry_copies(struct apply *apply);

/*
 * A segment could not be made anew and stays as it was: carries its lock, which was to be
 * retired. The same for a queue and its events.
 */
void apply_carry_lock(struct apply *apply, const struct plan_step *segment);

/* apply_recreate.c: objects that the operator asked to make anew */

/* Makes them anew, after the reload is published. One that is in use stays, deferred. */
void apply_recreate(struct apply *apply);

/* apply_outcome.c: events, and the lines of the report */

/* Logs each object that is deferred. */
void apply_report_deferred(const struct apply *apply);

/* Adds a line for each step, and counts the failed ones. */
void apply_note(struct apply *apply);

/* Sets or removes audit entries as configured; objects that stay have the old ones until here. */
void apply_audit(struct apply *apply);

#endif
