/*
 * The main loop: it waits, reloads, and runs the duties below when they are due. Everything runs
 * on one thread, the broker's.
 */
#include "lifecycle.h"

#include <assert.h>
#include <stdio.h>

#include "event_file.h"
#include "event_text.h"
#include "held_files.h"
#include "lifecycle_context.h"
#include "lifecycle_reload.h"
#include "lifecycle_start.h"
#include "metrics_file.h"
#include "pending_accounts.h"
#include "schedule.h"
#include "text.h"

#ifndef SHMB_VERSION_TEXT
#error "SHMB_VERSION_TEXT comes from CMake: the version of the project"
#endif

/* The text of EVENT_RUNNING_DEGRADED: all objects are held, but something else is missing. */
static void add_reasons(const struct lifecycle *life, const struct report_lines *lasting,
                        const struct broker_counts *counts, struct text *out)
{
    const struct {
        size_t count;
        const char *what;
    } others[] = {
        {counts->deferred, "objects are deferred"},
        {counts->unaudited, "objects are not audited"},
        {counts->access_due, "objects do not have the configured access yet"},
        {counts->unsaved, "copies could not be read or saved"},
    };
    const char *trouble = keeper_policy_trouble(&life->keeper_policy);
    const char *deaf = requests_trouble(life->requests);
    size_t i, j;

    for (i = 0; i < lasting->count; i++) {
        const struct report_line *note = &lasting->items[i];

        text_add(out, "%s%s: %s: %s", i > 0 ? "\n" : "", note->name, note->state, note->reason);
    }
    if (trouble != NULL)
        text_add(out, "%skeeper: failed: %s", i++ > 0 ? "\n" : "", trouble);
    if (deaf != NULL)
        text_add(out, "%srequests: the pipe failed: %s", i++ > 0 ? "\n" : "", deaf);
    for (j = 0; j < sizeof(others) / sizeof(others[0]); j++)
        if (others[j].count > 0)
            text_add(out, "%s%zu %s", i++ > 0 ? "\n" : "", others[j].count, others[j].what);
    if (counts->unpublished)
        text_add(out, "%snot all of the directory and the report could be made", i > 0 ? "\n" : "");
    if (out->length > REPORT_LINES_MAX) {
        text_reset(out);
        text_add(out, "%zu reasons; see shmbroker status", lasting->count);
    }
}

static void log_running(const struct lifecycle *life)
{
    const struct system *system = life->system;
    struct broker_counts counts = broker_counts(life->broker);
    char held[24], missing[24];
    const char *inserts[] = {SHMB_VERSION_TEXT, life->file, held, missing};
    struct text reasons = {0};
    struct report_lines lasting;
    bool degraded;

    lifecycle_lasting(life, &lasting);
    broker_faults(life->broker, &lasting);
    degraded = lasting.count + lasting.left_out + counts.deferred + counts.unaudited +
                       counts.access_due + counts.unsaved >
                   0 ||
               counts.unpublished || keeper_policy_trouble(&life->keeper_policy) != NULL ||
               requests_trouble(life->requests) != NULL;
    (void)snprintf(held, sizeof(held), "%zu", counts.held);
    (void)snprintf(missing, sizeof(missing), "%zu", counts.missing);
    if (counts.missing > 0) {
        system->log(system->self, EVENT_RUNNING_INCOMPLETE, inserts, 4);
    } else if (degraded) {
        add_reasons(life, &lasting, &counts, &reasons);
        inserts[3] = reasons.at == NULL || reasons.failed ? "see shmbroker status" : reasons.at;
        system->log(system->self, EVENT_RUNNING_DEGRADED, inserts, 4);
        text_free(&reasons);
    } else {
        system->log(system->self, EVENT_RUNNING, inserts, 3);
    }
    report_lines_free(&lasting);
}

static void log_stopped(const struct system *system, size_t released)
{
    char number[24];
    const char *inserts[] = {number};

    (void)snprintf(number, sizeof(number), "%zu", released);
    system->log(system->self, EVENT_STOPPED, inserts, 1);
}

/* ---- duties ---- */

static uint32_t retry_delay(const void *context)
{
    return broker_retry_delay(((const struct lifecycle *)context)->broker);
}

