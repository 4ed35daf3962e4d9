#include "keeper_policy.h"

#include <inttypes.h>
#include <stdio.h>

#include "event_text.h"

#define AT_ONCE   0u
#define FIRST_MS  1000u
#define MOST_MS   30000u
#define STEADY_MS 1000u /* a keeper that has lived so long was a good one */

void keeper_policy_init(struct keeper_policy *keeping, const struct system *system,
                        struct broker *broker)
{
    *keeping = (struct keeper_policy){.system = system, .broker = broker};
}

static bool is_current(const struct keeper_policy *keeping, const struct sys_keeper *keeper)
{
    return keeper->process == keeping->keeper.process && keeper->started == keeping->keeper.started;
}

static void report_text(const struct keeper_policy *keeping, enum event_id event, const char *first,
                        const char *second)
{
    const char *inserts[] = {first, second};

    keeping->system->log(keeping->system->self, event, inserts, second != NULL ? 2 : 1);
}

static void report_process(const struct keeper_policy *keeping, enum event_id event)
{
    char process[16];

    (void)snprintf(process, sizeof(process), "%" PRIu32, keeping->keeper.process);
    report_text(keeping, event, process, NULL);
}

/* ---- what the report says ---------------------------------------------------- */

static void tell(struct keeper_policy *keeping, const struct sys_failure *why)
{
    struct report_lines notes = {0};

    if (keeping->keeper.process != 0) {
        char process[16], since[REPORT_TIME], text[REPORT_TIME + 48];

        event_time(keeping->moment, since);
        (void)snprintf(process, sizeof(process), "%" PRIu32, keeping->keeper.process);
        (void)snprintf(text, sizeof(text), "%zu objects, since %s", keeping->held, since);
        report_lines_add(&notes, "keeper", process, keeping->whole ? "holds" : "partly", text);
    }
    if (why != NULL) {
        char text[REPORT_FAILURE];

        event_failure_text(why, text);
        report_lines_add(&notes, "degraded", "keeper", "failed", text);
    }
    broker_report_keeper(keeping->broker, &notes);
    keeping->told = true;
}

static void fail(struct keeper_policy *keeping, const struct sys_failure *why)
{
    bool known = keeping->failed;

    keeping->whole = false;
    tell(keeping, why);
    keeping->failed = true;
    event_failure_text(why, keeping->trouble);
    if (!known)
        report_text(keeping, EVENT_KEEPER_FAILED, keeping->trouble, NULL);
}

/* ---- the keeper of this broker ------------------------------------------------ */

/* What is still remembered of it makes it a former one from now on. */
static void give_up(struct keeper_policy *keeping)
{
    keeping->keeper = (struct sys_keeper){0};
    keeping->held = 0;
    keeping->whole = false;
    keeping->told = false;
}

static void forget(struct keeper_policy *keeping)
{
    state_drop_keeper(broker_state(keeping->broker), &keeping->keeper);
    give_up(keeping);
}

static void report_replaced(struct keeper_policy *keeping)
{
    char former[16], present[16];

    if (keeping->replaces == 0)
        return;
    (void)snprintf(former, sizeof(former), "%" PRIu32, keeping->replaces);
    (void)snprintf(present, sizeof(present), "%" PRIu32, keeping->keeper.process);
    report_text(keeping, EVENT_KEEPER_REPLACED, former, present);
    keeping->replaces = 0;
}

/* Everything is held by the keeper now, or what failed is known. */
static void fill(struct keeper_policy *keeping)
{
    const struct system *system = keeping->system;
    size_t held = keeping->held;
    bool whole = keeping->whole;
    struct sys_failure why = {0};
    enum sys_status status = system->keepers.give(system->self, &keeping->held, &why);

    if (status == SYS_NOT_FOUND) {
        keeper_policy_died(keeping);
        return;
    }
    keeping->whole = status == SYS_OK;
    if (status != SYS_OK) {
        fail(keeping, &why);
        return;
    }
    if (!keeping->told || !whole || held != keeping->held)
        tell(keeping, NULL);
    if (keeping->hold_ms != keeping->wanted_ms)
        return; /* better than none; the one that is wanted cannot be made */
    report_replaced(keeping);
    if (keeping->failed)
        report_process(keeping, EVENT_KEEPER_RECOVERED);
    keeping->failed = false;
}

static void back_off(struct keeper_policy *keeping)
{
    if (keeping->delay == AT_ONCE)
        keeping->delay = FIRST_MS;
    else
        keeping->delay = keeping->delay < MOST_MS / 2 ? keeping->delay * 2 : MOST_MS;
}

/*
 * Remembered before it holds anything, and outlives us only then: the next broker
 * must be able to end it. Where it cannot be noted, it is better than none all the
 * same, and found without.
 */
static void make(struct keeper_policy *keeping)
{
    const struct system *system = keeping->system;
    struct sys_failure why = {0};
    struct sys_keeper made;

    back_off(keeping);
    if (system->keepers.make(system->self, keeping->wanted_ms, &made, &why) != SYS_OK) {
        fail(keeping, &why);
        return;
    }
    keeping->keeper = made;
    keeping->hold_ms = keeping->wanted_ms;
    keeping->made = system->clock.ticks(system->self);
    keeping->moment = system->clock.now(system->self);
    keeping->held = 0;
    keeping->whole = keeping->told = false;
    state_put_keeper(broker_state(keeping->broker), &made);
    broker_remember(keeping->broker);
    if (system->keepers.settle(system->self, &why) == SYS_OK) {
        fill(keeping);
        return;
    }
    give_up(keeping);
    fail(keeping, &why);
}

