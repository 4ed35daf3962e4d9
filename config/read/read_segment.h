/*
 * read_segment.h - one segment, its lock and its change events.
 */
#ifndef CFG_READ_SEGMENT_H
#define CFG_READ_SEGMENT_H

#include "read_value.h"

/*
 * Reads the entry of a segment into `object`, whose name is already set (NULL: the name
 * cannot be used). `key` is the node of the name, `node` its value.
 */
void read_segment(struct reader *reader, const struct node *key, const struct node *node,
                  const struct path *path, struct cfg_object *object);

#endif
