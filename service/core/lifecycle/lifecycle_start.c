/*
 * Tries the files first, without included files that have errors, then the last good configuration.
 * Checks for a stop before it reports an error: a stop cuts look-ups short.
 */
#include "lifecycle_start.h"

#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "last_good.h"
#include "names.h"

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

/* Logs and notes the included files that were left out. */
static void leave_out(struct lifecycle *life)
{
    const struct config_files *configuration = &life->desired->configuration;
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct config_file *file = &configuration->files[i];

        if (!file->left_out)
            continue;
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
                            CONFIG_FILES_FORGIVING, last);
    last_good_free(saved);
    if (code != SHMB_EXIT_DONE) {
        lifecycle_free_desired(last);
        return false;
    }
    life->last_good = true;
    report_lines_add(&life->left_out, "degraded", life->file, "last-good",
                     "it cannot be used; the last good configuration is served");
    /* The errors of the main file, whose messages end here. */
    if (desired_unreadable(life->desired))
        log_unreadable(system, EVENT_LAST_GOOD_USED, life->desired);
    else
        event_log_messages(system, EVENT_LAST_GOOD_USED, life->file, &life->desired->messages);
    lifecycle_free_desired(life->desired);
    life->desired = last;
    return true;
}

enum shmb_exit lifecycle_start(struct lifecycle *life)
{
    const struct system *system = life->system;
    enum shmb_exit code =
        desired_read(system, system, life->file, CONFIG_FILES_FORGIVING, life->desired);

    if (lifecycle_stopping(life))
        return code;
    if (code == SHMB_EXIT_NOT_SO && use_last_good(life))
        return SHMB_EXIT_DONE;
    if (lifecycle_stopping(life))
        return code;
    if (code != SHMB_EXIT_DONE) {
        log_unusable(life, life->desired, code);
        return code;
    }
    leave_out(life);
    if (life->desired->messages.warnings > 0)
        event_log_messages(system, EVENT_CONFIG_WARNING, life->file, &life->desired->messages);
    return code;
}
