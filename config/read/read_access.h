/*
 * read_access.h - access lists: trustees by level.
 */
#ifndef CFG_READ_ACCESS_H
#define CFG_READ_ACCESS_H

#include "read_value.h"

/*
 * Reads the value of an `access` key. The word CFG_REQUESTER is an error. NULL: an error was
 * added, or no memory.
 */
const struct cfg_access *read_access(struct reader *reader, const struct node *node,
                                     const struct path *path);

/*
 * Reads `access` of a rule: the same, but CFG_REQUESTER may be a trustee, spelt so in the model;
 * under deny it is an error.
 */
const struct cfg_access *read_rule_access(struct reader *reader, const struct node *node,
                                          const struct path *path);

/*
 * Reads `who` of a rule: a trustee, a list of them, or allow and deny. Who may ask has level read,
 * the others have level deny. NULL: an error was added, or no memory.
 */
const struct cfg_access *read_who(struct reader *reader, const struct node *node,
                                  const struct path *path);

#endif
