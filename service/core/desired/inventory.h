/*
 * inventory.h - the flat list of all objects a configuration asks for,
 * companions included, and what has become of each.
 */
#ifndef CORE_INVENTORY_H
#define CORE_INVENTORY_H

#include "messages.h"
#include "model.h"
#include "sddl_text.h"
#include "system.h"
#include "trustees.h"

enum item_state {
    ITEM_WANTED, /* not tried yet */
    ITEM_HELD,
    ITEM_CONFLICT, /* the name is held by an object that is not ours */
    ITEM_FAILED,   /* the system refused */
    ITEM_DEFERRED  /* held as it is, for it cannot become what is wanted */
};

/* Whether the system audits a held object. */
enum item_auditing {
    AUDITING_OFF,
    AUDITING_UNKNOWN, /* it was there before this broker */
    AUDITING_ON,
    AUDITING_REFUSED, /* it is to be, and the broker may not */
    AUDITING_FAILED   /* the same, for another reason; tried again */
};

struct access_sets;

/* Of a segment that outlives a reboot: what is known of its copies. */
struct item_copies {
    /*
     * The newest copy has the sum, size and flags below; while something could not
     * be read: the content with which the segment began.
     */
    bool known;
    uint64_t sum, size;
    uint32_t flags;
    uint64_t saved;  /* when the newest copy was made or found to be the same; 0: none so far */
    bool looked;     /* the files have been looked at, and below, up to `unread`, says: */
    bool refused;    /* what is in the place of the newest copy is none */
    bool unplaced;   /* the newest copy still has the name of one that is being written */
    uint32_t unread; /* files that could not be read and are to be laid aside (placing.h) */
    bool restored;   /* the segment was made from a copy */
    bool tried;      /* below: */
    uint64_t last;   /* ticks of the last try to save it */
    uint32_t delay;  /* after a failure: milliseconds to the next try; else 0 */
    uint32_t cause;  /* what has been reported last; 0: nothing */
    char *reason;    /* the same in words; NULL: none, or no memory for them */
};

struct item {
    struct sys_spec spec;
    const struct cfg_object *from; /* the entry that asks for it; a segment for its companions */
    const struct cfg_initial *initial; /* section with initial content, else NULL */
    bool initialised;                  /* section: the configuration says what is in it */
    bool readers_may_wait;             /* mutex of a segment whose readers may wait */
    size_t access;                     /* index of its access set */
    bool held_back;                    /* it denies something to an account that is pending */
    const char *lock;                  /* segment: the bare name of its lock; NULL: none */
    char *carried_lock;                /* owned: the lock a segment was made with, if another is
                                          wanted (carried_locks.h); "": none. Else NULL */
    enum item_state state;             /* deferred: spec and lock say what is held */
    struct sys_object *object;         /* held, deferred: else NULL */
    uint64_t generation;               /* the same: grows each time an object is made; else 0 */
    char *reason;                      /* not held: why, in words; NULL: no memory for them */
    uint32_t cause;                    /* what has been reported last; 0: nothing */
    bool access_due;                   /* held, but its access could not be changed yet */
    uint32_t corrections;              /* how often its access was put right (guard.h) */
    bool audit;                        /* it is to be audited, and */
    enum item_auditing auditing;       /* what has become of that */
    bool adopted;                      /* held: it was there before this broker */
    uint32_t hash;                     /* of the name; 0: not worked out so far */
    struct item_copies *copies;        /* owned; segment with keep: reboot, else NULL */
};

struct inventory {
    struct item *items; /* a segment's companions stand before the segment */
    size_t count, room;
    bool copies, aliases;     /* some of the objects are to outlive a reboot, have plain names */
    struct access_sets *sets; /* by index: item.access, `directory` */
    const char *file;         /* of the configuration */
    size_t directory;         /* access set of the directory, or INVENTORY_NO_ACCESS: not written */
};

#define INVENTORY_NO_ACCESS SIZE_MAX

/*
 * Expands a configuration. Accounts that do not exist, and entries that would
 * lock the broker itself out, become errors in `messages`, at their places.
 * The configuration and `known` must outlive the inventory.
 *
 * SYS_OK; SYS_NOT_FOUND: errors were added; SYS_NO_MEMORY.
 * On anything but SYS_OK, `*out` is NULL.
 */
enum sys_status inventory_build(const struct cfg *config, struct trustees *known,
                                struct cfg_messages *messages, struct inventory **out);
void inventory_free(struct inventory *inventory); /* NULL is allowed; closes nothing */

/* True for an object the broker holds, whether or not it is what is wanted. */
bool item_is_held(const struct item *item);

/* The hash of its name, as shmb_name_hash. item_set_hash has it kept for those who ask later. */
uint32_t item_hash(const struct item *item);
void item_set_hash(struct item *item);

/* True for a segment that is held and to outlive a reboot, as it is now. */
bool item_is_copied(const struct item *item);

/* Words for those who ask later; without memory there are none. NULL: none. */
void item_set_reason(struct item *item, const char *reason);

/* Room for more items. False: no memory. Pointers to items are void afterwards. */
bool inventory_reserve(struct inventory *inventory, size_t more);

#endif
