/*
 * apply.h - applies a plan, in this order: create, change access, record, publish, make
 * anew, retire.
 *
 * A failure of one object becomes the state of this object, and the reload goes on. A
 * failure that concerns the whole reload (no memory for the plan, a state or directory that
 * cannot be written, a request to stop) undoes all steps: nothing has changed then.
 */
#ifndef CORE_APPLY_H
#define CORE_APPLY_H

#include "inventory.h"
#include "maker.h"
#include "plan.h"
#include "publication.h"
#include "report_lines.h"

/* All of it is borrowed. */
struct apply_request {
    const struct maker *former, *wanted; /* before and after the reload */
    struct inventory *from, *to;         /* the inventories of these */
    struct publication *publication;
    char *const *anew; /* bare names of objects to make anew */
    size_t anew_count;
};

struct apply_result {
    size_t counts[PLAN_ACTIONS]; /* as planned */
    size_t failed;               /* steps that failed */
    struct report_lines notes;   /* for the report */
};

/*
 * SYS_OK: `to` is served and owns the handles of all objects that stay; the caller frees
 * `from`. Else everything is as before, `to` holds nothing, and `why` says what failed; the
 * state is undone in memory, and the caller commits it. In any case the caller ends
 * `out->notes` with report_lines_free.
 */
enum sys_status apply_reload(const struct apply_request *request, struct apply_result *out,
                             struct sys_failure *why);

#endif
