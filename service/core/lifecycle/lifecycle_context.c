/*
 * What start, reload and pending accounts share. Remembered SIDs come from the broker's state;
 * before there is a broker, from the state file itself.
 */
#include "lifecycle_context.h"

#include <stdio.h>
#include <stdlib.h>

#include "config_watch.h"
#include "event_text.h"
#include "last_good.h"

#define LAST_GOOD_AGAIN_MS 30000u

/* The state file as far as it can be read, for remembered SIDs; NULL: no memory. */
static const struct state *load_memory(struct lifecycle *life)
{
    struct lifecycle_memory *memory = &life->memory;

    if (memory->asked)
        return memory->state;
    memory->asked = true;
    /*
     * No boot has the empty text, so objects and keepers in the file are skipped. The SIDs hold for
     * every boot.
     */
    memory->state = state_new(life->system, "");
    if (memory->state == NULL)
        (void)failure_no_memory(&memory->why);
    else
        (void)state_load(memory->state, &memory->why);
    return memory->state;
}

static const char *remembered_sid(void *context, const char *account)
{
    struct lifecycle *life = context;
    const struct state *state =
        life->broker != NULL ? broker_state(life->broker) : load_memory(life);

    return state != NULL ? state_sid(state, account) : NULL;
}

struct desired *lifecycle_new_desired(struct lifecycle *life)
{
    struct desired *desired = calloc(1, sizeof(*desired));

    if (desired != NULL) {
        desired->memory = remembered_sid;
        desired->memory_context = life;
        desired->more = requests_more;
        desired->more_context = life->requests;
    }
    return desired;
}

void lifecycle_free_desired(struct desired *desired)
{
    if (desired != NULL)
        desired_free(desired);
    free(desired);
}

bool lifecycle_stopping(const struct lifecycle *life)
{
    return life->system->stopping(life->system->self);
}

void lifecycle_lasting(const struct lifecycle *life, struct report_lines *out)
{
    *out = (struct report_lines){0};
    report_lines_append(out, &life->left_out);
    report_lines_append(out, &life->pending);
    report_lines_append(out, &life->held);
    report_lines_append(out, &life->unsaved);
    report_lines_append(out, &life->unwatched);
    report_lines_append(out, &life->unwritten);
    report_lines_append(out, &life->unlogged);
}

void lifecycle_report_lasting(const struct lifecycle *life)
{
    struct report_lines all;

    lifecycle_lasting(life, &all);
    broker_report_lasting(life->broker, &all);
}

static bool is_empty(const struct report_lines *lines)
{
    return lines->count + lines->left_out == 0;
}

/* The accounts of two configurations. */
struct accounts {
    const struct trustees *former, *now;
};

/* An account that neither names is of another file, whose broker used this state. */
static bool stays(void *context, const char *account)
{
    const struct accounts *accounts = context;

    return trustees_has(accounts->now, account) || !trustees_has(accounts->former, account);
}

void lifecycle_forget(struct lifecycle *life, const struct desired *former)
{
    struct accounts accounts = {former->known, life->desired->known};

    /* A file that could not be read may name others. */
    if (!is_empty(&life->left_out) || !is_empty(&life->held))
        return;
    broker_forget_copies(life->broker, former->inventory);
    state_forget_sids(broker_state(life->broker), stays, &accounts);
}

/* Puts the lines in the place of `lines`, and reports them. */
static void report_anew(const struct lifecycle *life, struct report_lines *lines,
                        const struct report_lines *next)
{
    bool changed = !is_empty(lines) || !is_empty(next);

    report_lines_free(lines);
    *lines = *next;
    if (changed)
        lifecycle_report_lasting(life);
}

/*
 * Logs that the last good configuration cannot be saved, and why; once, and not where the state,
 * which is in the same folder, cannot be written either.
 */
static void log_unsaved(struct lifecycle *life, const struct sys_failure *why)
{
    struct sys_failure failure = *why;

    if (!is_empty(&life->unsaved) || state_trouble(broker_state(life->broker)) != NULL)
        return;
    (void)snprintf(failure.text, sizeof(failure.text), "%.*s; this was the last good configuration",
                   SYS_TEXT_MAX - 64, why->text);
    event_log_state(life->system, &failure);
    life->unsaved_logged = true;
}

void lifecycle_save_last_good(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct report_lines unsaved = {0};
    struct sys_failure why;
    char text[REPORT_FAILURE];

    if (!desired_is_whole(life->desired) || life->last_good) {
        config_files_forget_contents(&life->desired->configuration);
        return;
    }
    if (last_good_save(system, &life->desired->configuration, &why) != SYS_OK) {
        log_unsaved(life, &why);
        event_failure_text(&why, text);
        report_lines_add(&unsaved, "degraded", life->file, "unsaved", text);
    } else if (life->unsaved_logged) {
        event_log_state_recovered(system, "the last good configuration");
        life->unsaved_logged = false;
    }
    /* A failure is retried with them. */
    if (is_empty(&unsaved))
        config_files_forget_contents(&life->desired->configuration);
    report_anew(life, &life->unsaved, &unsaved);
}

uint32_t lifecycle_save_last_good_delay(const struct lifecycle *life)
{
    return is_empty(&life->unsaved) ? UINT32_MAX : LAST_GOOD_AGAIN_MS;
}

void lifecycle_watch(struct lifecycle *life)
{
    struct report_lines unwatched = {0};
    struct sys_failure why;
    char text[REPORT_FAILURE];

    if (!config_watch_begin(life->system, life->file, &life->desired->configuration, &why)) {
        event_failure_text(&why, text);
        report_lines_add(&unwatched, "degraded", life->file, "unwatched", text);
    }
    report_anew(life, &life->unwatched, &unwatched);
}
