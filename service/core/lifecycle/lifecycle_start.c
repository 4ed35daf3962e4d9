/*
 * Tries the files first, without included files that have errors, then the last good configuration.
 * Checks for a stop before it reports an error: a stop cuts look-ups short.
 */
#include "lifecycle_start.h"

#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "held_files.h"
#include "last_good.h"
#include "names.h"

/* For files that another program holds, in all; then for the main file, see read_files. */
#define PATIENCE_MS 10000u
#define WAIT_MS     60000u

static void log_unreadable(const struct system *system, enum event_id event,
                           const struct desired *desired)
{
    char text[REPORT_FAILURE];
    const char *inserts[] = {desired->configuration.files[0].path, text};

    event_failure_text(&desired->configuration.files[0].why, text);
    system->log(system->self, event, inserts, 2);
}

/* Logs the errors of one file. */
static void log_errors(const struct lifecycle *life, enum event_id event, const char *file,
                       const struct desired *desired)
{
    struct cfg_messages errors = desired->messages;
    size_t i;

    errors.items = calloc(errors.count + 1, sizeof(*errors.items));
    errors.count = errors.errors = 0;
    for (i = 0; errors.items != NULL && i < desired->messages.count; i++) {
        const struct cfg_message *message = &desired->messages.items[i];

        if (message->severity != CFG_ERROR || strcmp(message->file, file) != 0)
            continue;
        errors.items[errors.count++] = *message;
        errors.errors++;
    }
    event_log_messages(life->system, event, file, &errors);
    free(errors.items);
}

/* Logs why the configuration cannot be used; nothing after a stop, which cuts look-ups short. */
static void log_unusable(const struct lifecycle *life, const struct desired *desired,
                         enum shmb_exit code)
{
    const struct system *system = life->system;

    if (lifecycle_stopping(life))
        return;
    if (desired_unreadable(desired))
        log_unreadable(system, EVENT_CONFIG_UNREADABLE, desired);
    else if (desired->messages.errors > 0)
        event_log_messages(system, EVENT_CONFIG_INVALID, life->file, &desired->messages);
    if (code == SHMB_EXIT_SYSTEM && !desired_unreadable(desired))
        event_log_no_memory(system);
}

/*
 * Logs and notes the included files that were left out. One that another program holds has no
 * errors: that is logged for all of them together.
 */
static void leave_out(struct lifecycle *life)
{
    const struct config_files *configuration = &life->desired->configuration;
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct config_file *file = &configuration->files[i];

        if (!file->left_out)
            continue;
        if (file->status == SYS_LATER) {
            report_lines_add(&life->left_out, "degraded", file->path, "left-out",
                             "another program holds it");
            held_files_begin(life, life->desired, "its objects are not served");
            continue;
        }
        report_lines_add(&life->left_out, "degraded", file->path, "left-out", "it has errors");
        log_errors(life, EVENT_INCLUDE_LEFT_OUT, file->path, life->desired);
    }
}

/* False for the last good configuration of another main file. */
static bool is_of_this_file(const struct lifecycle *life, const struct last_good *saved)
{
    const struct system *system = life->system;
    const char *main = last_good_main(saved);
    char *path;
    bool same;

    if (system->files.resolve_path(system->self, NULL, life->file, &path, NULL) != SYS_OK)
        return false;
    same = shmb_name_same(path, strlen(path), main, strlen(main));
    free(path);
    return same;
}

static bool is_main_held(const struct desired *desired)
{
    return desired_unreadable(desired) && desired_is_held(desired);
}

