/*
 * Called at a start and after each reload, because the files and patterns may have changed. The
 * port replaces what it watched before.
 */
#include "config_watch.h"

#include <stdlib.h>

#include "event_text.h"

/* The paths to watch; owned. */
struct paths {
    char **items;
    size_t count;
};

static void free_paths(struct paths *paths)
{
    while (paths->count > 0)
        free(paths->items[--paths->count]);
    free(paths->items);
}

static enum sys_status add(const struct system *system, const char *base, const char *path,
                           struct paths *out, struct sys_failure *why)
{
    enum sys_status status =
        system->files.resolve_path(system->self, base, path, &out->items[out->count], why);

    if (status == SYS_OK)
        out->count++;
    return status;
}

/* Collects the paths. The main file comes first: relative patterns start from its folder. */
static enum sys_status collect(const struct system *system, const struct config_files *config,
                               struct paths *out, struct sys_failure *why)
{
    const struct cfg *main = config->whole;
    enum sys_status status = SYS_OK;
    size_t i;

    out->items = calloc(config->count + main->include_count + 1, sizeof(*out->items));
    if (out->items == NULL)
        return failure_no_memory(why);
    for (i = 0; i < config->count && status == SYS_OK; i++)
        status = add(system, NULL, config->files[i].path, out, why);
    for (i = 0; i < main->include_count && status == SYS_OK; i++)
        status = add(system, out->items[0], main->includes[i].pattern, out, why);
    return status;
}

bool config_watch_begin(const struct system *system, const char *file,
                        const struct config_files *config, struct sys_failure *why)
{
    struct paths paths = {NULL, 0};
    enum sys_status status = SYS_OK;
    char text[REPORT_FAILURE];
    const char *inserts[] = {file, text};

    failure_clear(why);
    if (config->whole->watch)
        status = collect(system, config, &paths, why);
    if (status == SYS_OK)
        status =
            system->files.watch(system->self, (const char *const *)paths.items, paths.count, why);
    free_paths(&paths);
    if (status == SYS_OK || status == SYS_NOT_FOUND || !config->whole->watch)
        return true;
    event_failure_text(why, text);
    system->log(system->self, EVENT_WATCH_FAILED, inserts, 2);
    return false;
}
