/*
 * queue_handle.h - struct shmb_queue: an open queue, and its port to Win32.
 */
#ifndef LIB_QUEUE_HANDLE_H
#define LIB_QUEUE_HANDLE_H

#include <windows.h>

#include "names.h"
#include "owner.h"
#include "queue_ring.h"
#include "result.h"
#include "section.h"
#include "word_lock.h"

struct shmb_queue {
    /* Set when the queue is opened, constant from then on. */
    char name[SHMB_NAME_BYTES];
    char lock_name[SHMB_NAME_BYTES + sizeof(SHMB_LOCK_SUFFIX)];
    char owner[OWNER_SID_MAX]; /* one more owner to trust, or empty */
    uint32_t rights;
    HANDLE section; /* open as long as the view: it keeps the name alive */
    struct section_view view;
    struct domain *domain; /* NULL: opened to read, or the broker has no slots */

    struct ring ring;
    struct word_lock put_lock, get_lock;
    volatile PVOID events[2]; /* by enum ring_event; opened by the first thread that needs one */
};

/* One call, which is the context of the ring's port. */
struct queue_call {
    struct shmb_queue *queue;
    int32_t result; /* of a port that failed; SHMB_OK: none of the queue's own did */
    struct fault fault;
    struct word_call word;
    struct fast_lock lock;
};

/*
 * A handle with nothing open yet, to be freed with queue_free. `owner`: one more owner to trust, as
 * trust_owner wrote it, or "". NULL: out of memory.
 */
struct shmb_queue *queue_new(const char *name, uint32_t rights, const char *owner);

/* Closes and unmaps everything, and frees the handle. NULL is allowed. */
void queue_free(struct shmb_queue *queue);

/*
 * The section is mapped: prepares ring and locks. `entry` is that of the directory. SHMB_CORRUPT:
 * it does not fit the section.
 */
int32_t queue_begin(struct shmb_queue *queue, const struct shmb_entry *entry, struct fault *fault);

/* The event of an end; the first thread opens it. The handle belongs to the queue. */
int32_t queue_event(struct shmb_queue *queue, enum ring_event which, HANDLE *out,
                    struct fault *fault);

/* The result of a step; describes a failure. */
int32_t queue_result(const struct queue_call *call, enum ring_result step, struct fault *fault);

#endif
