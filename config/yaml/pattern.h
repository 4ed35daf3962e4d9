/*
 * pattern.h - names with wildcards: which files an include matches, and which names a rule.
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

/* True if any part of the path has a wildcard. */
bool pattern_has_wildcard(const char *path);

/* The last part of a path: what follows the last separator. */
const char *pattern_last_part(const char *path);

/*
 * Checks a path as written in a configuration. Returns what is wrong with it and what
 * to do, or NULL. Wildcards are allowed only in the last part, and only with
 * `wildcards`.
 */
const char *pattern_fault(const char *path, size_t length, bool wildcards);

/*
 * True if a name matches `pattern`: that of a file the last part of a path, or that of an object
 * the pattern of a rule.
 */
bool pattern_match(const char *pattern, const char *name);

/*
 * True if all that `other` matches is matched by `pattern`, too. False also where that is true but
 * hard to see, as for `a?*` and `a*?`.
 */
bool pattern_covers(const char *pattern, const char *other);

/* Orders paths by character, without case, then with it. Returns as strcmp does. */
int pattern_compare(const char *a, const char *b);

#endif
