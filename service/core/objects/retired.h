/*
 * retired.h - objects that the broker no longer holds, but that programs may have open.
 *
 * Their records in the state prove that they are the broker's, in case a later
 * configuration wants their names again. The broker keeps no handle, which would keep the
 * object alive, but looks the name up from time to time. When the name is free, or belongs
 * to a foreign object, the record is dropped: it would prove that object ours.
 */
#ifndef CORE_RETIRED_H
#define CORE_RETIRED_H

#include "inventory.h"
#include "report_lines.h"
#include "state.h"
#include "system.h"

struct retired {
    const struct system *system;
    struct state *state;
    const char *owner;        /* of the broker's objects */
    struct report_lines list; /* objects that programs have open, for the report */
    struct report_lines next; /* the same for the pass under way */
    size_t at;                /* position in the state of the next record to look up */
    size_t left;              /* objects of this pass that may still exist */
    bool again;               /* objects were retired during this pass: another one follows */
    uint32_t delay;           /* milliseconds to the next round; UINT32_MAX: nothing is retired */
};

/* The arguments are borrowed, and must outlive `retired`. */
void retired_init(struct retired *retired, const struct system *system, struct state *state,
                  const char *owner);
void retired_free(struct retired *retired);

/*
 * At a start: marks the records of objects that the inventory does not contain as retired;
 * a former broker that crashed has not done so.
 */
void retired_mark(struct retired *retired, const struct inventory *inventory);

/* How many recorded objects are not retired; the broker's own sections do not count. */
size_t retired_rest(const struct retired *retired);

/* After a reload that retired `count` objects: starts a new pass soon. */
void retired_reloaded(struct retired *retired, size_t count);

/*
 * Looks one name up. True: nothing of the broker's is left of it, and its record is dropped; or the
 * record is that of an object that is held.
 */
bool retired_is_gone(struct retired *retired, const char *name);

/*
 * Looks up some of them; a pass over all takes several rounds. True: a pass has ended, and
 * `list` has changed. Drops records from the state, which is not yet written.
 */
bool retired_round(struct retired *retired);

#endif