static void retry(void *context)
{
    broker_retry(((struct lifecycle *)context)->broker);
}

static uint32_t held_delay(const void *context)
{
    return held_files_delay(context);
}

static void read_held(void *context)
{
    lifecycle_reload(context, RELOAD_RETRY);
}

static uint32_t accounts_delay(const void *context)
{
    return pending_accounts_delay(context);
}

static void ask_accounts(void *context)
{
    pending_accounts_retry(context);
}

static uint32_t sessions_delay(const void *context)
{
    return broker_link_delay(((const struct lifecycle *)context)->broker);
}

static void look_at_sessions(void *context)
{
    broker_link_sessions(((struct lifecycle *)context)->broker);
}

static uint32_t save_delay(const void *context)
{
    return broker_save_delay(((const struct lifecycle *)context)->broker);
}

static void save(void *context)
{
    broker_save(((struct lifecycle *)context)->broker);
}

static uint32_t guard_delay(const void *context)
{
    return broker_guard_delay(((const struct lifecycle *)context)->broker);
}

static void guard(void *context)
{
    broker_guard(((struct lifecycle *)context)->broker);
}

static uint32_t retired_delay(const void *context)
{
    return broker_retired_delay(((const struct lifecycle *)context)->broker);
}

static void look_at_retired(void *context)
{
    broker_look_at_retired(((struct lifecycle *)context)->broker);
}

static uint32_t last_good_delay(const void *context)
{
    return lifecycle_save_last_good_delay(context);
}

static void save_last_good(void *context)
{
    lifecycle_save_last_good(context);
}

static uint32_t keeper_delay(const void *context)
{
    return keeper_policy_delay(&((const struct lifecycle *)context)->keeper_policy);
}

static void retry_keeper(void *context)
{
    keeper_policy_retry(&((struct lifecycle *)context)->keeper_policy);
}

static uint32_t metrics_delay(const void *context)
{
    return metrics_file_delay(context);
}

static void write_metrics(void *context)
{
    metrics_file_write(context);
}

static uint32_t log_delay(const void *context)
{
    return event_file_delay(context);
}

static void look_at_log(void *context)
{
    event_file_look(context);
}

static uint32_t requests_due(const void *context)
{
    const struct lifecycle *life = context;

    return requests_delay(life->requests);
}

static void look_at_requests(void *context)
{
    struct lifecycle *life = context;

    requests_look(life->requests, life->desired);
}

/* If several are due at once, they run in this order. */
static const struct schedule_duty duties[] = {{retry_delay, retry},
                                              {held_delay, read_held},
                                              {accounts_delay, ask_accounts},
                                              {sessions_delay, look_at_sessions},
                                              {guard_delay, guard},
                                              {save_delay, save},
                                              {retired_delay, look_at_retired},
                                              {last_good_delay, save_last_good},
                                              {keeper_delay, retry_keeper},
                                              {metrics_delay, write_metrics},
                                              {log_delay, look_at_log},
                                              {requests_due, look_at_requests}};

static_assert(sizeof(duties) / sizeof(duties[0]) <= SCHEDULE_MOST, "room for every duty");

/* From the first keeper to the request to stop. */
static void hold(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct schedule schedule;
    enum sys_wake wake;
    bool asked = false;

    if (lifecycle_stopping(life))
        return;
    /*
     * Before the service reports running: from then on programs rely on the objects, which a crash
     * of the broker must not end.
     */
    keeper_policy_change(&life->keeper_policy, life->desired->configuration.whole->hold_ms);
    requests_begin(life->requests, life->broker, life->desired);
    pending_accounts_settle(life, NULL);
    broker_report_read(life->broker, life->desired->digest);
    lifecycle_save_last_good(life);
    lifecycle_watch(life);
    metrics_file_change(life);
    if (metrics_file_delay(life) == 0)
        metrics_file_write(life);
    lifecycle_report_lasting(life); /* who waits for the start reads the report then */
    system->running(system->self);
    log_running(life);
    schedule_begin(&schedule, duties, sizeof(duties) / sizeof(duties[0]));
    for (;;) {
        uint64_t now;
        uint32_t delay;

        /* Before the wait: gives the keeper the objects that the last round has made. */
        keeper_policy_step(&life->keeper_policy);
        now = system->clock.ticks(system->self);
        delay = schedule_plan(&schedule, life, now);
        wake = system->wait(system->self, asked ? 0 : delay);
        if (wake == SYS_WAKE_STOP)
            return;
        if (wake == SYS_WAKE_SUSPEND) {
            broker_save_now(life->broker);
            system->saved(system->self); /* at once: Windows gives little time */
        }
        if (wake == SYS_WAKE_RELOAD || wake == SYS_WAKE_CHANGED) {
            lifecycle_reload(life, wake == SYS_WAKE_RELOAD ? RELOAD_ASKED : RELOAD_CHANGED);
            guard(life);
        }
        if (wake == SYS_WAKE_SESSIONS)
            look_at_sessions(life);
        if (wake == SYS_WAKE_KEEPER)
            keeper_policy_died(&life->keeper_policy);
        /* One batch, however many ask: the duties come in between. */
        if (asked || wake == SYS_WAKE_REQUESTS)
            asked = requests_serve(life->requests, life->desired);
        schedule_run(&schedule, life, system->clock.ticks(system->self));
    }
}

