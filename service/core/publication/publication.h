/*
 * publication.h - tells clients what is held: makes and keeps the directory's
 * root, its tables, the control sections and the report (directory.h,
 * control.h, status_report.h).
 *
 * What cannot be had is no failure of the broker: it is said in an event and
 * tried again, and all objects are served by their plain names meanwhile.
 */
#ifndef CORE_PUBLICATION_H
#define CORE_PUBLICATION_H

#include "report.h"
#include "control.h"
#include "inventory.h"
#include "system.h"

struct publication;

/*
 * Publishes nothing yet. Identity, inventory, state and `stamp` (the greatest number
 * given out so far, see stamp.h) must outlive it. NULL: no memory.
 */
struct publication *publication_new(const struct system *system,
                                    const struct sys_identity *identity,
                                    const struct inventory *inventory, struct state *state,
                                    uint64_t *stamp);

/*
 * Makes root and report. To be called before the objects are made: a client
 * that finds the root waits for the first table, one that does not find it goes
 * by plain names. False: clients keep a root of the broker's of a newer order
 * than this one knows; nothing has been changed, and the broker must not go on.
 */
bool publication_begin(struct publication *publication);

/*
 * Takes over what a former broker's clients know of the segments that were
 * adopted. To be called when these are there, and before they are published.
 */
void publication_restore(struct publication *publication);

/*
 * Publishes a new table when `changed` says that the state of an object is
 * another one, or when that could not be done before; tries again what is
 * missing; writes the report. True: something is there that could not be had
 * before.
 */
bool publication_update(struct publication *publication, bool changed);

/*
 * Publishes another inventory, most of which was in the former one (`origin` as
 * for control_sets_inherit). On anything but SYS_OK all is as before. Where
 * there is no root to publish by, only the inventory changes.
 */
enum sys_status publication_change(struct publication *publication, const struct inventory *wanted,
                                   const size_t *origin, struct sys_failure *why);

/*
 * Where the writers of a segment leave word, by its index in the inventory, until
 * publication_block_end; see control_sets_map. NULL: nowhere.
 */
const struct shmb_block *publication_block(struct publication *publication, size_t item);
void publication_block_end(struct publication *publication, size_t item);

/* From now on the report says this of copies; it is borrowed. */
void publication_report_copies(struct publication *publication, const struct report_lines *copies);

/* From now on the report says this of reloads; it is borrowed. */
void publication_report_broker(struct publication *publication, const struct report_broker *broker);

/* False: publication_update is to be called again after a while. */
bool publication_complete(const struct publication *publication);

/* Closes everything, the root first: it never names what is gone. NULL is allowed. */
void publication_free(struct publication *publication);

#endif
