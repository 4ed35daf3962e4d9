/*
 * clash.h - no two objects with one name, over all kinds, companions and files.
 */
#ifndef CFG_CLASH_H
#define CFG_CLASH_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "nameset.h"

/* Which name of an object: its own, its lock's, that of an event that tells of changes. */
enum clash_part { CLASH_OBJECT, CLASH_LOCK, CLASH_CHANGED };

#define CLASH_NAMES (2 + SHMB_CHANGE_EVENTS) /* of one object, at most */

/* Somebody who has a name: an object, or a companion of a segment. */
struct clash_holder {
    const char *name;
    size_t length;
    const struct cfg_object *object;
    enum clash_part part;
};

/* All names so far; the configurations they come from are borrowed. */
struct clash {
    struct nameset set;
    struct clash_holder *holders;
    size_t count;
};

/* Room for so many names. False: no memory. */
bool clash_init(struct clash *clash, size_t names);

/* How many names a configuration has. */
size_t clash_count(const struct cfg *configuration);
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

/* The names of one object: its own, and its companions'. Returns how many. */
size_t clash_names(const struct cfg_object *object, struct clash_holder out[CLASH_NAMES]);

/* A companion that is named after its segment: what is wrong with it is said with the segment. */
bool clash_follows_segment(const struct clash_holder *holder);

/* Where a name is written, and what messages call the thing that has it. */
const struct cfg_place *clash_place(const struct clash_holder *holder);
const char *clash_path(const struct clash_holder *holder, char *out, size_t size);

#endif