/* Logs that remembered SIDs could not be read, unless the broker logged the same failure. */
static void log_memory(const struct lifecycle *life)
{
    const struct lifecycle_memory *memory = &life->memory;
    bool read = memory->state != NULL && state_is_loaded(memory->state);

    if (memory->asked && !read && state_is_loaded(broker_state(life->broker)))
        event_log_state(life->system, &memory->why);
}

/* For broker_start_with: with what programs had asked a former broker for. */
static struct inventory *expand_more(void *context, struct state *state)
{
    struct lifecycle *life = context;
    struct inventory *inventory;

    if (!requests_load(life->requests, life->desired, state))
        return NULL;
    if (requests_count(life->requests) == 0)
        return life->desired->inventory;
    if (desired_expand_again(life->desired, &inventory) != SYS_OK)
        return NULL;
    inventory_free(life->desired->inventory);
    life->desired->inventory = inventory;
    return inventory;
}

/* Starts a broker, holds its objects until a stop is requested, and stops it. */
static enum shmb_exit serve(struct lifecycle *life)
{
    size_t released;
    bool left_to_keeper;

    event_file_look(life);
    switch (broker_start_with(life->system, life->desired->inventory, expand_more, life,
                              &life->broker, NULL)) {
    case SYS_OK:
        break;
    case SYS_SECOND_BROKER:
        return SHMB_EXIT_CONFLICT;
    case SYS_DENIED:
        return SHMB_EXIT_DENIED;
    default:
        return SHMB_EXIT_SYSTEM;
    }
    log_memory(life);
    keeper_policy_init(&life->keeper_policy, life->system, life->broker);
    hold(life);
    requests_stop(life->requests);
    metrics_file_stop(life);
    /* Before the broker closes its handles: until then the keeper can get what it lacks. */
    left_to_keeper = keeper_policy_stop(&life->keeper_policy);
    released = broker_stop(life->broker);
    if (!left_to_keeper)
        log_stopped(life->system, released);
    return SHMB_EXIT_DONE;
}

enum shmb_exit lifecycle_run(const struct system *system, const char *file)
{
    struct lifecycle life = {.system = system, .file = file};
    enum shmb_exit code;

    life.requests = requests_new(system);
    if (life.requests != NULL)
        life.desired = lifecycle_new_desired(&life);
    if (life.desired == NULL) {
        requests_free(life.requests);
        event_log_no_memory(system);
        return SHMB_EXIT_SYSTEM;
    }
    code = lifecycle_start(&life);
    if (lifecycle_stopping(&life)) {
        log_stopped(system, 0);
        code = SHMB_EXIT_DONE;
    } else if (code == SHMB_EXIT_DONE) {
        code = serve(&life);
    }
    report_lines_free(&life.left_out);
    report_lines_free(&life.pending);
    report_lines_free(&life.held);
    report_lines_free(&life.unsaved);
    report_lines_free(&life.unwatched);
    report_lines_free(&life.unwritten);
    report_lines_free(&life.unlogged);
    lifecycle_free_desired(life.desired);
    requests_free(life.requests);
    state_free(life.memory.state);
    return code;
}
