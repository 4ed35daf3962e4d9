/*
 * lock_slots.h - the slots of fast locks (client/sync/slots.h): a domain for each access set with
 * objects that have a fast lock. A domain is a section, and a mutex for each of its slots.
 *
 * The section has the trustees of the objects, as a control section has; the mutexes give the
 * right to wait and release to those that may write.
 */
#ifndef CORE_LOCK_SLOTS_H
#define CORE_LOCK_SLOTS_H

#include "inventory.h"
#include "report_lines.h"
#include "slots.h"
#include "state.h"
#include "trouble.h"

struct lock_slots;

/* The result of lock_slots_prepare. */
struct slots_news {
    bool changed;  /* an object has its slots only now */
    bool complete; /* each held object has its slots, and no slot lacks its mutex */
};

/* NULL: no memory. The owner's SID, the inventory and the state must outlive it. */
struct lock_slots *lock_slots_new(const struct system *system, const char *owner,
                                  const struct inventory *inventory, const struct state *state);

/*
 * Adopts the domains that the state has for adopted objects: programs have them open.
 * lock_slots_prepare does the same for objects that are adopted later; this one is for a start,
 * before the control sections are restored.
 */
void lock_slots_restore(struct lock_slots *slots);

/*
 * Makes missing domains, and the mutexes that a domain lacks. Call it before
 * control_sets_prepare: an object that gets other slots gets another block, too.
 *
 * If a name of a new domain is in use, another number is taken, and that is reported in `avoided`.
 * What cannot be made is reported in `trouble`, also a mutex of a former domain whose name another
 * program has: its slot cannot be used. The next call retries.
 */
struct slots_news lock_slots_prepare(struct lock_slots *slots, struct trouble *avoided,
                                     struct trouble *trouble);

/*
 * The number of the domain of an object, by its index in the inventory; `*count` is the number of
 * its slots. 0: it has none.
 */
uint32_t lock_slots_find(const struct lock_slots *slots, size_t item, uint32_t *count);

/*
 * False for an object with a fast lock that was in a domain and is not in it any more: what is in
 * its lock word means nothing in the new one, so it needs a new word.
 */
bool lock_slots_stay(const struct lock_slots *slots, size_t item);

/*
 * For a queue, whose lock words are in its own header: true if it was in a domain and is not in it
 * any more, but only once. Then its lock words are to be written anew.
 */
bool lock_slots_take_move(struct lock_slots *slots, size_t item);

/*
 * Process id (high half) and thread id of the thread that has slot `index` of domain `number`, as
 * the slot says. Only shown to people. 0: not known.
 */
uint64_t lock_slots_holder(const struct lock_slots *slots, uint32_t number, uint32_t index);

/* Records the domains, and those of the objects, in the state, not yet written. */
void lock_slots_record(struct lock_slots *slots, struct state *state);

/*
 * Repairs the headers of the sections where programs have damaged them, and logs
 * EVENT_SLOTS_REPAIRED, at most once in GUARD_EVERY_MS for a domain. The slots belong to the
 * programs. True: there was damage. Not during a reload.
 */
bool lock_slots_repair(struct lock_slots *slots);

/* True if programs may write a domain, besides the broker, SYSTEM and Administrators. */
bool lock_slots_need_repair(const struct lock_slots *slots);

/* Adds a line for each domain that was repaired, lacks a mutex, or is to grow. */
void lock_slots_report(const struct lock_slots *slots, struct report_lines *lines);

/*
 * For a new inventory: inherits the domains of the objects that stay. `origin` has, for each item,
 * its index in the former inventory, or SIZE_MAX. A domain goes to the access set of its first
 * object; if that is another list than before, it is changed in place. The other objects, with
 * another access, get slots of their own (lock_slots_stay). The number of slots stays.
 *
 * Call it before anything else; lock_slots_settle or lock_slots_undo must follow, whatever it
 * returns.
 */
enum sys_status lock_slots_inherit(struct lock_slots *slots, struct lock_slots *from,
                                   const size_t *origin, struct sys_failure *why);

/*
 * Ends a reload that succeeded: closes what only the former objects needed, and frees `from`. Call
 * it after the blocks of the objects that left a domain are closed.
 */
void lock_slots_settle(struct lock_slots *slots, struct lock_slots *from);

/* Ends a reload that failed: restores the access of all domains, and frees the new `slots`. */
void lock_slots_undo(struct lock_slots *slots, const struct lock_slots *from);

/* Closes all domains that are not inherited. NULL is allowed. */
void lock_slots_free(struct lock_slots *slots);

#endif
