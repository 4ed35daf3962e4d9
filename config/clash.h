/*
 * clash.h - no two objects with one name, over all kinds, companions and files.
 */
#ifndef CFG_CLASH_H
#define CFG_CLASH_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "nameset.h"

/* Somebody who has a name: an object, or the lock of a segment. */
struct clash_holder {
    const char *name;
    size_t length;
    const struct cfg_object *object;
    bool is_lock;
};

/* All names so far; the configurations they come from are borrowed. */
struct clash {
    struct nameset set;
    struct clash_holder *holders;
    size_t count;
};

/* Room for the names of so many objects and their locks. False: no memory. */
bool clash_init(struct clash *clash, size_t objects);
void clash_free(struct clash *clash); /* a zeroed one is allowed */

/*
 * Adds the names of a configuration. Each that is there already is an error at
 * its place. Returns how many.
 */
size_t clash_add(struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages);

/*
 * Reports the names of a configuration that clash with those added before, and
 * adds nothing. Returns how many.
 */
size_t clash_ask(const struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages);

/* The names of one object, at most two: its own, and its lock's. Returns how many. */
size_t clash_names(const struct cfg_object *object, struct clash_holder out[2]);

/* A lock that is named after its segment: what is wrong with it is said with the segment. */
bool clash_follows_segment(const struct clash_holder *holder);

/* Where a name is written, and what messages call the thing that has it. */
const struct cfg_place *clash_place(const struct clash_holder *holder);
const char *clash_path(const struct clash_holder *holder, char *out, size_t size);

#endif
