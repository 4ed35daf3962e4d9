/*
 * expand.h - full paths from the paths and patterns in a configuration.
 */
#ifndef EXPAND_H
#define EXPAND_H

#include "system.h"

/* As system_files.h's `resolve_path`. */
enum sys_status expand_path(const char *base, const char *path, char **out,
                            struct sys_failure *why);

/*
 * As system_files.h's `expand`. Wildcards do not match what `apply` puts beside a configuration
 * (beside.h).
 *
 * safe  the folder must pass file_check_way
 * also  absolute path of a file that counts as one that is there, and not hidden; NULL: none
 */
enum sys_status expand_pattern(const char *base, const char *pattern, bool safe, const char *also,
                               char ***paths, size_t *count, struct sys_failure *why);

#endif
