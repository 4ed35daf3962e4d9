/*
 * config_watch.h - watches the files of a configuration with `watch: true`.
 */
#ifndef CORE_CONFIG_WATCH_H
#define CORE_CONFIG_WATCH_H

#include "config_files.h"
#include "system.h"

/*
 * True, or false and `*why`: a folder cannot be watched. The port retries, and a folder that it
 * can watch later counts as a change.
 *
 * Watches all files of the configuration, also those left out, and all include patterns,
 * for files that appear later. Without `watch: true` nothing is watched any more. Logs
 * EVENT_WATCH_FAILED if a folder cannot be watched, except if it does not exist. `file` is
 * the name of the main file in events.
 */
bool config_watch_begin(const struct system *system, const char *file,
                        const struct config_files *config, struct sys_failure *why);

#endif
