/*
 * config_watch.h - has the files of a configuration watched, where it says so.
 */
#ifndef CORE_CONFIG_WATCH_H
#define CORE_CONFIG_WATCH_H

#include "config_files.h"
#include "system.h"

/*
 * Watches every file of the configuration, used or left out, and every pattern
 * it includes by, for files that are not there yet; nothing where `watch` is
 * not asked for. `file` is what the main file is called in events. What cannot
 * be watched is reported, except a folder that does not exist.
 */
void config_watch_begin(const struct system *system, const char *file,
                        const struct config_files *config);

#endif
