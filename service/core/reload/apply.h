/*
 * apply.h - carries a plan out: create, change access, record, publish, make
 * anew, retire.
 *
 * What the system refuses for one object is that object's state. What concerns
 * all (no memory for the plan, a state or table that cannot be written, a wish
 * to stop) undoes what has been done: then nothing has changed for anybody.
 */
#ifndef CORE_APPLY_H
#define CORE_APPLY_H

#include "inventory.h"
#include "maker.h"
#include "report_lines.h"
#include "plan.h"
#include "publication.h"

/* All of it is borrowed. */
struct apply_request {
    const struct maker *former, *wanted; /* with their inventories and descriptors */
    struct inventory *from, *to;         /* the inventories of these */
    struct publication *publication;
    char *const *anew; /* bare names of objects to be made anew */
    size_t anew_count;
};

struct apply_result {
    size_t counts[PLAN_ACTIONS]; /* as planned */
    size_t failed;               /* steps that did not come to what was planned */
    struct report_lines notes;   /* for the report */
};

/*
 * SYS_OK: `to` is served; handles of objects that stay are its own now, and
 * `from` is only to be freed. Else all is as before, `to` holds nothing, and `why`
 * says what failed; what the state says of it is undone in memory, for the
 * caller to commit. `out` is to be ended with report_lines_free.
 */
enum sys_status apply_reload(const struct apply_request *request, struct apply_result *out,
                             struct sys_failure *why);

#endif
