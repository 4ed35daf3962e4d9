/*
 * shmb_fast.h - a segment's fast lock, and reads under it, without a call into the library.
 *
 * Optional: for C and C++ programs that lock so often that the calls of shmb.h are what they wait
 * for. These functions are compiled into the program. They do what shmb_lock, shmb_unlock and
 * shmb_read do while no other thread wants the lock, and call the library for all the rest.
 * Everything can be mixed: what one form has taken, the other can take again, write under, and
 * release.
 *
 *     shmb_fast *fast;
 *
 *     if (shmb_fast_begin(prices, SHMB_FAST_VERSION, &fast) == SHMB_OK) {
 *         if (SHMB_SUCCEEDED(shmb_fast_lock(fast, 1000))) {
 *             shmb_fast_read(fast, 0, text, sizeof(text));
 *             shmb_fast_unlock(fast);
 *         }
 *         shmb_fast_end(fast);
 *     }
 *
 * Of a lock that was taken here, shmb_lock_state does not tell since when.
 *
 * A shmb_fast belongs to the thread that began it: only that thread may use it, and must end it
 * before it ends and before the segment is closed.
 *
 * It is a table that the library fills in, of a fixed layout for each version. A library that does
 * not know SHMB_FAST_VERSION fails with SHMB_VERSION_MISMATCH: then use the calls of shmb.h.
 */
#ifndef SHMB_FAST_H
#define SHMB_FAST_H

#include <string.h>

#include "shmb.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define SHMB_FAST_VERSION 1u

/* Made and filled in by the library. Use the functions below, not the members. */
typedef struct shmb_fast {
    uint32_t version;
    uint32_t token;    /* of the thread */
    uint64_t identity; /* of the thread, in the lock word */
    uint64_t generation;
    uint64_t bytes;
    const uint8_t *data;
    volatile uint64_t *word;

    /* In the control data. */
    const volatile uint64_t *generation_now, *sequence;
    const volatile uint32_t *abandoned;
    volatile uint64_t *since;

    /* The library's record of who in this process has the lock, and how. */
    void *share;
    volatile uint32_t *holder;
    void *volatile *plain;
    const volatile uint32_t *writes;
    const volatile uint64_t *noted;

    /* What the library does when there is more to do. */
    int32_t(SHMB_CALL *lock)(struct shmb_fast *fast, uint32_t timeout_ms);
    int32_t(SHMB_CALL *enter)(struct shmb_fast *fast); /* after the word was taken */
    int32_t(SHMB_CALL *unlock)(struct shmb_fast *fast);
    int32_t(SHMB_CALL *wake)(struct shmb_fast *fast); /* after the record was cleared */

    uint64_t seat; /* number of the thread's slot in this process; unlike `identity`, it never
                      comes twice, whatever programs write into the slots */
} shmb_fast;

/*
 * Makes the table for the calling thread, which needs a slot for it: the first call can take one.
 * `version` is SHMB_FAST_VERSION. End it with shmb_fast_end.
 *
 * SHMB_OK. SHMB_BAD_ARGUMENT: the segment has no fast lock. SHMB_VERSION_MISMATCH. SHMB_NO_MEMORY.
 * SHMB_ACCESS_DENIED, SHMB_NO_SLOT and others as shmb_lock.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_fast_begin(_Inout_ shmb_segment *segment, uint32_t version,
                _Outptr_result_nullonfailure_ shmb_fast **fast);

/* Frees the table. A lock that the thread has stays taken. NULL is allowed. Always SHMB_OK. */
SHMB_RESULT int32_t SHMB_CALL shmb_fast_end(_In_opt_ shmb_fast *fast);

/* Stores `value` if `*at` is `expected`. Acquire and release. For the functions below. */
static inline int shmb_fast_swap(volatile uint64_t *at, uint64_t expected, uint64_t value)
{
#if defined(_MSC_VER) && !defined(__clang__)
    return (uint64_t)_InterlockedCompareExchange64((volatile __int64 *)at, (__int64)value,
                                                   (__int64)expected) == expected;
#else
    return __atomic_compare_exchange_n(at, &expected, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
#endif
}

/* As shmb_lock. */
static inline int32_t shmb_fast_lock(shmb_fast *fast, uint32_t timeout_ms)
{
    if (!shmb_fast_swap(fast->word, 0, fast->identity))
        return fast->lock(fast, timeout_ms);
    if (*fast->generation_now != fast->generation || (*fast->sequence & 1) != 0 ||
        *fast->abandoned != 0 || *fast->holder != 0 || *fast->noted != fast->seat)
        return fast->enter(fast);
    *fast->plain = fast->share;
    *fast->holder = fast->token;
    if (*fast->since != 0)
        *fast->since = 0;
    return SHMB_OK;
}

/* As shmb_unlock. */
static inline int32_t shmb_fast_unlock(shmb_fast *fast)
{
    if (*fast->holder != fast->token || *fast->plain != fast->share || *fast->writes != 0)
        return fast->unlock(fast);
    *fast->holder = 0;
    return shmb_fast_swap(fast->word, fast->identity, 0) ? SHMB_OK : fast->wake(fast);
}

/*
 * Copies `count` bytes at `offset` out of the segment, without a look at the lock, as shmb_read
 * does. SHMB_RANGE: the range is not within the segment; nothing was copied.
 */
static inline int32_t shmb_fast_read(const shmb_fast *fast, uint64_t offset, void *buffer,
                                     uint64_t count)
{
    if (offset > fast->bytes || count > fast->bytes - offset)
        return SHMB_RANGE;
    memcpy(buffer, fast->data + (size_t)offset, (size_t)count);
    return SHMB_OK;
}

#ifdef __cplusplus
}
#endif

#endif
