/*
 * request_decide.h - what the broker answers to a request. Pure: what has to be asked, of the
 * system or of lists, is asked through functions, and only when it decides.
 *
 * An answer tells nobody more than the system and the directory do: who may not open an object
 * learns that its name is in use, as from the system, and not what it is; who may not ask under a
 * rule learns that, but not the rule's name or quotas.
 */
#ifndef CORE_REQUEST_DECIDE_H
#define CORE_REQUEST_DECIDE_H

#include "grants.h"
#include "model.h"
#include "request_message.h"
#include "totals.h"

/* What has a name. */
enum decide_there {
    DECIDE_NOTHING,
    DECIDE_HELD,    /* an object that the broker holds */
    DECIDE_PART,    /* a companion of such a one, held or not */
    DECIDE_FOREIGN, /* it is wanted by the configuration, but another program's object has it */
    DECIDE_MISSING, /* it is wanted, but the system refused it */
    DECIDE_LEFT     /* nothing is held, but programs have open what the broker held */
};

/* The names that a new object needs. */
enum decide_names {
    DECIDE_NAMES_FREE,
    DECIDE_NAMES_TAKEN,   /* by another object of the broker, or what is left of one */
    DECIDE_NAMES_FOREIGN, /* by another program's object */
    DECIDE_NAMES_BAD,     /* the name has an invisible character, or a companion's is too long */
    DECIDE_NAMES_UNKNOWN  /* the system does not tell */
};

struct decide {
    const struct shmb_request_message *message;
    const struct cfg *config;
    const struct cfg_rule *rule; /* for the name; NULL: none */

    enum decide_there there;
    bool configured;       /* the object of the name is the configuration's */
    enum shmb_kind kind;   /* held: its kind */
    uint64_t size;         /* held: its bytes */
    bool manual_reset;     /* held: an event */
    const char *held_rule; /* held: the rule by which it was requested; NULL: none */

    /* What is used so far, and what the new object needs. */
    struct grant_sum each, total;
    uint64_t memory;
    struct totals totals; /* with the new object */

    /* May the program open the held object, for the least that is of use to it? */
    bool (*may_open)(void *context);
    /* Does `who` of the rule let it ask? */
    bool (*may_ask)(void *context);
    enum decide_names (*names)(void *context);
    void *context;
};

/* True: the object is to be made. Else `out` is the answer. */
bool request_decide(const struct decide *decide, struct shmb_request_answer *out);

/* A release. */
struct decide_release {
    bool granted; /* there is a grant of this name */
    bool own;     /* of the account that asks */
    /* Has the program what its account has, and the integrity that the rule wants? */
    bool (*may_own)(void *context);
    enum cfg_life life;
    const char *rule;
    bool (*may_administer)(void *context);
    bool (*may_open)(void *context);
    void *context;
};

/* True: the object is to be released. Else `out` is the answer. */
bool request_decide_release(const struct decide_release *decide, struct shmb_request_answer *out);

/* An answer with a reason, and the result that goes with it. */
struct shmb_request_answer request_answer(enum shmb_request_reason reason);

/* The level that a program needs to use an object at all. */
enum shmb_level request_least_level(enum shmb_kind kind, bool manual_reset);

#endif
