/*
 * expand.h - paths as a configuration writes them.
 */
#ifndef EXPAND_H
#define EXPAND_H

#include "system.h"

/* As system.h's `resolve_path`. */
enum sys_status expand_path(const char *base, const char *path, char **out,
                            struct sys_failure *why);

/* As system.h's `expand`; `safe` false: folders are not judged. */
enum sys_status expand_pattern(const char *base, const char *pattern, bool safe, char ***paths,
                               size_t *count, struct sys_failure *why);

#endif
