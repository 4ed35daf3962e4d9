/*
 * The main loop calls this; the port starts and ends the processes. A new keeper is made, recorded
 * in the state, untied from the broker, and given the objects; only then former keepers are ended.
 */
#include "keeper_policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "backoff.h"

#define STEADY_MS 1000u /* a keeper that lived this long is replaced at once when it ends */

static const struct backoff retries = {1000, 30000};

void keeper_policy_init(struct keeper_policy *policy, const struct system *system,
                        struct broker *broker)
{
    *policy = (struct keeper_policy){.system = system, .broker = broker};
}

static bool is_current(const struct keeper_policy *policy, const struct sys_keeper *keeper)
{
    return keeper->process == policy->keeper.process && keeper->started == policy->keeper.started;
}

/* Logs an event with one insert, or two (`second` not NULL). */
static void log_text(const struct keeper_policy *policy, enum event_id event, const char *first,
                     const char *second)
{
    const char *inserts[] = {first, second};

    policy->system->log(policy->system->self, event, inserts, second != NULL ? 2 : 1);
}

/* Logs an event with the keeper's process ID. */
static void log_process(const struct keeper_policy *policy, enum event_id event)
{
    char process[16];

    (void)snprintf(process, sizeof(process), "%" PRIu32, policy->keeper.process);
    log_text(policy, event, process, NULL);
}

/* ---- report ------------------------------------------------------------------ */

/* Puts the state of the keepers into the report. `trouble`: what failed; NULL: nothing. */
static void report(struct keeper_policy *policy, const char *trouble)
{
    struct report_lines notes = {0};

    if (policy->keeper.process != 0) {
        char process[16], since[REPORT_TIME], text[REPORT_TIME + 48];

        event_time(policy->made_at, since);
        (void)snprintf(process, sizeof(process), "%" PRIu32, policy->keeper.process);
        (void)snprintf(text, sizeof(text), "%zu objects, since %s", policy->held, since);
        report_lines_add(&notes, "keeper", process, policy->whole ? "holds" : "partly", text);
    }
    if (trouble != NULL)
        report_lines_add(&notes, "degraded", "keeper", "failed", trouble);
    if (policy->spares > 0) {
        char text[96];

        (void)snprintf(text, sizeof(text),
                       "it may hold objects that cannot be adopted yet (number of objects: %zu)",
                       policy->spares);
        report_lines_add(&notes, "degraded", "former keeper", "spared", text);
    }
    broker_report_keeper(policy->broker, &notes);
    policy->reported = true;
}

/* Reports a failure, and logs it unless the keeper failed before. */
static void fail(struct keeper_policy *policy, const struct sys_failure *why)
{
    bool logged = policy->failed;

    policy->whole = false;
    policy->failed = true;
    event_failure_text(why, policy->trouble);
    report(policy, policy->trouble);
    if (!logged)
        log_text(policy, EVENT_KEEPER_FAILED, policy->trouble, NULL);
}

/* ---- the keeper of this broker ------------------------------------------------ */

/* From now on the keeper is a former one; the state still lists it. */
static void give_up(struct keeper_policy *policy)
{
    policy->keeper = (struct sys_keeper){0};
    policy->held = 0;
    policy->whole = false;
    policy->reported = false;
}

/* The keeper has ended: the state no longer lists it. */
static void forget(struct keeper_policy *policy)
{
    state_drop_keeper(broker_state(policy->broker), &policy->keeper);
    give_up(policy);
}

static void log_replaced(struct keeper_policy *policy)
{
    char former[16], present[16];

    if (policy->replaces == 0)
        return;
    (void)snprintf(former, sizeof(former), "%" PRIu32, policy->replaces);
    (void)snprintf(present, sizeof(present), "%" PRIu32, policy->keeper.process);
    log_text(policy, EVENT_KEEPER_REPLACED, former, present);
    policy->replaces = 0;
}

/* Gives the keeper everything it does not hold yet; reports and logs the result. */
static void fill(struct keeper_policy *policy)
{
    const struct system *system = policy->system;
    size_t held = policy->held;
    bool whole = policy->whole;
    struct sys_failure why = {0};
    enum sys_status status = system->keepers.give(system->self, &policy->held, &why);

    if (status == SYS_NOT_FOUND) {
        keeper_policy_died(policy);
        return;
    }
    policy->whole = status == SYS_OK;
    if (status != SYS_OK) {
        fail(policy, &why);
        return;
    }
    if (!policy->reported || !whole || held != policy->held)
        report(policy, NULL);
    if (policy->hold_ms != policy->wanted_ms)
        return; /* it is only used until one with the wanted time can be made */
    log_replaced(policy);
    if (policy->failed)
        log_process(policy, EVENT_KEEPER_RECOVERED);
    policy->failed = false;
}

