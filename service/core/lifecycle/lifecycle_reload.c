/*
 * A reload is strict: the broker goes on with what it serves rather than with a part of the new
 * files. A start is forgiving (lifecycle_start.c). reload/ plans and applies the changes to the
 * objects.
 */
#include "lifecycle_reload.h"

#include <stdlib.h>

#include "event_file.h"
#include "event_text.h"
#include "held_files.h"
#include "metrics_file.h"
#include "pending_accounts.h"
#include "text.h"

/* How long to wait for files that another program holds. Meanwhile no other duty is done. */
static const uint32_t patience_ms[] = {
    [RELOAD_ASKED] = 5000, [RELOAD_CHANGED] = 2000, [RELOAD_RETRY] = 0};

static void free_names(char **names, size_t count)
{
    while (count-- > 0)
        free(names[count]);
    free(names);
}

static void log_reloaded(const struct lifecycle *life, const struct apply_result *result)
{
    const struct system *system = life->system;
    struct text text = {0};
    const char *inserts[] = {life->file, ""};

    text_add(&text,
             "%zu created, %zu unchanged, %zu with other access, %zu recreated, %zu deferred, "
             "%zu retired, %zu failed",
             result->counts[PLAN_CREATE], result->counts[PLAN_KEEP], result->counts[PLAN_ACCESS],
             result->counts[PLAN_RECREATE], result->counts[PLAN_DEFER], result->counts[PLAN_RETIRE],
             result->failed);
    if (!text.failed)
        inserts[1] = text.at;
    system->log(system->self, EVENT_RELOADED, inserts, 2);
    text_free(&text);
}

/* Logs and reports the errors of the files; if they have none, the failure `why`. */
static void refuse(const struct lifecycle *life, const struct desired *next,
                   const struct sys_failure *why)
{
    const struct system *system = life->system;
    char text[REPORT_FAILURE];
    const char *inserts[] = {life->file, text};
    struct report_lines notes = {0};

    /* A stop cuts the look-ups short: the errors would be wrong. */
    if (lifecycle_stopping(life))
        return;
    desired_notes(next, &notes);
    event_failure_text(why, text);
    if (next->messages.errors > 0 && !desired_unreadable(next)) {
        event_log_messages(system, EVENT_RELOAD_REFUSED, life->file, &next->messages);
    } else {
        system->log(system->self, EVENT_RELOAD_REFUSED, inserts, 2);
        report_lines_add(&notes, "message", life->file, "error", text);
    }
    broker_report_reload(life->broker, SHMB_RELOAD_REFUSED, &notes);
    report_lines_free(&notes);
}

/* Files are held by another program: reports that, and schedules the retry. */
static void postpone(struct lifecycle *life, const struct desired *next, enum reload_cause cause)
{
    const struct config_held *held = &next->configuration.held;
    struct report_lines notes = {0};
    char text[REPORT_FAILURE];

    if (lifecycle_stopping(life))
        return;
    held_files_begin(life, next, "nothing has changed");
    if (cause == RELOAD_RETRY)
        return;
    desired_notes(next, &notes);
    event_failure_text(&held->why, text);
    if (desired_unreadable(next))
        report_lines_add(&notes, "message", life->file, "error", text);
    lifecycle_report_lasting(life);
    broker_report_reload(life->broker, SHMB_RELOAD_HELD, &notes);
    report_lines_free(&notes);
}

/* Changes over to the new configuration, and logs what has changed. */
static enum sys_status apply(struct lifecycle *life, struct desired *next,
                             struct apply_result *result, struct sys_failure *why)
{
    const struct system *system = life->system;
    char **anew;
    size_t count;
    /*
     * Reading the request deletes it: a reload that is refused does not pass it on to the next one.
     */
    enum sys_status status = system->recreate_names(system->self, &anew, &count, why);

    if (status != SYS_OK)
        return status;
    status = broker_reload(life->broker, next->inventory, anew, count, result, why);
    free_names(anew, count);
    if (status == SYS_OK)
        log_reloaded(life, result);
    return status;
}

/*
 * Reports what has changed. Comes last: who waits for the end of the reload must not read
 * reasons of the former configuration after it.
 */
static void report_applied(const struct lifecycle *life, struct apply_result *result)
{
    struct broker_counts counts = broker_counts(life->broker);

    desired_notes(life->desired, &result->notes);
    broker_report_reload(life->broker,
                         result->failed + counts.missing + counts.deferred > 0
                             ? SHMB_RELOAD_INCOMPLETE
                             : SHMB_RELOAD_APPLIED,
                         &result->notes);
    report_lines_free(&result->notes);
}

void lifecycle_reload(struct lifecycle *life, enum reload_cause cause)
{
    struct sys_failure why = {0};
    struct desired *next = lifecycle_new_desired(life), *former = life->desired;
    struct desired none = {0};
    struct apply_result result;
    enum shmb_exit code;

    /* A retry counts as a reload only when it could read the files. */
    if (cause != RELOAD_RETRY)
        broker_report_reload_begun(life->broker);
    if (next == NULL) {
        (void)failure_no_memory(&why);
        if (cause != RELOAD_RETRY)
            refuse(life, &none, &why);
        return;
    }
    code = desired_read(life->system, life->system, life->file, CONFIG_FILES_STRICT,
                        patience_ms[cause], next);
    if (code == SHMB_EXIT_NOT_SO && desired_is_held(next)) {
        postpone(life, next, cause);
        lifecycle_free_desired(next);
        requests_not_reloaded(life->requests);
        return;
    }
    if (cause == RELOAD_RETRY && code == SHMB_EXIT_SYSTEM) {
        lifecycle_free_desired(next); /* the next retry may have the memory */
        requests_not_reloaded(life->requests);
        return;
    }
    if (cause == RELOAD_RETRY)
        broker_report_reload_begun(life->broker);
    if (code != SHMB_EXIT_SYSTEM)
        held_files_end(life);
    if (code == SHMB_EXIT_SYSTEM)
        (void)failure_no_memory(&why);
    if (desired_unreadable(next))
        why = next->configuration.files[0].why;
    if (code != SHMB_EXIT_DONE || apply(life, next, &result, &why) != SYS_OK) {
        lifecycle_report_lasting(life);
        refuse(life, next, &why);
        lifecycle_free_desired(next);
        requests_not_reloaded(life->requests);
        return;
    }
    life->desired = next;
    life->last_good = false;
    broker_report_read(life->broker, next->digest);
    report_lines_free(&life->left_out);
    /* These compare with the former configuration, so it ends after them. */
    lifecycle_forget(life, former);
    pending_accounts_settle(life, former);
    event_file_change(life, former);
    lifecycle_free_desired(former);
    requests_reloaded(life->requests, next);
    lifecycle_report_lasting(life);
    report_applied(life, &result);
    keeper_policy_change(&life->keeper_policy, next->configuration.whole->hold_ms);
    lifecycle_save_last_good(life);
    lifecycle_watch(life);
    metrics_file_change(life);
    event_file_look(life);
}
