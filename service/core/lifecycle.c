#include "lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "last_good.h"
#include "names.h"
#include "report.h"
#include "setup.h"
#include "state.h"
#include "text.h"
#include "watching.h"

#ifndef SHMB_VERSION_TEXT
#error "SHMB_VERSION_TEXT comes from CMake: the version of the project"
#endif

struct life {
    const struct system *system;
    const char *file;
    struct setup *setup; /* what is served */
    struct broker *broker;
    struct notes lasting; /* why less is served than the files ask for */
    struct state *memory; /* before there is a broker: SIDs of accounts */
    uint32_t delay;       /* milliseconds until pending accounts are asked for again */
    bool last_good;       /* the last good configuration is served, not the main file */
    bool expand_due;      /* accounts have been resolved, and are not yet in force */
};

#define DELAY_FIRST_MS 1000u
#define DELAY_MOST_MS  30000u

static const char *remembered_sid(void *context, const char *account)
{
    const struct life *life = context;
    const struct state *state = life->broker != NULL ? broker_state(life->broker) : life->memory;

    return state != NULL ? state_sid(state, account) : NULL;
}

/* NULL: no memory. */
static struct setup *new_setup(struct life *life)
{
    struct setup *setup = calloc(1, sizeof(*setup));

    if (setup != NULL) {
        setup->memory = remembered_sid;
        setup->memory_context = life;
    }
    return setup;
}

static bool stopping(const struct system *system)
{
    return system->stopping(system->self);
}

static void report_unreadable(const struct system *system, enum event_id event,
                              const struct setup *setup)
{
    char text[REPORT_FAILURE];
    const char *inserts[] = {setup->configuration.files[0].path, text};

    report_failure_text(&setup->configuration.files[0].why, text);
    system->report(system->self, event, inserts, 2);
}

/* The errors in one file, or in all (NULL), as an event of file and lines. */
static void report_errors(const struct life *life, enum event_id event, const char *file,
                          const struct setup *setup)
{
    struct cfg_messages some = setup->messages;
    size_t i;

    some.items = calloc(some.count + 1, sizeof(*some.items));
    some.count = some.errors = 0;
    for (i = 0; some.items != NULL && i < setup->messages.count; i++) {
        const struct cfg_message *message = &setup->messages.items[i];

        if (message->severity != CFG_ERROR || strcmp(message->file, file) != 0)
            continue;
        some.items[some.count++] = *message;
        some.errors++;
    }
    report_messages(life->system, event, file, &some);
    free(some.items);
}

/* Why a configuration cannot be used. Look-ups that a stop cut short are no errors of it. */
static void report_unusable(const struct life *life, const struct setup *setup, enum shmb_exit code)
{
    const struct system *system = life->system;

    if (stopping(system))
        return;
    if (setup_unreadable(setup))
        report_unreadable(system, EVENT_CONFIG_UNREADABLE, setup);
    else if (setup->messages.errors > 0)
        report_messages(system, EVENT_CONFIG_INVALID, life->file, &setup->messages);
    if (code == SHMB_EXIT_SYSTEM && !setup_unreadable(setup))
        report_no_memory(system);
}

static void report_left_out(struct life *life)
{
    const struct configuration *configuration = &life->setup->configuration;
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct configuration_file *file = &configuration->files[i];

        if (!file->left_out)
            continue;
        notes_add(&life->lasting, "degraded", file->path, "left-out", "it has errors");
        report_errors(life, EVENT_INCLUDE_LEFT_OUT, file->path, life->setup);
    }
}

/* What was kept of another main file has nothing to say here. */
static bool is_of_this_file(const struct life *life, const struct last_good *kept)
{
    const struct system *system = life->system;
    const char *main = last_good_main(kept);
    struct sys_failure unused;
    char *path;
    bool same;

    if (system->resolve_path(system->self, NULL, life->file, &path, &unused) != SYS_OK)
        return false;
    same = shmb_name_same(path, strlen(path), main, strlen(main));
    free(path);
    return same;
}

