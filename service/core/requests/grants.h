/*
 * grants.h - the objects that programs have asked for and a rule allowed, with what each account
 * and each rule has of them.
 *
 * A grant is new until the broker holds its object, and leaving until the broker holds it no
 * longer. One that has ended while programs still have its object open counts against the quotas
 * until they have closed it.
 */
#ifndef CORE_GRANTS_H
#define CORE_GRANTS_H

#include "inventory.h"
#include "nameset.h"
#include "requested_object.h"
#include "state.h"
#include "totals.h"

enum grant_state {
    GRANT_HELD,
    GRANT_NEW,     /* wanted, not made yet */
    GRANT_LEAVING, /* held, but no longer wanted */
    GRANT_ENDED    /* no longer held; programs have it open */
};

/* What an account has under a rule, and the access that its objects have. */
struct grantee {
    const struct cfg_rule *rule;
    char account[SYS_SID_MAX];
    struct cfg_access *access; /* owned */
    uint64_t objects, memory;  /* as in struct cfg_quota */
};

/* A name of a grant: its own, or that of a companion. */
struct grant_name {
    const char *name;
    uint32_t hash;
    struct grant *grant;
};

struct grant {
    struct requested_object *made; /* owned */
    struct grantee *grantee;
    struct grant_name names[CLASH_NAMES];
    size_t name_count;
    struct totals totals; /* what it takes of `limits` */
    uint64_t memory;      /* what it takes of the quotas */
    uint64_t time;        /* when it was made, as FILETIME */
    size_t item;          /* held: the index of its last item in the inventory */
    enum grant_state state;
    bool idle; /* no program had it open at the last look (grant_life.h) */
};

/* What an account has under a rule, or all accounts. */
struct grant_sum {
    uint64_t objects, memory;
    size_t accounts; /* that have any of it */
};

struct grants {
    const struct cfg *config;
    struct grant **all; /* the oldest first; new ones are last */
    size_t count, room;
    struct nameset by_name;    /* struct grant_name */
    size_t name_count;         /* of names in it */
    struct nameset by_grantee; /* struct grantee */
    size_t grantee_count;
    struct grant_sum *sums; /* by rule */
    struct totals totals;
    const struct cfg_object **wanted; /* of grants_more */
    size_t wanted_room;
};

/* None, under the rules of a configuration, which is borrowed. NULL: no memory. */
struct grants *grants_new(const struct cfg *config);

/* Also after the configuration has ended. NULL is allowed. */
void grants_free(struct grants *grants);

/*
 * Adds a new grant, with the names of its companions. None of them may be another grant's. NULL: no
 * memory, or `*fault` says what is wrong with the name of a companion.
 */
struct grant *grants_add(struct grants *grants, const struct shmb_request_message *asked,
                         const struct cfg_rule *rule, const char *account, uint64_t time,
                         enum shmb_name_fault *fault);

/* Forgets a grant. Its object may not be in an inventory any more. */
void grants_remove(struct grants *grants, struct grant *grant);

/* The grant that has a name, also as that of a companion; NULL: none. */
struct grant *grants_find(const struct grants *grants, const char *name);

/* True: this is the name of the object, not of a companion. */
bool grant_is_named(const struct grant *grant, const char *name);

/* What an account has under a rule; zeros: nothing. */
struct grant_sum grants_of(const struct grants *grants, const struct cfg_rule *rule,
                           const char *account);

/* What all accounts have under a rule. */
struct grant_sum grants_under(const struct grants *grants, const struct cfg_rule *rule);

/*
 * The objects that are wanted: those held, then the new ones. `out` is valid until the next call or
 * grants_free. False: no memory.
 */
bool grants_more(struct grants *grants, struct inventory_more *out);

/* Finds the items of all grants in an inventory that was built with grants_more. */
void grants_locate(struct grants *grants, const struct inventory *inventory);

/* The record of a grant for the state. */
struct state_grant grant_record(const struct grant *grant);

/* The request that a record stands for. False: there is no such request. */
bool grant_request_of(const struct state_grant *record, struct shmb_request_message *out);

#endif
