/*
 * handle.h - struct shmb_segment: an open segment.
 *
 * All sizes and decisions come from here, the process's own memory: other
 * programs can change shared memory at any time.
 */
#ifndef LIB_HANDLE_H
#define LIB_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "control.h"
#include "names.h"
#include "owner.h"
#include "result.h"
#include "section.h"

struct shmb_segment {
    /* Set when the segment is opened, constant from then on. */
    struct shmb_info info;
    uint32_t rights;
    char owner[OWNER_SID_MAX]; /* one more owner to trust, or empty */
    HANDLE section;            /* open as long as the view: it keeps the name alive */
    struct section_view view;
    uint64_t size; /* bytes at view.data */
    HANDLE control;
    struct section_view control_view;
    struct shmb_block *block; /* in control_view; NULL: opened without directory, or spoiled */
    bool spoiled;             /* there is a control section, but its header is invalid */

    /* The lock. `mutex` is opened by the first thread that needs it. */
    volatile PVOID mutex;
    volatile uint32_t holder; /* thread that holds it, as far as this handle knows; 0: none */

    /* The change events. Each is opened by the first thread that needs it. */
    volatile PVOID changed[SHMB_CHANGE_EVENTS];
    volatile uint32_t mute; /* an event could not be opened to signal it: do not try again */

    /* Only the lock's holder uses these; without a lock, the thread that writes. */
    uint32_t depth;
    bool writing;      /* between begin and end */
    uint64_t sequence; /* its value while writing */
    uint64_t change;   /* number of the change in progress */
    bool filling;      /* shmb_first said 1, and shmb_init_done was not called yet */
};

/*
 * A handle with nothing open yet, to be freed with handle_free. `owner`: one more
 * owner to trust, as trust_owner wrote it, or "". NULL: out of memory.
 */
struct shmb_segment *handle_new(uint32_t rights, const char *owner);

/* Closes and unmaps everything, and frees the handle. NULL is allowed. */
void handle_free(struct shmb_segment *segment);

/*
 * Cuts the `count` bytes at `offset` to what is mapped; `*length` is what is left.
 * SHMB_RANGE: the start lies beyond the end. SHMB_BAD_ARGUMENT: no segment, or no
 * buffer although bytes are left. On failure `*length` is 0.
 */
int32_t handle_range(const struct shmb_segment *segment, uint64_t offset, const void *buffer,
                     uint64_t count, size_t *length);

#endif
