/*
 * control_sets.h - the control sections: one for each access set that has
 * segments, with a block for each of them, held or not.
 *
 * Their trustees are those of the segments, with one difference: `full` is no
 * more than `write` here. Nobody asks for all access to a control section, and
 * with it he could take the others' rights away.
 */
#ifndef CORE_CONTROL_SETS_H
#define CORE_CONTROL_SETS_H

#include "control.h"
#include "inventory.h"
#include "state.h"
#include "trouble.h"

struct control_sets;

/* What a round of control_sets_prepare came to. */
struct control_news {
    bool changed;  /* a section or block is there now that was not there before */
    bool complete; /* each held segment has its block */
};

/* NULL: no memory. The owner's SID, the inventory and the state must outlive it. */
struct control_sets *control_sets_new(const struct system *system, const char *owner,
                                      const struct inventory *inventory, const struct state *state);

/*
 * Makes the sections that are missing, and writes the block of each segment
 * that is held but was not held before: cleared, with its generation. A block
 * is never touched after that.
 *
 * A number that is taken is `avoided`, by another one; a section that cannot be
 * had under any is `trouble`, and is tried again the next time.
 */
struct control_news control_sets_prepare(struct control_sets *sets, struct trouble *avoided,
                                         struct trouble *trouble);

/*
 * Takes over the sections and blocks that the state knows for segments that
 * were adopted: clients hold them, with what they know of a segment. What is
 * not as it was is made anew. control_sets_prepare does the same for those that
 * are adopted later; this one is for a broker that cannot prepare anything yet.
 */
void control_sets_restore(struct control_sets *sets);

/* Puts into the state, not yet written, where the block of each segment is. */
void control_sets_record(struct control_sets *sets, struct state *state);

/*
 * The block of a segment, by its index in the inventory, until
 * control_sets_unmap, which may be called in any case. Its writers change it at
 * any time. NULL: there is none, or it cannot be seen now.
 */
const struct shmb_block *control_sets_map(struct control_sets *sets, size_t item);
void control_sets_unmap(struct control_sets *sets, size_t item);

/*
 * For a new inventory: takes over the sections and blocks of those segments
 * that stay, so that their users notice nothing. `origin` has, for each item,
 * its index in the former inventory, or SIZE_MAX. Where a whole section has
 * another access now, that is changed in place; where only some of its segments
 * have, the others keep it, and these get new blocks with what was in the old
 * ones. Users of an old block find that the segment has moved (SHMB_BLOCK_MOVED).
 *
 * To be called before anything else, and followed by control_sets_settle or
 * control_sets_undo, whatever it returns.
 */
enum sys_status control_sets_inherit(struct control_sets *sets, const struct control_sets *from,
                                     const size_t *origin, struct sys_failure *why);

/* The new sets hold: closes what only the former ones needed, and frees these. */
void control_sets_settle(struct control_sets *sets, struct control_sets *from);

/* The former sets hold: all is as before, and the new ones are freed. */
void control_sets_undo(struct control_sets *sets, const struct control_sets *from);

/* Closes all. NULL is allowed. */
void control_sets_free(struct control_sets *sets);

#endif