/* The main file cannot be used. True: the last good configuration is used instead. */
static bool use_last_good(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct desired *last = lifecycle_new_desired(life);
    struct last_good *saved = NULL;
    struct sys_failure why;
    enum shmb_exit code = SHMB_EXIT_SYSTEM;

    if (last != NULL && last_good_open(system, &saved, &why) == SYS_OK &&
        is_of_this_file(life, saved))
        code = desired_read(system, last_good_port(saved), last_good_main(saved),
                            CONFIG_FILES_FORGIVING, 0, last);
    last_good_free(saved);
    if (code != SHMB_EXIT_DONE) {
        lifecycle_free_desired(last);
        return false;
    }
    life->last_good = true;
    report_lines_add(&life->left_out, "degraded", life->file, "last-good",
                     "it cannot be used; the last good configuration is served");
    /* The errors of the main file, whose messages end here. */
    if (is_main_held(life->desired))
        held_files_begin(life, life->desired, "the last good configuration is served");
    else if (desired_unreadable(life->desired))
        log_unreadable(system, EVENT_LAST_GOOD_USED, life->desired);
    else
        event_log_messages(system, EVENT_LAST_GOOD_USED, life->file, &life->desired->messages);
    lifecycle_free_desired(life->desired);
    life->desired = last;
    return true;
}

/*
 * Another program holds files. Without them their objects would count as no longer wanted, and
 * the keeper's would be lost. True: their last good content is used instead.
 */
static bool use_stored(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct desired *mixed = lifecycle_new_desired(life);
    const char *path = life->desired->configuration.held.path;
    struct last_good *saved = NULL;
    enum shmb_exit code = SHMB_EXIT_SYSTEM;
    bool used = false;

    if (mixed != NULL && last_good_open(system, &saved, NULL) == SYS_OK &&
        is_of_this_file(life, saved)) {
        code = desired_read(system, last_good_instead(saved), life->file, CONFIG_FILES_FORGIVING, 0,
                            mixed);
        used = last_good_used(saved) > 0;
    }
    last_good_free(saved);
    if (code != SHMB_EXIT_DONE || !used) {
        lifecycle_free_desired(mixed);
        return false;
    }
    life->last_good = true;
    held_files_begin(life, life->desired, "the last good content of it is served");
    report_lines_add(&life->left_out, "degraded", path, "last-good",
                     "another program held it at the start; its last good content is served");
    lifecycle_free_desired(life->desired);
    life->desired = mixed;
    return true;
}

/* A new configuration to read into, instead of the one just read. False: no memory. */
static bool renew(struct lifecycle *life)
{
    struct desired *fresh = lifecycle_new_desired(life);

    if (fresh == NULL)
        return false;
    lifecycle_free_desired(life->desired);
    life->desired = fresh;
    return true;
}

/*
 * Reads the files. While another program holds the main file and there is no last good content of
 * it, tries again for a minute: without it nothing can be served. `*last_good`: the last good
 * configuration is served as a whole, and that is logged.
 */
static enum shmb_exit read_files(struct lifecycle *life, bool *last_good)
{
    const struct system *system = life->system;
    uint64_t begun = system->clock.ticks(system->self);

    for (;;) {
        enum shmb_exit code = desired_read(system, system, life->file, CONFIG_FILES_FORGIVING,
                                           PATIENCE_MS, life->desired);

        if (lifecycle_stopping(life) || code == SHMB_EXIT_SYSTEM)
            return code;
        if (desired_is_held(life->desired) && use_stored(life))
            return SHMB_EXIT_DONE;
        *last_good = code == SHMB_EXIT_NOT_SO && use_last_good(life);
        if (*last_good)
            return SHMB_EXIT_DONE;
        if (code == SHMB_EXIT_DONE || !is_main_held(life->desired) || lifecycle_stopping(life) ||
            system->clock.ticks(system->self) - begun >= WAIT_MS)
            return code;
        held_files_begin(life, life->desired, "the start waits for it for a minute");
        if (!renew(life))
            return SHMB_EXIT_SYSTEM;
    }
}

enum shmb_exit lifecycle_start(struct lifecycle *life)
{
    const struct system *system = life->system;
    bool last_good = false;
    enum shmb_exit code = read_files(life, &last_good);

    if (lifecycle_stopping(life) || last_good)
        return code;
    if (code != SHMB_EXIT_DONE) {
        log_unusable(life, life->desired, code);
        return code;
    }
    if (!desired_is_held(life->desired) && !life->last_good)
        held_files_end(life);
    leave_out(life);
    if (life->desired->messages.warnings > 0)
        event_log_messages(system, EVENT_CONFIG_WARNING, life->file, &life->desired->messages);
    return code;
}
