/*
 * publication.h - publishes to clients what the broker holds: the directory's root and tables,
 * the control sections, and the report (directory.h, control.h, status_report.h).
 *
 * If a part of it cannot be created, the broker goes on: the failure is logged once and retried,
 * and clients reach all objects by their plain names meanwhile.
 */
#ifndef CORE_PUBLICATION_H
#define CORE_PUBLICATION_H

#include "control.h"
#include "inventory.h"
#include "report.h"
#include "system.h"

struct publication;

/*
 * Publishes nothing yet. Identity, inventory, state and `stamp` (the greatest number given out
 * so far, see stamp.h) must outlive it. NULL: no memory. Freed with publication_free.
 */
struct publication *publication_new(const struct system *system,
                                    const struct sys_identity *identity,
                                    const struct inventory *inventory, struct state *state,
                                    uint64_t *stamp);

/*
 * Creates the root and the report, or adopts those of a former broker, or makes stand-ins while
 * their names are taken. Call it before the
 * objects are created: a client that finds the root waits for the first table, a client that
 * does not find it uses plain names. False: clients hold the root of a newer broker; nothing
 * was changed, and the broker must not go on.
 */
bool publication_begin(struct publication *publication);

/*
 * Restores the control data of adopted segments, which clients of a former broker use. Call it
 * after the objects are created and before they are published.
 */
void publication_restore(struct publication *publication);

/* The same for the slots alone, of objects that were adopted later. */
void publication_restore_slots(struct publication *publication);

/*
 * Retries missing parts, publishes a new table if the state of an object has `changed` or the
 * last table could not be published, and rewrites the report. True: a part that was missing is
 * there now.
 */
bool publication_update(struct publication *publication, bool changed);

/*
 * Publishes another inventory; `origin` as for control_sets_inherit. On anything but SYS_OK
 * nothing has changed. Without a root only the inventory changes. A queue that comes to use other
 * slots gets a new generation, so that nobody opens it with those while its lock words are those of
 * the former ones: queues_renew must follow.
 */
enum sys_status publication_change(struct publication *publication, struct inventory *wanted,
                                   const size_t *origin, struct sys_failure *why);

/*
 * The block of a segment in its control section, by the segment's index in the inventory; see
 * control_sets_map. NULL: it has none, or it cannot be mapped now. publication_block_end must
 * follow in any case.
 */
const struct shmb_block *publication_block(struct publication *publication, size_t item);
void publication_block_end(struct publication *publication, size_t item);

/*
 * Repairs control sections that programs have damaged (control_sets_repair), and says so in the
 * report. Call it every minute if publication_needs_repair, after a reload, and as the `last` one
 * at a stop. publication_update does it for the sections of a former broker.
 */
void publication_repair(struct publication *publication, bool last);
bool publication_needs_repair(const struct publication *publication);

/*
 * Writes the report anew, with the present counts, and also to SHMB_REPORT_SIZE bytes at `copy`,
 * 8-aligned and all zero.
 */
void publication_report(struct publication *publication, void *copy);

/* Sets what the report says of copies, and rewrites it. `copies` is borrowed. */
void publication_report_copies(struct publication *publication, const struct report_lines *copies);

/* Sets what the broker adds to the report, and rewrites it. `broker` is borrowed. */
void publication_report_broker(struct publication *publication, const struct report_broker *broker);

/* Tells in the root whether the pipe for requests is the broker's. */
void publication_requests(struct publication *publication, enum shmb_root_requests requests);

/* False: call publication_update again after a while. */
bool publication_complete(const struct publication *publication);

/* Closes everything, the root first: it never names what is gone. NULL is allowed. */
void publication_free(struct publication *publication);

/*
 * True once after a held queue, by its index in the inventory, came to use other slots: its lock
 * words mean nothing there (reload/queue_renewal.h).
 */
bool publication_queue_moved(struct publication *publication, size_t item);

/* How many slots the lock of an object has, by its index in the inventory; 0: none. */
uint32_t publication_slots(const struct publication *publication, size_t item);

#endif
