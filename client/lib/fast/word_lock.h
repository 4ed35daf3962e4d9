/*
 * word_lock.h - a fast lock of this process: a lock word anywhere in shared memory, with the event
 * that waiting threads sleep on, and the domain that proves deaths.
 *
 * A thread takes it once, and gives it back itself; whoever uses this counts what is taken again.
 */
#ifndef LIB_WORD_LOCK_H
#define LIB_WORD_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "domain.h"
#include "fast_lock.h"
#include "result.h"

struct word_lock {
    volatile uint64_t *word;
    struct domain *domain;
    const char *event_name; /* bare; both texts live as long as the lock */
    const char *owner;      /* as for trust_check */
    volatile PVOID event;   /* opened by the first thread that waits, or wakes another */
};

/* One call that finds the lock wanted: what the port needs, and why it failed. */
struct word_call {
    struct word_lock *lock;
    int32_t result; /* of a port that failed */
    struct fault fault;
};

/* Nothing is opened yet. End it with word_lock_end. */
void word_lock_begin(struct word_lock *lock, volatile uint64_t *word, struct domain *domain,
                     const char *event_name, const char *owner);
void word_lock_end(struct word_lock *lock);

/*
 * Takes the lock for the calling thread, which does not have it. SHMB_OK, SHMB_ABANDONED: taken;
 * `*seat` is the thread's. SHMB_TIMEOUT. SHMB_STALE: the broker has closed the lock. SHMB_CORRUPT:
 * the word is no lock word. As domain_seat; and as open_object for the event, where a wait needs
 * it. SHMB_SYSTEM.
 */
int32_t word_lock_take(struct word_lock *lock, uint32_t timeout_ms, struct seat **seat,
                       struct fault *fault);

/* The part of word_lock_give for a lock that others want, or that an owner's death has marked. */
int32_t word_lock_give_wanted(struct word_lock *lock, uint64_t identity, bool consistent,
                              struct fault *fault);

/*
 * Gives it back; `identity` is that of the calling thread. `consistent`: the next owners get
 * SHMB_OK again. SHMB_STALE: the broker has closed the lock, and perhaps another thread has its
 * successor. SHMB_NOT_OWNER: a program has damaged the word, or the slot. After both, the thread
 * does not have the lock either.
 */
static inline int32_t word_lock_give(struct word_lock *lock, uint64_t identity, bool consistent,
                                     struct fault *fault)
{
    return fast_give_uncontended(lock->word, identity)
               ? SHMB_OK
               : word_lock_give_wanted(lock, identity, consistent, fault);
}

/*
 * The lock for a protocol of client/sync that takes it with the identity of the calling thread's
 * seat. `call` is filled in; it and the lock are valid as long as each other.
 */
struct fast_lock word_lock_fast(struct word_lock *lock, struct word_call *call);

#endif
