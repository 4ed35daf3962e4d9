/*
 * pattern.h - which files an include means.
 *
 * A path whose last part may hold wildcards: `*` stands for any run of
 * characters, `?` for one. Names are compared without case, by the same table
 * as the names of objects. Parts of a path end with `\` or `/`.
 */
#ifndef CFG_PATTERN_H
#define CFG_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define CFG_PATH_MAX 4096u /* bytes of a path as written in a file */

/* True when the path holds a wildcard in any of its parts. */
bool pattern_has_wildcard(const char *path);

/* The last part of a path: what stands behind the last separator. */
const char *pattern_last_part(const char *path);

/*
 * What is wrong with a path as written in a configuration and what to do, or
 * NULL. Wildcards are a fault in all parts but the last, and there too unless
 * `wildcards`.
 */
const char *pattern_fault(const char *path, size_t length, bool wildcards);

/* True when the name of a file is one that the last part of a pattern means. */
bool pattern_match(const char *pattern, const char *name);

/* The order of paths: by character, without case first. As strcmp. */
int pattern_compare(const char *a, const char *b);

#endif
