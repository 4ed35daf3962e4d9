/*
 * read_patterns.h - the names of a rule: patterns of what may be requested.
 */
#ifndef CFG_READ_PATTERNS_H
#define CFG_READ_PATTERNS_H

#include "read_value.h"

/*
 * Reads `names`, a pattern or a list of them, into `rule`. A pattern that is wrong is left out,
 * and an error was added.
 */
void read_patterns(struct reader *reader, const struct node *node, const struct path *path,
                   struct cfg_rule *rule);

#endif
