/*
 * clash.h - finds names that are used twice, across all kinds, companions and files.
 */
#ifndef CFG_CLASH_H
#define CFG_CLASH_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "nameset.h"

/*
 * Which name of an object: its own, or that of a companion: lock, change event, snapshots, event of
 * a queue.
 */
enum clash_part { CLASH_OBJECT, CLASH_LOCK, CLASH_CHANGED, CLASH_PAIR, CLASH_EVENT };

#define CLASH_NAMES (3 + SHMB_CHANGE_EVENTS) /* of one object, at most */

/* What a name belongs to: an object, or a companion of a segment or queue. */
struct clash_holder {
    const char *name;
    const struct cfg_object *object;
    uint32_t hash; /* of the name */
    enum clash_part part;
};

/* All names added so far. Their configurations are borrowed. */
struct clash {
    struct nameset set;
    struct clash_holder *holders;
    size_t count;
};

/* Makes room for `names` names; a configuration has totals.objects. False: no memory. */
bool clash_init(struct clash *clash, size_t names);

void clash_free(struct clash *clash); /* a zeroed one is allowed */

/*
 * Adds the names of a configuration. Each one that was added before is an error at
 * its place. Returns the number of errors.
 */
size_t clash_add(struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages);

/*
 * The same check, but adds no names. Clashes within the configuration are not found.
 */
size_t clash_ask(const struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages);

/* Lists the names of one object: its own, and its companions'. Returns how many. */
size_t clash_names(const struct cfg_object *object, struct clash_holder out[CLASH_NAMES]);

/*
 * True for a companion whose name is made from that of its segment or queue: if that clashes,
 * one message is enough.
 */
bool clash_follows_object(const struct clash_holder *holder);

/* Where a name is written, and the path by which messages call its owner. */
const struct cfg_place *clash_place(const struct clash_holder *holder);
const char *clash_path(const struct clash_holder *holder, char *out, size_t size);

#endif
