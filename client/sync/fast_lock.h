/*
 * fast_lock.h - the fast lock: one compare-and-swap while nobody else wants it; a kernel event to
 * sleep on when somebody does; and it survives the death of any owner at any step.
 *
 * The word is that of lock_word.h. What sleeps, wakes and asks for the mutex of a slot is a table
 * of functions, the port: Win32 in the library, threads of the host in tests.
 */
#ifndef SYNC_FAST_LOCK_H
#define SYNC_FAST_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "lock_word.h"
#include "slots.h"

#define FAST_NO_SLOT  UINT32_MAX
#define FAST_SLICE_MS 50u /* the longest sleep: an owner can die between release and wake-up */
#define FAST_FOREVER  UINT32_MAX

enum fast_result {
    FAST_OK,
    FAST_ABANDONED, /* taken; an owner died, and nobody has declared the content consistent since */
    FAST_TIMEOUT,
    FAST_NOT_OWNER,
    FAST_MOVED,   /* the broker has closed the lock */
    FAST_CORRUPT, /* the word is no lock word */
    FAST_FAILED   /* the port failed */
};

/* How a sleep ended. */
enum fast_wake {
    FAST_WOKEN,      /* by the event, or by the end of the time */
    FAST_SLOT_TAKEN, /* the caller owns the mutex of the slot now: nobody else does */
    FAST_NOT_SLEPT   /* the system failed */
};

struct fast_port {
    /*
     * Sleeps until the lock's event is signalled, the mutex of slot `slot` can be taken, or the
     * time is over. FAST_NO_SLOT: the event only. 0 ms: asks for the mutex only, and leaves the
     * signal of the event to those who sleep. A slot without a mutex of a trusted owner counts as
     * taken: nobody lives in it.
     */
    enum fast_wake (*sleep)(void *context, uint32_t slot, uint32_t ms);
    void (*release_slot)(void *context, uint32_t slot); /* after FAST_SLOT_TAKEN */
    void (*wake)(void *context);                        /* signals the lock's event */
    void (*pause)(void *context, uint32_t ms);          /* sleeps, whatever is signalled */
    uint64_t (*now)(void *context);                     /* milliseconds that only grow */
};

/* A lock, as one process sees it. All of it is the process's own memory. */
struct fast_lock {
    volatile uint64_t *word;
    void *slots; /* the mapped slots section */
    size_t slots_size;
    uint32_t slot_count;
    const struct fast_port *port;
    void *context;
};

/* The identity of a thread: it has slot `slot` with this generation. */
static inline uint64_t fast_identity(uint32_t slot, uint32_t generation)
{
    return (uint64_t)generation << SHMB_LOCK_GENERATION | (slot + 1);
}

/* False: no lock word of a domain with this many slots. SHMB_LOCK_MOVED is none, either. */
static inline bool fast_word_is_sound(uint64_t word, uint32_t slot_count)
{
    if ((word & ~(SHMB_LOCK_IDENTITY | SHMB_LOCK_FLAGS)) != 0)
        return false;
    return (word & SHMB_LOCK_SLOT) != 0 ? (word & SHMB_LOCK_SLOT) <= slot_count
                                        : (word & SHMB_LOCK_IDENTITY) == 0;
}

/* Takes a lock that is free, clean, and wanted by nobody. */
static inline bool fast_take_free(volatile uint64_t *word, uint64_t identity)
{
    uint64_t expected = 0;

    return shmb_swap64(word, &expected, identity);
}

/* Gives back a lock that is clean, and that nobody else wants. */
static inline bool fast_give_uncontended(volatile uint64_t *word, uint64_t identity)
{
    uint64_t expected = identity;

    return shmb_swap64(word, &expected, 0);
}

/*
 * Takes the lock for the thread with `identity`, which does not have it. 0 ms tries once: it still
 * finds a free lock, and one whose owner died. FAST_OK and FAST_ABANDONED: taken.
 */
enum fast_result fast_take(const struct fast_lock *lock, uint64_t identity, uint32_t timeout_ms);

/* Gives it back. `consistent`: the DIRTY bit goes. FAST_OK, FAST_NOT_OWNER, FAST_MOVED. */
enum fast_result fast_give(const struct fast_lock *lock, uint64_t identity, bool consistent);

#endif
