/*
 * keeper_policy.h - the keeper: what is held outlives the broker's own end.
 *
 * The keeper is a second process with a handle of every object. Each broker
 * makes a new one, has it hold everything, and only then ends those of former
 * brokers, so that at no time everything hangs on one process. The state
 * remembers every keeper that may live; until it does, a keeper is tied to its
 * broker. Those that no state knows of are found by their processes.
 */
#ifndef CORE_KEEPER_POLICY_H
#define CORE_KEEPER_POLICY_H

#include "broker.h"
#include "event_text.h"
#include "state.h"
#include "system.h"

/* Begun with keeper_policy_init; nothing has to be freed. */
struct keeper_policy {
    const struct system *system;
    struct broker *broker;
    uint32_t wanted_ms;       /* what the keeper is to hold for; 0: there is to be none */
    struct sys_keeper keeper; /* process 0: there is none */
    uint32_t hold_ms;         /* that this one holds for */
    size_t held;              /* how many objects it has */
    uint64_t made, moment;    /* when: the port's ticks, and its clock */
    uint32_t replaces;        /* process of one that ended by itself, until that is told; 0: none */
    uint32_t delay;           /* milliseconds to the next try */
    bool begun;               /* keeper_policy_change has been called */
    bool whole;               /* it holds everything */
    bool failed;              /* told: it cannot be made, or cannot hold everything */
    char trouble[REPORT_FAILURE]; /* why, as long as it is so */
    bool stays;                   /* told: a former one cannot be ended */
    bool told;                    /* the report says what is so */
};

/* Before anything else, for a broker that has started; it makes no keeper yet. */
void keeper_policy_init(struct keeper_policy *policy, const struct system *system,
                        struct broker *broker);

/* Makes the keeper, or another one where it is to hold for another time, or ends it (0). */
void keeper_policy_change(struct keeper_policy *policy, uint32_t hold_ms);

/*
 * To be called before each wait: has the keeper hold what is new, and ends the
 * former ones when it holds everything and all that could be adopted is.
 */
void keeper_policy_step(struct keeper_policy *policy);

/* The keeper has ended by itself. */
void keeper_policy_died(struct keeper_policy *policy);

/* Milliseconds until keeper_policy_retry; UINT32_MAX: there is nothing to try again. */
uint32_t keeper_policy_delay(const struct keeper_policy *policy);
void keeper_policy_retry(struct keeper_policy *policy);

/* Why the keeper does not hold everything, or is none; NULL: all is well. */
const char *keeper_policy_trouble(const struct keeper_policy *policy);

/*
 * Before broker_stop: leaves everything to the keeper, or, where everything is
 * to be let go of, ends all keepers. True: the keeper holds it.
 */
bool keeper_policy_stop(struct keeper_policy *policy);

/* "10 min", "90 s", "1500 ms". */
#define KEEPER_TIME_TEXT 24
void keeper_policy_time_text(uint32_t ms, char out[KEEPER_TIME_TEXT]);

/*
 * Has the state remember the keepers of brokers that have ended, such as nobody could
 * note, or whose note is lost. On failure it knows of those that it knew of.
 */
enum sys_status keeper_release_remember_left(const struct system *system, struct state *state,
                                             struct sys_failure *why);

/*
 * For a command, while no broker runs: ends all keepers that are remembered or
 * can be found, their objects are let go of. `*ended`: how many there were. SYS_SECOND_BROKER:
 * a broker runs after all.
 */
enum sys_status keeper_release(const struct system *system, size_t *ended, struct sys_failure *why);

#endif
