/*
 * inventory.h - the flat list of all objects that a configuration wants, with companions,
 * and the state of each.
 */
#ifndef CORE_INVENTORY_H
#define CORE_INVENTORY_H

#include <string.h>

#include "messages.h"
#include "model.h"
#include "names.h"
#include "sddl_text.h"
#include "system.h"
#include "trustees.h"

enum item_state {
    ITEM_WANTED, /* not tried yet */
    ITEM_HELD,
    ITEM_CONFLICT, /* an object that is not ours has the name */
    ITEM_FAILED,   /* the system refused */
    ITEM_DEFERRED  /* held as it is: it cannot become what is wanted yet */
};

/* Whether the system audits a held object. */
enum item_auditing {
    AUDITING_OFF,
    AUDITING_UNKNOWN, /* the object was adopted */
    AUDITING_ON,
    AUDITING_REFUSED, /* wanted, but the broker lacks the privilege */
    AUDITING_FAILED   /* wanted, but it failed for another reason; retried */
};

struct access_sets;

/* What is known of the copies of a segment with keep: reboot. */
struct item_copies {
    /*
     * `sum`, `size` and `flags` are those of the newest copy. While a file is unread: those
     * of the content with which the segment started.
     */
    bool known;
    uint64_t sum, size;
    uint32_t flags;
    uint64_t saved;  /* when the newest copy was written or found to be current; 0: never */
    bool looked;     /* the files were looked for; else the members up to `unread` mean nothing */
    bool refused;    /* the file in the place of the newest copy is not a valid copy */
    bool unplaced;   /* the newest copy still has its temporary name */
    uint32_t unread; /* files that could not be read, to be put aside (copy_places.h) */
    bool restored;   /* the segment was created from a copy */
    bool tried;      /* saving was tried; else `last` means nothing */
    bool waits;      /* to be saved in the present round (copy_save.c) */
    uint64_t last;   /* ticks of the last try to save */
    uint32_t delay;  /* after a failure: milliseconds until the retry; else 0 */
    uint32_t cause;  /* of the failure that was logged last; 0: none */
    char *reason;    /* its text; NULL: none, or no memory */
};

/* What only few items have. */
struct item_rare {
    char *carried_lock;   /* owned: the lock a segment was made with, while that decides
                             (carried_locks.h); "": none. Else NULL */
    char *reason;         /* owned: why it is not held; NULL: it is, or no memory */
    uint64_t repair_told; /* queue: when the last repair was logged, in ticks */
    uint32_t repairs;     /* queue: how often its header was repaired (queue_headers.h) */
    uint32_t code;        /* Win32 code of the last failure, why it is not held; 0: none */
    uint32_t corrections; /* how often its access was corrected (access_guard.h) */
    uint32_t live_access; /* other_kind, a section: the set of the access that it has, index + 1;
                             0: not known */
    bool carried_fast;    /* carried_lock is a fast one */
    bool carried_events;  /* carried_lock has the names of the events of a queue instead */
};

/*
 * One object. There may be many thousands, and a reload looks at each several times: what few of
 * them have is in `rare`.
 */
struct item {
    struct sys_spec spec;
    const struct cfg_object *from; /* its entry; for a companion, the segment's */
    const char *lock;              /* segment: the bare name of its lock; NULL: none */
    struct sys_object *object;     /* held or deferred; else NULL */
    uint64_t generation;           /* held or deferred: grows with each new object; else 0 */
    struct item_copies *copies;    /* segment with keep: reboot: its copies, owned; else NULL */
    struct item_rare *rare;        /* owned; NULL: all of it is zero. See item_rare */
    uint32_t access;               /* index of its access set */
    uint32_t hash;                 /* of the name; 0: not calculated yet */
    uint32_t cause;                /* of the failure that was logged last; 0: none */
    uint16_t max_lockers;          /* segment, queue: threads that may use a fast lock of it */
    uint8_t state;             /* enum item_state; ITEM_DEFERRED: `spec`, `lock`, `fast` and `pair`
                                      describe the held object */
    uint8_t auditing;          /* enum item_auditing: whether it is audited */
    bool audit : 1;            /* auditing is wanted */
    bool initialised : 1;      /* section: the configuration defines the content */
    bool readers_may_wait : 1; /* mutex of a segment whose readers may wait */
    bool pair : 1;             /* section for double snapshots of a segment, the next item
                                  (snapshot_pair.h) */
    bool filled : 1; /* pair: has a copy of the segment that the broker or a program published */
    bool fast : 1;   /* segment: its lock is a fast one; event: it is that of a fast lock */
    bool other_lock : 1;  /* mutex or event: what is there uses the other one
                             (carried_locks.h) */
    bool held_back : 1;   /* its access denies something to a pending account */
    bool adopted : 1;     /* held: it existed before this broker */
    bool lost : 1;        /* made again, without the content that it had in this boot,
                             and not yet reported (broker/lost.h) */
    bool undecided : 1;   /* in conflict; a former keeper may have the object (adoption.h) */
    bool other_kind : 1;  /* held, of another kind than configured: no access is configured
                             for that kind */
    bool access_due : 1;  /* held, but its access could not be set yet */
    bool renewal_due : 1; /* queue: its lock words are those of other slots (queue_headers.h) */
    bool fresh : 1;       /* requested: to be made; an object that exists is not adopted */
};

struct inventory {
    struct item *items; /* the companions of a segment or queue come before it */
    size_t count, room;
    bool copies;              /* an item has keep: reboot */
    bool aliases;             /* an item has sessions: alias */
    bool notifies;            /* a segment has notify */
    struct access_sets *sets; /* by index: item.access, `directory` */
    const char *file;         /* the path of the configuration */
    size_t directory;         /* access set of the directory; INVENTORY_NO_ACCESS: the default */
    size_t *who;              /* for each rule of the configuration: the set of its `who` */
};

