/*
 * read_queue.h - one entry of queues.
 */
#ifndef CFG_READ_QUEUE_H
#define CFG_READ_QUEUE_H

#include "read_value.h"

/* Reads the keys of a queue; `key` is its name, for errors about what is missing. */
void read_queue(struct reader *reader, const struct node *key, const struct node *node,
                const struct path *path, struct cfg_object *object);

#endif
