/*
 * apply_internal.h - what the modules that carry a plan out share; for them alone:
 * apply.c, apply_carry.c, apply_anew.c, apply_notes.c.
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
    bool *changed; /* of each step: the access was changed */
    char **before; /* of each step: what the access was, where only the object knows; else NULL */
};

/* apply_carry.c: what stays goes over from one inventory to the other */

/* The item before, of a step that has one; and the one after. */
struct item *apply_former(const struct apply *apply, const struct plan_step *step);
struct item *apply_item(const struct apply *apply, const struct plan_step *step);

/* All that is wanted takes over what is there; `from` is not touched. False: no memory. */
bool apply_carry(struct apply *apply);

/* At the end: what is known of the copies goes with the segments that stayed. */
void apply_carry_copies(struct apply *apply);

/*
 * A segment could not be made anew, and stays as it was: carries its lock over, which
 * was to be retired.
 */
void apply_carry_lock(struct apply *apply, const struct plan_step *segment);

/* apply_anew.c: what a person said is to be made anew */

void apply_recreate(struct apply *apply);

/* apply_notes.c: events, and what the report says of each step */

void apply_report_deferred(const struct apply *apply);
void apply_note(struct apply *apply);

/* What is held keeps its audit entries over a reload until here. */
void apply_audit(struct apply *apply);

#endif
