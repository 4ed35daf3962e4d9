/*
 * control_internal.h - what the modules of the control sections share; for them alone:
 * control_sets.c, control_sections.c, control_blocks.c, control_restore.c,
 * control_inherit.c, control_repair.c, control_lock.c, control_locks.c, control_pairs.c,
 * control_waiters.c, control_forgotten.c, control_left.c.
 */
#ifndef CORE_CONTROL_INTERNAL_H
#define CORE_CONTROL_INTERNAL_H

#include "control.h"
#include "control_blocks.h"
#include "control_sets.h"
#include "numbers.h"
#include "own_section.h"

#define CONTROL_NO_SET      SIZE_MAX /* no access set, or no section */
#define CONTROL_PATIENCE_MS 1000u    /* for all fast locks that a reload closes */

struct control_section {
    struct own_section shared;  /* mapped only while it is written */
    struct own_section waiters; /* beside it, if a segment has `notify`; as `shared` */
    bool without_waiters;       /* it never gets one (control_waiters.c) */
    bool waiters_lost;          /* it had one, which cannot be adopted */
    bool waiters_new;           /* a reload made it, and is neither settled nor undone */
    uint32_t number;
    uint32_t blocks, used; /* the first `used` blocks are in use */
    size_t set;            /* the access set of its segments; CONTROL_NO_SET: to be closed */
    char *sddl;            /* owned: its access */
    uint32_t votes;        /* a reload: which access set most of its segments have */
    bool inherited;        /* other sets own it: freeing these sets does not close it */
    bool adopted;          /* a former broker has made it */
    bool made;             /* by this broker, and not yet recorded in the state */
    uint32_t repairs;      /* how often it was repaired (control_repair.c) */
    uint64_t told;         /* when the last event about that was logged, in ticks */
};

/* Where the block of a segment is. Each item of the inventory has one, so it is small. */
struct control_place {
    uint64_t generation; /* of the segment when its block was written; 0: not written */
    uint32_t section;    /* index + 1; 0: none so far */
    uint32_t block;
    uint32_t from_section; /* where it moves from, index + 1; 0: it does not move */
    uint32_t from_block;
    uint32_t next;  /* the next item in the list of its access set, index + 1; 0: the end */
    bool recorded;  /* the state has it */
    bool inherited; /* a reload: the new sets have the segment, too */
    bool paired;    /* the block's users publish double snapshots; of a segment that moves: did */
    bool revived;   /* its block was marked as moved, while the segment was retired */
    bool barred;    /* it may have a lock in a section that cannot be mapped: gets no other one */
    bool unclosed;  /* the lock of the block that it is to leave could not be closed */
};

/* The work for an access set: segments without a place, or whose block is to be written. */
struct control_list {
    uint32_t first; /* item, index + 1; 0: none */
    bool due;       /* at least one block is to be written */
};

struct control_sets {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    const struct state *state;
    const struct lock_slots *slots;
    struct control_section *sections;
    size_t section_count;
    struct control_list *lists; /* by access set; control_sets_prepare builds them anew */
    size_t list_count;
    struct control_place *places; /* by item */
    size_t place_count;
    struct numbers numbers; /* of the sections */
    bool moved;             /* some segments move to another section */
    bool settled;           /* no reload is under way: it cannot be undone any more */
    bool unseen;            /* sections were adopted, and not looked at for damage yet */
    const uint32_t *former; /* numbers of sections that the former broker's directory lists */
    size_t former_count;
    bool forgotten;    /* a section that the state has lost could not be mapped */
    bool left_out;     /* a start: blocks that no segment has any more are to be marked */
    uint32_t patience; /* milliseconds left to wait for threads that hold fast locks */
    /*
     * Numbers of sections that cannot be adopted, and whose blocks are closed: they are not looked
     * for again for each of their segments. Until the end of the next preparation.
     */
    uint32_t *gone;
    size_t gone_count;
};