/*
 * Objects beside those of the configuration: programs have asked for them. Each has a `request`.
 * All of it is borrowed; the objects must outlive the inventory.
 */
struct inventory_more {
    const struct cfg_object *const *objects;
    size_t count;
    size_t fresh; /* so many at the end are to be made: what exists by their names is not adopted */
};

#define INVENTORY_NO_ACCESS SIZE_MAX

extern const struct item_rare item_nothing_rare; /* all zero */

/* What is rare about an item, to be read. */
static inline const struct item_rare *item_rare(const struct item *item)
{
    return item->rare != NULL ? item->rare : &item_nothing_rare;
}

/* The same, to be changed. NULL: no memory. */
struct item_rare *item_make_rare(struct item *item);

/* The initial content of a section; NULL: none, or all zero, which need not be written. */
const struct cfg_initial *item_initial(const struct item *item);

/*
 * Expands a configuration, and looks up its accounts. Adds an error to `messages` for each
 * account that does not exist, and for each entry that would lock the broker itself out.
 * The configuration and `known` must outlive the inventory.
 *
 * SYS_OK; SYS_NOT_FOUND: errors were added; SYS_NO_MEMORY.
 * On anything but SYS_OK, `*out` is NULL.
 */
enum sys_status inventory_build(const struct cfg *config, struct trustees *known,
                                struct cfg_messages *messages, struct inventory **out);

/* The same with more objects, after those of the configuration. `more` NULL: none. */
enum sys_status inventory_build_with(const struct cfg *config, const struct inventory_more *more,
                                     struct trustees *known, struct cfg_messages *messages,
                                     struct inventory **out);
void inventory_free(struct inventory *inventory); /* closes no objects; NULL is allowed */

#define INVENTORY_NO_PAIR SIZE_MAX

/* The item of a segment's section for double snapshots; INVENTORY_NO_PAIR: it has none. */
size_t inventory_pair(const struct inventory *inventory, size_t segment);

/*
 * What the configuration says of a held segment. NULL: the item is none, or its entry is about
 * another object, whose companion has the name, or wants another kind.
 */
const struct cfg_segment *item_segment(const struct item *item);

/* True: the item is of the kind of `spec`; a section for snapshots is of another one. */
bool item_is_kind(const struct item *item, const struct sys_spec *spec, bool pair);

/* The SDDL of an item, if its access is written so; NULL: levels count. */
const struct sddl *item_exact(const struct inventory *inventory, const struct item *item);

/* The level that an account with `level` on the entry has on the item. */
enum shmb_level item_level(const struct item *item, enum shmb_level level);

/*
 * True: an event of which a wait takes the signal from those who may signal, so `read` must not give
 * the right to wait. The reader of configurations refuses `read` for the others with automatic reset.
 */
static inline bool item_wait_takes(const struct item *item)
{
    return item->spec.kind == SHMB_EVENT &&
           (item->fast || (item->from->request != NULL && !item->spec.manual_reset));
}

/* True for an object that the broker holds, also if it is deferred. */
static inline bool item_is_held(const struct item *item)
{
    return item->state == ITEM_HELD || item->state == ITEM_DEFERRED;
}

/* True for a held object that has an access in the configuration, also if it is deferred. */
static inline bool item_has_access(const struct item *item)
{
    return item_is_held(item) && !item->other_kind;
}

/*
 * The access set of what programs share for a held object: its block and its slots. Those of an
 * object of another kind than configured keep the access that it has. INVENTORY_NO_ACCESS: that is
 * not known, so it gets none of them.
 */
static inline size_t item_shared_access(const struct item *item)
{
    if (!item->other_kind)
        return item->access;
    return item_rare(item)->live_access != 0 ? item_rare(item)->live_access - 1
                                             : INVENTORY_NO_ACCESS;
}

/*
 * Finds live_access of struct item_rare for an object of this kind; `sddl` is the access that it
 * has, NULL: not known.
 */
enum sys_status item_set_live_access(const struct inventory *inventory, struct item *item,
                                     enum shmb_kind kind, const char *sddl);

/* True for a queue, and for a segment with a fast lock. */
static inline bool item_has_lockers(const struct item *item)
{
    /* A queue is one whatever else the configuration wants in its place. */
    return item->spec.kind == SHMB_QUEUE || (item->spec.kind == SHMB_SECTION && item->fast);
}

/*
 * How many threads may use the fast lock of the object at the same time. 0: it has none, or the
 * configuration does not say it, because it wants another kind of object or of lock.
 */
static inline uint32_t item_lockers(const struct item *item)
{
    return item_has_lockers(item) && !item->other_kind ? item->max_lockers : 0;
}

/* The shmb_name_hash of its name. item_set_hash stores it, so that it is calculated once. */
static inline uint32_t item_hash(const struct item *item)
{
    return item->hash != 0 ? item->hash : shmb_name_hash(item->spec.name, strlen(item->spec.name));
}

void item_set_hash(struct item *item);

/* True for a held segment with keep: reboot. */
bool item_is_copied(const struct item *item);

/* Stores a copy of the reason; NULL removes it. Without memory there is none. */
void item_set_reason(struct item *item, const char *reason);

/* Counts that its access was corrected; without memory it does not. */
void item_count_correction(struct item *item);

/* Makes room for more items. False: no memory. Pointers to items become invalid. */
bool inventory_reserve(struct inventory *inventory, size_t more);

#endif
