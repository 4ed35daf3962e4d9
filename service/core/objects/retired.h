/*
 * retired.h - what the broker has let go of while programs had it open.
 *
 * A record of the state proves that such an object is the broker's, should its
 * name be wanted again. No handle is kept: that would keep the object. Its name
 * is asked for now and then instead; once it is free, or somebody else's, the
 * record is dropped, so that it does not prove a stranger's object later.
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
    struct report_lines list; /* those that programs have open, for the report */
    struct report_lines next; /* the same while it is gathered */
    size_t at;                /* the record that is looked at next */
    size_t left;              /* of those looked at so far: what may still be there */
    uint32_t delay;           /* milliseconds to the next round; UINT32_MAX: there are none */
};

/* All of it is borrowed, and must outlive it. */
void retired_init(struct retired *retired, const struct system *system, struct state *state,
                  const char *owner);
void retired_free(struct retired *retired);

/*
 * For a start: marks the records of objects that the inventory does not name,
 * whatever the former broker's end was. False: no memory.
 */
bool retired_mark(struct retired *retired, const struct inventory *inventory);

/* A reload is over that let go of so many: they are to be looked at soon. */
void retired_reloaded(struct retired *retired, size_t count);

/*
 * Looks at some of them. True: `list` is another one. What has been dropped
 * from the state is not yet written.
 */
bool retired_round(struct retired *retired);

#endif