/* The main file cannot be used; what was in force last may be. */
static bool use_last_good(struct life *life)
{
    const struct system *system = life->system;
    struct setup *last = new_setup(life);
    struct last_good *kept = NULL;
    struct sys_failure why;
    enum shmb_exit code = SHMB_EXIT_SYSTEM;

    if (last != NULL && last_good_open(system, &kept, &why) == SYS_OK &&
        is_of_this_file(life, kept))
        code = setup_read(system, last_good_port(kept), last_good_main(kept),
                          CONFIGURATION_FORGIVING, last);
    last_good_free(kept);
    if (code != SHMB_EXIT_DONE) {
        if (last != NULL)
            setup_free(last);
        free(last);
        return false;
    }
    life->last_good = true;
    notes_add(&life->lasting, "degraded", life->file, "last-good",
              "it cannot be used; what was in force last is served");
    if (setup_unreadable(life->setup))
        report_unreadable(system, EVENT_LAST_GOOD_USED, life->setup);
    else
        report_messages(system, EVENT_LAST_GOOD_USED, life->file, &life->setup->messages);
    setup_free(life->setup);
    free(life->setup);
    life->setup = last;
    return true;
}

/* A start that finds errors serves what it can: nobody may be there to mend them. */
static enum shmb_exit prepare(struct life *life)
{
    const struct system *system = life->system;
    enum shmb_exit code =
        setup_read(system, system, life->file, CONFIGURATION_FORGIVING, life->setup);

    if (stopping(system))
        return code;
    if (code == SHMB_EXIT_NOT_SO && use_last_good(life))
        return SHMB_EXIT_DONE;
    if (stopping(system))
        return code;
    if (code != SHMB_EXIT_DONE) {
        report_unusable(life, life->setup, code);
        return code;
    }
    report_left_out(life);
    if (life->setup->messages.warnings > 0)
        report_messages(system, EVENT_CONFIG_WARNING, life->file, &life->setup->messages);
    return code;
}

/* Says which accounts are pending, but not once more; the others are remembered. */
static void settle_trustees(struct life *life, const struct setup *former)
{
    const struct system *system = life->system;
    struct trustee_answer answer;
    size_t at = 0;

    while (trustees_next(life->setup->known, &at, &answer)) {
        char text[REPORT_FAILURE];
        const char *inserts[] = {answer.name, text};

        if (!answer.pending) {
            if (answer.sid != NULL)
                state_put_sid(broker_state(life->broker), answer.name, answer.sid);
            continue;
        }
        report_failure_text(answer.why, text);
        notes_add(&life->lasting, "degraded", answer.name, "pending", text);
        if (former == NULL || !trustees_is_pending(former->known, answer.name))
            system->report(system->self, EVENT_TRUSTEE_PENDING, inserts, 2);
    }
    broker_remember(life->broker);
    life->delay = DELAY_FIRST_MS;
}

static void report_resolved(void *context, const char *name)
{
    const struct life *life = context;

    life->system->report(life->system->self, EVENT_TRUSTEE_RESOLVED, &name, 1);
}

/* Asks again for pending accounts; what is known now comes into force as a reload does. */
static void retry_pending(struct life *life)
{
    struct setup *setup = life->setup;
    struct inventory *inventory;
    struct apply_result result;
    struct sys_failure why;

    if (!life->expand_due && setup_pending(setup) == 0)
        return;
    if (trustees_retry(setup->known, report_resolved, life) > 0)
        life->expand_due = true;
    life->delay = life->delay < DELAY_MOST_MS / 2 ? life->delay * 2 : DELAY_MOST_MS;
    if (!life->expand_due || setup_expand_again(setup, &inventory) != SYS_OK)
        return;
    if (broker_reload(life->broker, inventory, NULL, 0, &result, &why) != SYS_OK) {
        notes_free(&result.notes);
        inventory_free(inventory);
        return;
    }
    notes_free(&result.notes);
    inventory_free(setup->inventory);
    setup->inventory = inventory;
    life->expand_due = false;
    notes_free(&life->lasting);
    settle_trustees(life, setup);
    broker_tell_lasting(life->broker, &life->lasting);
}

