/*
 * control_sets.h - the control sections: at least one for each access set with segments, with
 * a block for each segment, held or not; and the waiters sections beside them.
 *
 * A control section has the trustees of its segments, but `full` counts as `write` here:
 * clients do not need full access to it, and with it one could take away the rights of the
 * others.
 */
#ifndef CORE_CONTROL_SETS_H
#define CORE_CONTROL_SETS_H

#include "control.h"
#include "inventory.h"
#include "lock_slots.h"
#include "report_lines.h"
#include "state.h"
#include "trouble.h"

struct control_sets;

/* The result of control_sets_prepare. */
struct control_news {
    bool changed;  /* a section or block is new */
    bool complete; /* each held segment has its block */
};

/*
 * NULL: no memory. The owner's SID, the inventory, the state and the slots of the same inventory
 * must outlive it.
 */
struct control_sets *control_sets_new(const struct system *system, const char *owner,
                                      const struct inventory *inventory, const struct state *state,
                                      const struct lock_slots *slots);

/*
 * Makes missing sections, and writes the block of each segment that is newly held: cleared,
 * with its generation. After that, the broker writes to it only if the segment moves, is
 * retired, or comes back, or if a program has damaged it.
 *
 * If the name of a section is in use, another number is taken, and that is reported in
 * `avoided`. If no section can be made, that is reported in `trouble`; the next call
 * retries.
 */
struct control_news control_sets_prepare(struct control_sets *sets, struct trouble *avoided,
                                         struct trouble *trouble);

/*
 * False: a segment that moves has no new block yet. A reload must not end so: what is in the
 * former one would be lost.
 */
bool control_sets_moved_all(const struct control_sets *sets);

/*
 * Adopts the sections and blocks that the state has for adopted segments: clients have them
 * open. A section that does not match its record is made anew; what is in it decides nothing
 * (control_sets_repair_adopted). control_sets_prepare does the same for segments that are adopted
 * later; this one is for a start, before the first publication. It also marks
 * the blocks of sections that are the broker's but not in the state, which was lost. `former`:
 * numbers of such sections; it must outlive the sets.
 */
void control_sets_restore(struct control_sets *sets, const uint32_t *former, size_t count);

/*
 * After the first publication of a start: marks the blocks of segments that the state has as
 * retired, and those that no segment has, so that clients learn of it that opened them before. The
 * latter are from a broker that was killed while segments moved. Later calls do nothing.
 */
void control_sets_leave_out(struct control_sets *sets);

/* Records the place of each block in the state, not yet written. */
void control_sets_record(struct control_sets *sets, struct state *state);

/*
 * Maps the block of a segment, by the index of its item in the inventory; clients may change
 * it at any time. Valid until control_sets_unmap, which may be called in any case. NULL: no
 * block, or it cannot be mapped.
 */
const struct shmb_block *control_sets_map(struct control_sets *sets, size_t item);
void control_sets_unmap(struct control_sets *sets, size_t item);

/*
 * Repairs what the broker wrote into the control sections and programs have damaged: headers,
 * generations, and the marks of moved blocks. Logs EVENT_CONTROL_REPAIRED, at most once in
 * GUARD_EVERY_MS for a section. True: there was damage. Not during a reload. Ends early at a stop,
 * unless it is the `last` one.
 */
bool control_sets_repair(struct control_sets *sets, bool last);

/* The same, if sections of a former broker were adopted since the last call. */
void control_sets_repair_adopted(struct control_sets *sets);

/* True if programs may write a control section, besides the broker, SYSTEM and Administrators. */
bool control_sets_need_repair(const struct control_sets *sets);

/* Adds a line for each section that was repaired. */
void control_sets_report(const struct control_sets *sets, struct report_lines *lines);

/*
 * For a new inventory: inherits the sections and blocks of the segments that stay, so that
 * clients notice nothing. `origin` has, for each item, its index in the former inventory, or
 * SIZE_MAX. If all segments of a section have another access now, it is changed in place. If
 * only some have, these move to new blocks with the old content, and clients that use an old
 * block find that the segment has moved (SHMB_BLOCK_MOVED). Inherit the slots before. So do clients
 * of retired segments. A retired segment that comes back while clients have it open gets its block
 * back as it is.
 *
 * Call it before anything else; control_sets_settle or control_sets_undo must follow,
 * whatever it returns.
 */
enum sys_status control_sets_inherit(struct control_sets *sets, struct control_sets *from,
                                     const size_t *origin, struct sys_failure *why);

/*
 * Ends a reload that succeeded, and is published: marks the blocks of segments that moved or
 * are retired, closes what only the former sets needed, and frees them.
 */
void control_sets_settle(struct control_sets *sets, struct control_sets *from);

/*
 * Ends a reload that failed: restores the access of all sections, and frees the new sets. Record
 * the former ones again.
 */
void control_sets_undo(struct control_sets *sets, struct control_sets *from);

/* Closes all sections that are not inherited. NULL is allowed. */
void control_sets_free(struct control_sets *sets);

#endif