void keeper_policy_died(struct keeper_policy *keeping)
{
    const struct system *system = keeping->system;

    if (keeping->keeper.process == 0)
        return;
    if (system->clock.ticks(system->self) - keeping->made >= STEADY_MS)
        keeping->delay = AT_ONCE;
    keeping->replaces = keeping->keeper.process;
    forget(keeping);
}

/* ---- those of former brokers -------------------------------------------------- */

/* False: one of them cannot be ended. */
static bool end_all_but(struct keeper_policy *keeping, const struct sys_keeper *spared)
{
    const struct system *system = keeping->system;
    struct state *state = broker_state(keeping->broker);
    struct sys_keeper keeper;
    bool all = true, any = false;
    size_t i = 0;

    while (state_keeper_at(state, i, &keeper)) {
        struct sys_failure why = {0};
        char text[REPORT_FAILURE];

        if (spared != NULL && is_current(keeping, &keeper)) {
            i++;
        } else if (system->keepers.end(system->self, &keeper, &why) == SYS_OK) {
            state_drop_keeper(state, &keeper);
            any = true;
        } else {
            event_failure_text(&why, text);
            if (!keeping->stays)
                report_text(keeping, EVENT_KEEPER_STAYS, text, NULL);
            keeping->stays = true;
            all = false;
            i++;
        }
    }
    if (any)
        broker_remember(keeping->broker);
    keeping->stays = keeping->stays && !all;
    return all;
}

static bool has_former(const struct keeper_policy *keeping)
{
    const struct state *state = broker_state(keeping->broker);
    struct sys_keeper keeper;
    size_t i;

    for (i = 0; state_keeper_at(state, i, &keeper); i++)
        if (!is_current(keeping, &keeper))
            return true;
    return false;
}

/* What could not be adopted for want of memory, of a record and the like lives in them only. */
static bool former_are_needed(const struct keeper_policy *keeping)
{
    const struct broker_counts counts = broker_counts(keeping->broker);

    if (counts.failed > 0 || counts.unproved > 0)
        return true;
    return keeping->wanted_ms != 0 && (!keeping->whole || keeping->hold_ms != keeping->wanted_ms);
}

static void end_former(struct keeper_policy *keeping)
{
    if (has_former(keeping) && !former_are_needed(keeping))
        (void)end_all_but(keeping, &keeping->keeper);
}

const char *keeper_policy_trouble(const struct keeper_policy *keeping)
{
    return keeping->failed ? keeping->trouble : NULL;
}

/* ---- the broker's life --------------------------------------------------------- */

static bool is_due(const struct keeper_policy *keeping)
{
    return keeping->wanted_ms != 0 &&
           (keeping->keeper.process == 0 || keeping->hold_ms != keeping->wanted_ms);
}

void keeper_policy_change(struct keeper_policy *keeping, uint32_t hold_ms)
{
    struct sys_failure unused;

    if (!keeping->begun)
        (void)keeper_release_remember_left(keeping->system, broker_state(keeping->broker), &unused);
    keeping->wanted_ms = hold_ms;
    keeping->begun = true;
    if (hold_ms == 0 && keeping->keeper.process != 0) {
        give_up(keeping);
        tell(keeping, NULL);
    }
    if (is_due(keeping)) {
        keeping->delay = AT_ONCE;
        make(keeping);
    }
    end_former(keeping);
}

void keeper_policy_step(struct keeper_policy *keeping)
{
    if (keeping->keeper.process != 0)
        fill(keeping);
    if (!keeping->stays)
        end_former(keeping);
}

uint32_t keeper_policy_delay(const struct keeper_policy *keeping)
{
    if (is_due(keeping))
        return keeping->delay;
    if (keeping->wanted_ms != 0 && !keeping->whole)
        return FIRST_MS;
    return keeping->stays ? MOST_MS : UINT32_MAX;
}

void keeper_policy_retry(struct keeper_policy *keeping)
{
    if (is_due(keeping))
        make(keeping);
    end_former(keeping);
}

static void count_held(const struct keeper_policy *keeping, char out[24])
{
    (void)snprintf(out, 24, "%zu", broker_counts(keeping->broker).held);
}

bool keeper_policy_stop(struct keeper_policy *keeping)
{
    const struct system *system = keeping->system;
    struct state *state = broker_state(keeping->broker);
    bool release = system->releasing(system->self);
    char number[24], time[KEEPING_TIME_TEXT];
    struct sys_failure unused;

    if (release) /* at the last moment: nothing may be left */
        (void)keeper_release_remember_left(system, state, &unused);
    broker_finish(keeping->broker); /* as long as somebody holds it besides */
    if (release) {
        (void)end_all_but(keeping, NULL);
        keeping->keeper = (struct sys_keeper){0};
    } else {
        if (keeping->keeper.process != 0 && !is_due(keeping))
            fill(keeping);
        if (is_due(keeping)) /* also where it turns out to have died */
            make(keeping);
    }
    if (keeping->keeper.process != 0) {
        system->keepers.leave(system->self);
        count_held(keeping, number);
        keeper_policy_time_text(keeping->hold_ms, time);
        report_text(keeping, EVENT_STOPPED_HELD, number, time);
        return true;
    }
    /* Asked to let go: nobody is to be told later that something was lost. */
    if (release || (keeping->begun && keeping->wanted_ms == 0)) {
        state_retire_all(state);
        broker_remember(keeping->broker);
    }
    return false;
}

void keeper_policy_time_text(uint32_t ms, char out[KEEPING_TIME_TEXT])
{
    static const struct {
        uint32_t ms;
        const char *name;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = 0;

    while (ms % units[i].ms != 0)
        i++;
    (void)snprintf(out, KEEPING_TIME_TEXT, "%" PRIu32 " %s", ms / units[i].ms, units[i].name);
}