/* A segment itself, not its section for double snapshots. */
static inline bool control_is_segment(const struct item *item)
{
    return item->spec.kind == SHMB_SECTION && !item->pair;
}

/* control_sections.c: makes sections, with their access */

/* The trustees for the sections of an access set; the caller frees them. NULL: no memory. */
struct access_rule *control_section_rules(const struct control_sets *sets, size_t set,
                                          size_t *count);

/* The same as SDDL text; the caller frees it. NULL: no memory. */
char *control_section_access(const struct control_sets *sets, size_t set);

/* Adds an empty section, and returns its index; CONTROL_NO_SET: no memory. */
size_t control_section_add(struct control_sets *sets);

/* Makes a section with `blocks` blocks for an access set; it is the last one, and mapped. */
enum sys_status control_section_make(struct control_sets *sets, size_t set, uint32_t blocks,
                                     struct trouble *avoided, struct sys_failure *why);

/* control_restore.c: adopts sections that clients still have open */

/* The number of a control section by its name; 0: the name is another one. */
uint32_t control_number_of(const char *name);

/* The blocks of a section by its number, as the state has it; writes its name. 0: unknown. */
uint32_t control_recorded_blocks(const struct control_sets *sets, uint32_t number,
                                 char name[SHMB_CONTROL_NAME_BYTES]);

/* True for an adopted segment that has no place yet: clients may use its old block. */
static inline bool control_place_lost(const struct control_sets *sets, size_t item)
{
    const struct item *segment = &sets->inventory->items[item];

    return control_is_segment(segment) && segment->adopted && item_is_held(segment) &&
           sets->places[item].section == 0 && sets->places[item].from_section == 0;
}

/* Gives it that block, as the state has it, if section and block are still sound. */
void control_place_restore(struct control_sets *sets, size_t item);

/* control_pairs.c: double snapshots */

/* If a segment gets them or loses them now: it moves to another block. */
void control_pair_settle(struct control_sets *sets, size_t item);

/* Its block was written anew: publishes the first copy, if there is none of this segment yet. */
void control_pair_begin(struct control_sets *sets, size_t item);

/* Its block of a former broker, as `record` has it, is its own again. */
void control_pair_restore(struct control_sets *sets, size_t item,
                          const struct state_record *record);

/* Records, beside the block of a segment, whether its section for snapshots is used with it. */
void control_pair_record(const struct control_sets *sets, size_t item, uint32_t number,
                         uint32_t block, struct state *state);

/* control_waiters.c: the waiters sections */

/* Its access for an access set, as SDDL text; the caller frees it. NULL: no memory. */
char *control_waiters_access(const struct control_sets *sets, size_t set);

/*
 * Makes those that are missing. A name that is in use is reported in `avoided`. True: at least one
 * is new.
 */
bool control_waiters_prepare(struct control_sets *sets, struct trouble *avoided);

/* For an adopted section: adopts its waiters section, too, or makes it anew, if it had one. */
void control_waiters_restore(const struct control_sets *sets, struct control_section *section);

/* Its block is its own again: if that had a waiters section that is lost, the segment moves. */
void control_waiters_settle(struct control_sets *sets, size_t item);

/* Adds the record of it to the state, or drops one that is not its. */
void control_waiters_record(const struct control_section *section, struct state *state);

/* True: a program had damaged its header, which is repaired. */
bool control_waiters_repair(const struct control_sets *sets, struct control_section *section);

/* control_blocks.c: the content of sections */

/* True if the block is written for the present generation of the segment. */
static inline bool control_block_written(const struct control_sets *sets, size_t item)
{
    return sets->places[item].section != 0 &&
           sets->places[item].generation == sets->inventory->items[item].generation;
}

/* True if the segment is held, and its block is not written so. */
static inline bool control_block_due(const struct control_sets *sets, size_t item)
{
    return item_is_held(&sets->inventory->items[item]) && !control_block_written(sets, item) &&
           item_shared_access(&sets->inventory->items[item]) != INVENTORY_NO_ACCESS;
}

