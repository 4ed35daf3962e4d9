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
#include "ownership.h"
#include "result.h"
#include "section.h"
#include "shared_section.h"

/* What a handle has that was opened without a directory (block_get). */
struct early {
    bool denied;              /* the directory, or what has its name, could not be read */
    volatile uint32_t found;  /* there is one by now */
    volatile uint64_t listed; /* when stand-ins were looked for last, as GetTickCount64 */
};

/* What a handle to a segment with double snapshots has open besides. */
struct pair_part {
    HANDLE section;
    struct section_view view;
    struct section_view all; /* all of the segment; only where the handle's view is a part of it */
};

struct shmb_segment {
    /* Set when the segment is opened, constant from then on. First what each snapshot needs. */
    struct section_view view;
    uint64_t size;            /* bytes at view.data */
    uint64_t generation;      /* as in `info` */
    struct shmb_block *block; /* in control; NULL: opened without directory, or it has none */
    struct shmb_pair *pair;   /* in pair_part.view; NULL: no double snapshots, or no block */
    size_t pair_half;         /* bytes of a half of it */
    size_t pair_offset;       /* of the view in a half */
    struct shmb_info info;
    uint32_t rights;
    char owner[OWNER_SID_MAX]; /* one more owner to trust, or empty */
    HANDLE section;            /* open as long as the view: it keeps the name alive */
    struct shared_section *control;
    uint32_t control_number, control_block; /* 0: opened without directory, or it has none */
    struct pair_part pair_part;
    struct early *early;         /* NULL: opened by the directory, or private memory */
    bool damaged;                /* a program has damaged the block before (block_check) */
    struct ownership *ownership; /* shared with the other handles of the segment */
    uint32_t slots, slot_count;  /* of a fast lock: its domain, see slots.h; 0: none so far */

    volatile PVOID fast_lock; /* struct word_lock, made by the first thread that needs it */

    volatile uint32_t lock_trusted; /* the owner of ownership->mutex was checked for this handle */

    /* The change events. Each is opened by the first thread that needs it. */
    volatile PVOID changed[SHMB_CHANGE_EVENTS];
    volatile uint32_t mute; /* an event could not be opened to signal it: do not try again */

    /* Who waits for changes (waiters.h); opened by the first thread that needs it. */
    bool has_waiters;             /* the directory says so */
    volatile PVOID waiters;       /* struct shared_section */
    volatile uint32_t no_waiters; /* it could not be opened: do not try again */
    volatile uint32_t tampered;   /* a program has lowered what another one stored there */

    /* Its part of the members of the ownership with these names, for shmb_close. */
    struct share locks, writes;
    struct shmb_segment *next_writer; /* in the list `writers` there */
};

/*
 * A handle with nothing open yet, to be freed with handle_free. `owner`: one more
 * owner to trust, as trust_owner wrote it, or "". NULL: out of memory.
 */
struct shmb_segment *handle_new(uint32_t rights, const char *owner);

/*
 * Joins the handle to the other ones of its segment, when name, lock and block are known.
 * SHMB_OK or SHMB_NO_MEMORY.
 */
int32_t handle_join(struct shmb_segment *segment);

/*
 * Notes that the handle is opened without the directory. SHMB_OK or SHMB_NO_MEMORY. `denied`: as
 * in struct early.
 */
int32_t handle_early(struct shmb_segment *segment, bool denied);

/*
 * A handle of the same segment that only its change number and its change events can be used of,
 * however the first one ends. It belongs to no ownership. NULL: out of memory.
 */
struct shmb_segment *handle_to_watch(const struct shmb_segment *segment);

/* Does the segment have a lock? Is that a fast lock? */
bool handle_has_lock(const struct shmb_segment *segment);
bool handle_has_fast_lock(const struct shmb_segment *segment);

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
