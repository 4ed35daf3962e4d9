/*
 * read_companions.h - what a segment has beside it, but for the names: lock and snapshots, of a
 * segment of the file (read_segment.h) and of those that are requested (read_requests.h).
 */
#ifndef CFG_READ_COMPANIONS_H
#define CFG_READ_COMPANIONS_H

#include "read_value.h"

/*
 * Reads `lock`; `node` NULL: not written, so the default, a mutex. Sets the kind and what belongs
 * to it. `*name` becomes the node of its name, NULL: none is written; `name` NULL: a name is an
 * error. Returns true if there is a lock; false also after an error in `lock` as a whole.
 */
bool read_lock(struct reader *reader, const struct node *node, const struct path *path,
               struct cfg_lock *lock, const struct node **name);

/*
 * Reads `snapshots` of segments of at most `size` bytes. True: double. False: sequence, or an
 * error was added.
 */
bool read_snapshots_double(struct reader *reader, const struct node *node, const struct path *path,
                           uint64_t size);

#endif