/*
 * Makes a keeper. The state file lists it before it holds anything and before it can outlive the
 * broker, so that the next broker can end it. If the file cannot be written the keeper is used
 * all the same: the next broker finds its process.
 */
static void make(struct keeper_policy *policy)
{
    const struct system *system = policy->system;
    struct sys_failure why = {0}, unused = {0};
    struct sys_keeper made;

    policy->delay = backoff_next(&retries, policy->delay);
    if (system->keepers.make(system->self, policy->wanted_ms, &made, &why) != SYS_OK) {
        fail(policy, &why);
        return;
    }
    policy->keeper = made;
    policy->hold_ms = policy->wanted_ms;
    policy->made_ticks = system->clock.ticks(system->self);
    policy->made_at = system->clock.now(system->self);
    policy->held = 0;
    policy->whole = policy->reported = false;
    state_put_keeper(broker_state(policy->broker), &made);
    broker_remember(policy->broker);
    if (system->keepers.settle(system->self, &why) == SYS_OK) {
        fill(policy);
        return;
    }
    /* It holds nothing. Each retry adds one to the state, whose list must have room for others. */
    if (system->keepers.end(system->self, &made, &unused) == SYS_OK)
        forget(policy);
    else
        give_up(policy);
    fail(policy, &why);
}

void keeper_policy_died(struct keeper_policy *policy)
{
    const struct system *system = policy->system;

    if (policy->keeper.process == 0)
        return;
    if (system->clock.ticks(system->self) - policy->made_ticks >= STEADY_MS)
        policy->delay = BACKOFF_RESET;
    policy->replaces = policy->keeper.process;
    forget(policy);
}

/* ---- keepers of former brokers ------------------------------------------------ */

/* Ends all keepers but `spared` (NULL: none). False: one of them cannot be ended. */
static bool end_all_but(struct keeper_policy *policy, const struct sys_keeper *spared)
{
    const struct system *system = policy->system;
    struct state *state = broker_state(policy->broker);
    struct sys_keeper keeper;
    bool all = true, any = false;
    size_t i = 0;

    while (state_keeper_at(state, i, &keeper)) {
        struct sys_failure why = {0};
        char text[REPORT_FAILURE];

        if (spared != NULL && is_current(policy, &keeper)) {
            i++;
        } else if (system->keepers.end(system->self, &keeper, &why) == SYS_OK) {
            state_drop_keeper(state, &keeper);
            any = true;
        } else {
            event_failure_text(&why, text);
            if (!policy->stays)
                log_text(policy, EVENT_KEEPER_STAYS, text, NULL);
            policy->stays = true;
            all = false;
            i++;
        }
    }
    if (any)
        broker_remember(policy->broker);
    policy->stays = policy->stays && !all;
    return all;
}

/* Ends all keepers: the state lists only so many at a time, so it looks for more. */
static void end_all(struct keeper_policy *policy)
{
    struct state *state = broker_state(policy->broker);
    struct sys_keeper any;

    do
        (void)state_find_keepers(state, NULL);
    while (state_keeper_at(state, 0, &any) && end_all_but(policy, NULL));
}

static bool has_former(const struct keeper_policy *policy)
{
    const struct state *state = broker_state(policy->broker);
    struct sys_keeper keeper;
    size_t i;

    for (i = 0; state_keeper_at(state, i, &keeper); i++)
        if (!is_current(policy, &keeper))
            return true;
    return false;
}

/* This broker's keeper, where one is wanted, holds everything for the wanted time. */
static bool is_complete(const struct keeper_policy *policy)
{
    return policy->wanted_ms == 0 || (policy->whole && policy->hold_ms == policy->wanted_ms);
}

/* Reports, and logs once, that former keepers are spared for so many objects; 0: they are not. */
static void spare(struct keeper_policy *policy, size_t count)
{
    bool logged = policy->spares > 0;
    char number[24];

    if (policy->spares == count)
        return;
    policy->spares = count;
    report(policy, keeper_policy_trouble(policy));
    (void)snprintf(number, sizeof(number), "%zu", count);
    if (!logged)
        log_text(policy, EVENT_KEEPER_SPARED, number, NULL);
}

