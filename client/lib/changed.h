/*
 * changed.h - the events that tell of changes, for the files that write.
 */
#ifndef LIB_CHANGED_H
#define LIB_CHANGED_H

#include "handle.h"

/*
 * Around a change, by the thread that makes it: before the sequence becomes odd,
 * and behind all. changed_prepare numbers the change in segment->change. What
 * cannot be signalled is not: who waits looks again by itself.
 */
void changed_prepare(struct shmb_segment *segment, const struct shmb_block *block);
void changed_tell(struct shmb_segment *segment);

/* The number now, as shmb_change_number. */
int32_t changed_number(const struct shmb_segment *segment, uint64_t *number);

#endif
