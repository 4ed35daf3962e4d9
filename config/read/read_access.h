/*
 * read_access.h - an access list: trustees by level.
 */
#ifndef CFG_READ_ACCESS_H
#define CFG_READ_ACCESS_H

#include "read_value.h"

/* Reads the value of an `access` key. NULL: an error was added, or no memory. */
const struct cfg_access *read_access(struct reader *reader, const struct node *node,
                                     const struct path *path);

#endif
