/*
 * changed.h - the change number and the change events, for the files that write.
 */
#ifndef LIB_CHANGED_H
#define LIB_CHANGED_H

#include "handle.h"

/*
 * The writing thread calls changed_prepare before the sequence becomes odd, and
 * changed_signal after it is even again. changed_prepare sets ownership->change to
 * the number of the change. Failures are ignored: waiting programs look again by
 * themselves every SHMB_RECHECK_MS.
 */
void changed_prepare(struct shmb_segment *segment, const struct shmb_block *block);
void changed_signal(struct shmb_segment *segment);

/* SHMB_OK: the segment has change events. Else the public call ends with this result. */
int32_t changed_available(const struct shmb_segment *segment);

/*
 * Begins to wait for the change after number `seen`, at most `most_ms`: says that this program
 * waits. The caller then looks at the number once more, waits for `event`, `time` milliseconds at
 * most, and looks again. Results as shmb_change_event.
 */
struct changed_wait {
    HANDLE event; /* the segment's */
    DWORD time;
    uint64_t said;
};
int32_t changed_wait_begin(struct shmb_segment *segment, uint64_t seen, DWORD most_ms,
                           struct changed_wait *out, struct fault *fault);

/* Call this when the time was over before the event was set. */
void changed_wait_over(struct shmb_segment *segment, const struct changed_wait *wait);

/* The pause after so many signals in a row without a change, in milliseconds. */
DWORD changed_pause(unsigned alarms);

/* The current change number. Results as shmb_change_number. */
int32_t changed_number(const struct shmb_segment *segment, uint64_t *number);

#endif