static uint32_t delay(const struct life *life)
{
    uint32_t ms = broker_retry_delay(life->broker);

    if ((life->expand_due || setup_pending(life->setup) > 0) && life->delay < ms)
        ms = life->delay;
    return ms;
}

/* Only what has been served, and as a whole, is good. */
static void keep_last_good(const struct life *life)
{
    struct sys_failure why;

    if (setup_is_whole(life->setup) && !life->last_good &&
        last_good_keep(life->system, &life->setup->configuration, &why) != SYS_OK)
        report_state(life->system, &why);
}

static void report_running(const struct life *life)
{
    const struct system *system = life->system;
    struct broker_counts counts = broker_counts(life->broker);
    char held[24], missing[24];
    const char *inserts[] = {SHMB_VERSION_TEXT, life->file, held, missing};
    bool complete = counts.missing == 0;

    (void)snprintf(held, sizeof(held), "%zu", counts.held);
    (void)snprintf(missing, sizeof(missing), "%zu", counts.missing);
    system->report(system->self, complete ? EVENT_RUNNING : EVENT_RUNNING_INCOMPLETE, inserts,
                   complete ? 3 : 4);
}

static void report_stopped(const struct system *system, size_t released)
{
    char number[24];
    const char *inserts[] = {number};

    (void)snprintf(number, sizeof(number), "%zu", released);
    system->report(system->self, EVENT_STOPPED, inserts, 1);
}

static void watch(const struct life *life)
{
    watching_begin(life->system, life->file, &life->setup->configuration);
}

static void free_names(char **names, size_t count)
{
    while (count-- > 0)
        free(names[count]);
    free(names);
}

static void report_reloaded(const struct life *life, const struct apply_result *result)
{
    const struct system *system = life->system;
    struct text text = {0};
    const char *inserts[] = {life->file, ""};

    text_add(&text,
             "%zu created, %zu kept, %zu with other access, %zu made anew, %zu deferred, "
             "%zu let go, %zu could not be had",
             result->counts[PLAN_CREATE], result->counts[PLAN_KEEP], result->counts[PLAN_ACCESS],
             result->counts[PLAN_RECREATE], result->counts[PLAN_DEFER], result->counts[PLAN_RETIRE],
             result->failed);
    if (!text.failed)
        inserts[1] = text.at;
    system->report(system->self, EVENT_RELOADED, inserts, 2);
    text_free(&text);
}

/* The errors are told as they stand; else what failed is. */
static void refuse(const struct life *life, const struct setup *next, const struct sys_failure *why)
{
    const struct system *system = life->system;
    char text[REPORT_FAILURE];
    const char *inserts[] = {life->file, text};
    struct notes notes = {0};

    if (stopping(system))
        return;
    setup_notes(next, &notes);
    report_failure_text(why, text);
    if (next->messages.errors > 0 && !setup_unreadable(next)) {
        report_messages(system, EVENT_RELOAD_REFUSED, life->file, &next->messages);
    } else {
        system->report(system->self, EVENT_RELOAD_REFUSED, inserts, 2);
        notes_add(&notes, "message", life->file, "error", text);
    }
    broker_tell(life->broker, SHMB_RELOAD_REFUSED, &notes);
    notes_free(&notes);
}

static enum sys_status apply(struct life *life, struct setup *next, struct sys_failure *why)
{
    const struct system *system = life->system;
    struct apply_result result;
    struct broker_counts counts;
    char **anew;
    size_t count;
    enum sys_status status = system->recreate_names(system->self, &anew, &count, why);

