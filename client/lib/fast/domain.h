/*
 * domain.h - the lock domain of a writer set (slots.h), and the calling thread's identity in it.
 *
 * A thread gets a slot with its first lock in a domain, and keeps it until it ends, or closes the
 * last handle of the process: the slot belongs to the thread, not to a handle.
 */
#ifndef LIB_DOMAIN_H
#define LIB_DOMAIN_H

#include <stdint.h>

#include "result.h"
#include "thread.h"

struct domain;

/* A thread's slot. Only that thread uses it. */
struct seat {
    uint64_t identity; /* for lock words; a program can make it come twice */
    uint64_t number;   /* in this process; never comes twice */
    uint32_t uses;     /* tables of shmb_fast.h with this slot */
    uint32_t slot;
    struct domain *domain;
    struct thread_self self;

    /* For domain.c alone. */
    struct seat *next; /* of the same thread */
    struct seat *next_of_all, **before;
};

/*
 * Opens the slots with this number, for a handle that may write. `slot_count` is that of the
 * directory; `owner` as for trust_check. All handles of the process share one record. Leave it
 * with domain_leave. SHMB_NOT_FOUND, SHMB_ACCESS_DENIED, SHMB_NOT_OURS, SHMB_CORRUPT,
 * SHMB_NO_MEMORY, SHMB_SYSTEM; `*out` is NULL then.
 */
int32_t domain_join(uint32_t number, uint32_t slot_count, const char *owner, struct domain **out,
                    struct fault *fault);

/* A handle closes; with the last one, the calling thread gives its slot back. NULL is allowed. */
void domain_leave(struct domain *domain);

/*
 * The calling thread's seat; a thread takes a slot with the first call. SHMB_NO_SLOT: other
 * threads have all of them. SHMB_NO_MEMORY. SHMB_NO_BROKER, SHMB_NOT_FOUND, SHMB_ACCESS_DENIED,
 * SHMB_NOT_OURS: no mutex of a slot can be opened.
 */
int32_t domain_seat(struct domain *domain, struct seat **seat, struct fault *fault);

/* The one for this domain of a thread's seats, from `seats` on. NULL: none. */
static inline struct seat *domain_seat_among(struct seat *seats, const struct domain *domain)
{
    while (seats != NULL && seats->domain != domain)
        seats = seats->next;
    return seats;
}

/* The same without taking a slot. NULL: the thread has none. */
static inline struct seat *domain_known_seat(const struct domain *domain)
{
    return domain_seat_among((struct seat *)thread_get(THREAD_SEATS), domain);
}

/* The same without a call. NULL: the thread has none, or it takes a call to tell. */
static inline struct seat *domain_seat_at_once(const struct domain *domain)
{
    return domain_seat_among((struct seat *)thread_get_at_once(THREAD_SEATS), domain);
}

/* The one with this number in which the calling thread has a slot. NULL: it has none there. */
struct domain *domain_of_thread(uint32_t number, uint32_t slot_count);

/* The identity alone. Results as domain_seat. */
int32_t domain_identity(struct domain *domain, uint64_t *identity, struct fault *fault);

#endif
