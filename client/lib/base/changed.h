/*
 * changed.h - the change number and the change events, for the files that write.
 */
#ifndef LIB_CHANGED_H
#define LIB_CHANGED_H

#include "handle.h"

/*
 * The writing thread calls changed_prepare before the sequence becomes odd, and
 * changed_tell after it is even again. changed_prepare sets ownership->change to
 * the number of the change. Failures are ignored: waiting programs look again by
 * themselves every SHMB_RECHECK_MS.
 */
void changed_prepare(struct shmb_segment *segment, const struct shmb_block *block);
void changed_tell(struct shmb_segment *segment);

/* The current change number. Results as shmb_change_number. */
int32_t changed_number(const struct shmb_segment *segment, uint64_t *number);

#endif
