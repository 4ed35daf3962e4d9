/*
 * keeper_policy.h - when to make and to end the keeper, which holds the objects beyond the
 * broker's own end.
 *
 * The keeper is a second process with a handle of every object. Each broker makes a new one,
 * gives it everything, and only then ends the keepers of former brokers: at no time does all
 * depend on one process. The state file lists every keeper that may run. A keeper ends with its
 * broker until it is listed there. Keepers that no state lists are found by their processes.
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
    uint32_t wanted_ms;           /* how long the keeper should hold; 0: no keeper */
    struct sys_keeper keeper;     /* process 0: there is none */
    uint32_t hold_ms;             /* how long the present keeper holds */
    size_t held;                  /* how many objects it has */
    uint64_t made_ticks, made_at; /* when it was made: the port's ticks, and its clock */
    uint32_t replaces; /* process of a keeper that ended by itself, until that is logged */
    uint32_t delay;    /* milliseconds to the next try to make one */
    bool begun;        /* keeper_policy_change was called */
    bool whole;        /* the keeper holds everything */
    bool failed;       /* logged: it cannot be made, or cannot hold everything */
    char trouble[REPORT_FAILURE]; /* why, while `failed` */
    bool stays;                   /* logged: a former keeper cannot be ended */
    size_t spares; /* logged: a former keeper is spared for so many objects; 0: none is */
    bool reported; /* the report is up to date */
};

/* For a broker that has started; makes no keeper yet. */
void keeper_policy_init(struct keeper_policy *policy, const struct system *system,
                        struct broker *broker);

/*
 * Makes the keeper. Makes another one if the present one holds for another time. `hold_ms` 0:
 * ends it.
 */
void keeper_policy_change(struct keeper_policy *policy, uint32_t hold_ms);

/*
 * Call it before each wait. Gives the keeper what it does not hold yet, and ends former keepers
 * once this one holds everything and everything that can be adopted is.
 */
void keeper_policy_step(struct keeper_policy *policy);

/* The keeper has ended by itself. */
void keeper_policy_died(struct keeper_policy *policy);

/* Milliseconds until keeper_policy_retry; UINT32_MAX: nothing to retry. */
uint32_t keeper_policy_delay(const struct keeper_policy *policy);
void keeper_policy_retry(struct keeper_policy *policy);

/* Why there is no keeper, or why it does not hold everything; NULL: no trouble. */
const char *keeper_policy_trouble(const struct keeper_policy *policy);

/*
 * Call it before broker_stop. Leaves the objects to the keeper, or, with stop --release, ends
 * all keepers. True: the keeper, or where there is none a former one that lives, holds objects, and
 * that is logged.
 */
bool keeper_policy_stop(struct keeper_policy *policy);

/* "10 min", "90 s", "1500 ms". */
#define KEEPER_TIME_TEXT 24
void keeper_policy_time_text(uint32_t ms, char out[KEEPER_TIME_TEXT]);

/*
 * For a command while no broker runs: ends all keepers that are listed in the state or can be
 * found, so their objects are released. `*ended`: how many keepers there were.
 * SYS_SECOND_BROKER: a broker runs. SYS_NEWER: the state is a newer broker's; no keeper was ended.
 */
enum sys_status keeper_release(const struct system *system, size_t *ended, struct sys_failure *why);

#endif