/* The segment moves from its block, which is written, to another one. */
void control_place_leave(struct control_sets *sets, size_t item);

/* A block of a section that is mapped. */
struct shmb_block *control_block_at(const struct control_section *section, uint32_t block);

/*
 * Writes the block of an item into its section, which is mapped: cleared, or moved. False: the
 * former one cannot be mapped; nobody is to find this one yet.
 */
bool control_block_write(struct control_sets *sets, const struct control_section *section,
                         size_t item);

/* Marks the old blocks of segments that have moved, so that their users open the segment again. */
void control_blocks_disown(struct control_sets *sets);

/*
 * Marks a block as moved: its segment has another one, or is retired. `section` is its
 * index + 1. If it cannot be mapped, nobody is told.
 */
void control_block_disown(struct control_sets *sets, uint32_t section, uint32_t block);

/*
 * Gives an adopted block back to its segment of this generation; `*revived`: it was marked as
 * moved. False: it is not the segment's, or it cannot be mapped.
 */
bool control_block_revive(struct control_sets *sets, uint32_t section, uint32_t block,
                          uint64_t generation, bool *revived);

/* control_lock.c: the fast lock of a block that is mapped */

/* Closes the lock. False: a thread has it, or one thread after the other. */
bool control_lock_close_free(struct shmb_block *block);

/* Closes a lock that a thread has, marks the block as abandoned, and returns the last word. */
uint64_t control_lock_close_owned(struct shmb_block *block);

/* Opens a lock if it is closed. True: it was. */
bool control_lock_open(struct shmb_block *block);

/*
 * Frees a lock that a program has closed, or whose word is none of a domain with this many slots
 * (0: not known): it would shut everybody out for ever. Its owner, if it had one, is told that it
 * has lost it, and the next one, too. Leaves any other word as it is. True: it was damaged.
 */
bool control_lock_repair(struct shmb_block *block, uint32_t slot_count);

/* The word of a free lock, for this block: DIRTY if an owner died. */
uint64_t control_lock_free(const struct shmb_block *block);

/* control_locks.c: the fast locks of blocks that programs are to leave */

/* A lock to be closed, in a mapped section. */
struct control_lock {
    struct shmb_block *block;
    const char *segment; /* bare name; NULL: not known */
    bool closed;
    bool at_once; /* nobody is waited for, and nothing is logged */
};

/*
 * Closes the locks (SHMB_LOCK_MOVED). Waits for threads that hold one, for sets->patience at most;
 * then closes it all the same, marks the block as abandoned, and logs EVENT_LOCK_CLOSED.
 */
void control_locks_close(struct control_sets *sets, struct control_lock *locks, size_t count);

/*
 * The same for the blocks that segments leave, before their new ones are written. A segment whose
 * lock cannot be closed, because its section cannot be mapped, is not to get a new one yet
 * (place.unclosed).
 */
void control_locks_close_left(struct control_sets *sets);

/* The same for the blocks of segments that only the former sets have. */
void control_locks_close_retired(struct control_sets *sets, struct control_sets *from);

/* The same for the blocks that came back with the segments that a reload has adopted. */
void control_locks_close_revived(struct control_sets *sets);

/* Opens the locks that control_locks_close_left has closed: the segments stay where they are. */
void control_locks_open_left(struct control_sets *sets);

/* control_forgotten.c */

/*
 * Closes the locks of a section that could not be adopted, if it exists and is the broker's, and
 * marks its blocks as moved. False: it cannot be mapped now.
 */
bool control_forgotten_close(struct control_sets *sets, uint32_t number);

/*
 * The same for the sections that are the broker's but that the state has lost: those that counted
 * up, and those that the former directory lists. A random number that it does not list, because
 * nobody holds the directory any more, cannot be found.
 */
bool control_forgotten_find(struct control_sets *sets);

#endif