    if (status == SYS_OK)
        status = broker_reload(life->broker, next->inventory, anew, count, &result, why);
    else
        return status;
    free_names(anew, count);
    if (status != SYS_OK)
        return status;
    report_reloaded(life, &result);
    setup_notes(next, &result.notes);
    counts = broker_counts(life->broker);
    broker_tell(life->broker,
                result.failed + counts.missing + counts.deferred > 0 ? SHMB_RELOAD_INCOMPLETE
                                                                     : SHMB_RELOAD_APPLIED,
                &result.notes);
    notes_free(&result.notes);
    return SYS_OK;
}

/* What is served changes as a whole or not at all. */
static void reload(struct life *life)
{
    struct sys_failure why = {0};
    struct setup *next = new_setup(life), *former = life->setup;
    struct setup none = {0};
    enum shmb_exit code;

    broker_tell_begin(life->broker);
    if (next == NULL) {
        (void)report_short_of_memory(&why);
        refuse(life, &none, &why);
        return;
    }
    code = setup_read(life->system, life->system, life->file, CONFIGURATION_STRICT, next);
    if (code == SHMB_EXIT_SYSTEM)
        (void)report_short_of_memory(&why);
    if (setup_unreadable(next))
        why = next->configuration.files[0].why;
    if (code != SHMB_EXIT_DONE || apply(life, next, &why) != SYS_OK) {
        refuse(life, next, &why);
        setup_free(next);
        free(next);
        return;
    }
    life->setup = next;
    life->last_good = life->expand_due = false;
    notes_free(&life->lasting);
    settle_trustees(life, former);
    setup_free(former);
    free(former);
    broker_tell_lasting(life->broker, &life->lasting);
    keep_last_good(life);
    watch(life);
}

static void hold(struct life *life)
{
    const struct system *system = life->system;
    enum sys_wake wake;

    if (stopping(system))
        return;
    system->running(system->self);
    report_running(life);
    settle_trustees(life, NULL);
    keep_last_good(life);
    broker_tell_lasting(life->broker, &life->lasting);
    watch(life);
    for (;;) {
        wake = system->wait(system->self, delay(life));
        if (wake == SYS_WAKE_STOP)
            return;
        if (wake == SYS_WAKE_RELOAD || wake == SYS_WAKE_CHANGED) {
            reload(life);
        } else {
            broker_retry(life->broker);
            retry_pending(life);
        }
    }
}

static enum shmb_exit serve(struct life *life)
{
    struct sys_failure why;

    switch (broker_start(life->system, life->setup->inventory, &life->broker, &why)) {
    case SYS_OK:
        break;
    case SYS_TAKEN:
        return SHMB_EXIT_CONFLICT;
    case SYS_DENIED:
        return SHMB_EXIT_DENIED;
    default:
        return SHMB_EXIT_SYSTEM;
    }
    hold(life);
    report_stopped(life->system, broker_stop(life->broker));
    return SHMB_EXIT_DONE;
}

/* Before there is a broker; that it cannot be read is said when there is one. */
static void load_memory(struct life *life)
{
    struct sys_failure unused;

    life->memory = state_new(life->system, "");
    if (life->memory != NULL)
        (void)state_load(life->memory, &unused);
}

enum shmb_exit lifecycle_run(const struct system *system, const char *file)
{
    struct life life = {.system = system, .file = file, .delay = DELAY_FIRST_MS};
    enum shmb_exit code;

    life.setup = new_setup(&life);
    if (life.setup == NULL) {
        report_no_memory(system);
        return SHMB_EXIT_SYSTEM;
    }
    load_memory(&life);
    code = prepare(&life);
    if (stopping(system)) {
        report_stopped(system, 0);
        code = SHMB_EXIT_DONE;
    } else if (code == SHMB_EXIT_DONE) {
        code = serve(&life);
    }
    notes_free(&life.lasting);
    setup_free(life.setup);
    free(life.setup);
    state_free(life.memory);
    return code;
}