/*
 * Former keepers must stay while objects that could not be adopted yet, for a lack of memory, of
 * rights or of a record, may exist only in them; and until this broker's keeper is complete.
 */
static void end_former(struct keeper_policy *policy)
{
    struct broker_counts counts;

    if (!has_former(policy)) {
        spare(policy, 0);
        return;
    }
    counts = broker_counts(policy->broker);
    spare(policy, counts.undecided);
    if (counts.undecided == 0 && counts.failed == 0 && is_complete(policy))
        (void)end_all_but(policy, &policy->keeper);
}

const char *keeper_policy_trouble(const struct keeper_policy *policy)
{
    return policy->failed ? policy->trouble : NULL;
}

/* ---- calls of the lifecycle ---------------------------------------------------- */

/* A keeper must be made: there is none, or it holds for another time. */
static bool is_due(const struct keeper_policy *policy)
{
    return policy->wanted_ms != 0 &&
           (policy->keeper.process == 0 || policy->hold_ms != policy->wanted_ms);
}

void keeper_policy_change(struct keeper_policy *policy, uint32_t hold_ms)
{
    policy->wanted_ms = hold_ms;
    policy->begun = true;
    if (hold_ms == 0 && policy->keeper.process != 0) {
        give_up(policy);
        report(policy, NULL);
    }
    if (is_due(policy)) {
        policy->delay = BACKOFF_RESET;
        make(policy);
    }
    end_former(policy);
}

void keeper_policy_step(struct keeper_policy *policy)
{
    if (policy->keeper.process != 0)
        fill(policy);
    if (!policy->stays)
        end_former(policy);
}

uint32_t keeper_policy_delay(const struct keeper_policy *policy)
{
    if (is_due(policy))
        return policy->delay;
    if (policy->wanted_ms != 0 && !policy->whole)
        return retries.first;
    return policy->stays ? retries.most : UINT32_MAX;
}

void keeper_policy_retry(struct keeper_policy *policy)
{
    if (is_due(policy))
        make(policy);
    end_former(policy);
}

static void log_held(const struct keeper_policy *policy, size_t count, const char *time)
{
    char number[24];

    (void)snprintf(number, sizeof(number), "%zu", count);
    log_text(policy, EVENT_STOPPED_HELD, number, time);
}

/* A former keeper lives. Where the system does not tell, those that are listed count. */
static bool former_lives(const struct keeper_policy *policy)
{
    const struct system *system = policy->system;
    struct sys_keeper *found;
    size_t count;
    enum sys_status status = system->keepers.left(system->self, &found, &count, NULL);

    free(found);
    return status == SYS_OK ? count > 0 : has_former(policy);
}

/* A stop without a keeper of this broker. True: a former keeper has objects. */
static bool stop_without_keeper(const struct keeper_policy *policy)
{
    bool former = former_lives(policy);

    /* Where a keeper is wanted but cannot be made, nothing is released on purpose. */
    if (!is_due(policy)) {
        if (former || !policy->begun)
            broker_retire_held(policy->broker, !former);
        else
            broker_retire_all(policy->broker);
    }
    if (former)
        log_held(policy, broker_count_left(policy->broker), "what is left of its time");
    return former;
}

bool keeper_policy_stop(struct keeper_policy *policy)
{
    const struct system *system = policy->system;
    bool release = system->releasing(system->self);
    char time[KEEPER_TIME_TEXT];

    broker_finish(policy->broker); /* while the keeper still holds the objects, too */
    if (release) {
        end_all(policy);
        policy->keeper = (struct sys_keeper){0};
    } else {
        broker_guard_last(policy->broker);
        if (policy->keeper.process != 0 && !is_due(policy))
            fill(policy);
        if (is_due(policy)) /* also if giving it objects has shown that it died */
            make(policy);
    }
    if (policy->keeper.process != 0) {
        system->keepers.leave(system->self);
        keeper_policy_time_text(policy->hold_ms, time);
        log_held(policy, broker_counts(policy->broker).held, time);
        return true;
    }
    if (!release)
        return stop_without_keeper(policy);
    broker_retire_all(policy->broker);
    return false;
}

void keeper_policy_time_text(uint32_t ms, char out[KEEPER_TIME_TEXT])
{
    static const struct {
        uint32_t ms;
        const char *name;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = 0;

    while (ms % units[i].ms != 0)
        i++;
    (void)snprintf(out, KEEPER_TIME_TEXT, "%" PRIu32 " %s", ms / units[i].ms, units[i].name);
}
