/*
 * read_initial.h - the initial content of a segment.
 */
#ifndef CFG_READ_INITIAL_H
#define CFG_READ_INITIAL_H

#include "read_value.h"

/*
 * Reads the value of an `initial` key. After an error the content is empty. NULL: no mapping, or
 * no memory.
 */
struct cfg_initial *read_initial(struct reader *reader, const struct node *node,
                                 const struct path *path);

#endif
