/*
 * read_object.h - one entry of segments, mutexes, events, semaphores or queues.
 */
#ifndef CFG_READ_OBJECT_H
#define CFG_READ_OBJECT_H

#include "read_value.h"

/*
 * Reads the entry `item` of the group at path `group` into the next free slot of
 * `reader->cfg->objects`; the caller has made room. An object whose name cannot be
 * used is not counted.
 */
void read_object(struct reader *reader, enum shmb_kind kind, const struct node_item *item,
                 const struct path *group);

#endif
