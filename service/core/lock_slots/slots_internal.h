/*
 * slots_internal.h - what the modules of the lock slots share; for them alone: lock_slots.c,
 * slots_make.c, slots_restore.c, slots_record.c, slots_inherit.c, slots_repair.c.
 */
#ifndef CORE_SLOTS_INTERNAL_H
#define CORE_SLOTS_INTERNAL_H

#include "lock_slots.h"
#include "numbers.h"
#include "own_section.h"

#define SLOTS_NO_SET SIZE_MAX /* no access set, or no domain */

struct slots_domain {
    struct own_section shared; /* mapped only while it is written */
    uint32_t number, count;
    struct sys_object **mutexes; /* `count`; NULL: the slot cannot be used */
    uint32_t missing;            /* how many are NULL */
    size_t set;                  /* the access set of its objects; SLOTS_NO_SET: to be closed */
    char *sddl;                  /* owned: the access of the section */
    uint32_t votes;              /* a reload: which access set most of its objects have */
    uint32_t wanted;             /* slots that the configuration wants */
    bool inherited;              /* others own it: freeing these does not close it */
    bool made;                   /* by this broker, and not yet recorded in the state */
    uint32_t repairs;            /* how often its header was repaired */
    uint64_t told;               /* when the last event about that was logged, in ticks */
    uint32_t told_wanted;        /* `wanted` of the last event about that */
};

/* What an object of the inventory uses. */
struct slots_place {
    uint32_t domain; /* index + 1; 0: none so far */
    bool moves;      /* it was in another domain */
    bool renewed;    /* a queue: its lock words are not those of another domain any more */
};

struct lock_slots {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    const struct state *state;
    struct slots_domain *domains;
    size_t domain_count;
    struct slots_place *places; /* by item */
    size_t place_count;
    struct numbers numbers; /* of the domains */
};

/* slots_make.c: domains, with their access */

/* The access of the section, or of the mutexes, of a set as SDDL; the caller frees it. NULL: no
 * memory. */
char *slots_access(const struct lock_slots *slots, enum shmb_kind kind, size_t set);

/* Makes a domain for an access set, and returns its index in `*out`. */
enum sys_status slots_make(struct lock_slots *slots, size_t set, uint32_t count, size_t *out,
                           struct trouble *avoided, struct sys_failure *why);

/*
 * Adopts the section of a former broker, and its mutexes, for an access set, and returns its
 * index. Mutexes that are missing are made. SLOTS_NO_SET: not possible.
 */
size_t slots_adopt(struct lock_slots *slots, uint32_t number, uint32_t count, size_t set);

/* Makes or adopts the mutexes that a domain lacks. SYS_TAKEN: a name is another program's. */
enum sys_status slots_complete(struct lock_slots *slots, struct slots_domain *domain,
                               struct sys_failure *why);

/* Sets the access of a set on a domain. */
enum sys_status slots_protect(const struct lock_slots *slots, struct slots_domain *domain,
                              size_t set, struct sys_failure *why);

/* Closes section and mutexes, and frees what belongs to the domain. */
void slots_end(const struct lock_slots *slots, struct slots_domain *domain);

/* lock_slots.c: logs, once for each number, that a domain cannot grow while programs use it. */
void slots_tell_growth(const struct lock_slots *slots, struct slots_domain *domain);

/* True for a held object with a fast lock. */
static inline bool slots_are_needed(const struct lock_slots *slots, size_t item)
{
    const struct item *of = &slots->inventory->items[item];

    return item_has_lockers(of) && item_is_held(of) &&
           item_shared_access(of) != INVENTORY_NO_ACCESS;
}

/* slots_restore.c */

/* Puts an adopted object into its former domain, as the state has it, if that can be adopted. */
void slots_place_restore(struct lock_slots *slots, size_t item);

#endif
