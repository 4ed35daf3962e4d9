/*
 * shmb_fast_begin and shmb_fast_end: what shmb_fast.h needs to do in the program what lock.c does
 * for a fast lock that nobody else wants.
 */
#include "shmb_fast.h"

#include <stddef.h>
#include <stdlib.h>

#include "lock.h"
#include "segment_lock.h"

struct inline_lock {
    struct shmb_fast fast;
    struct shmb_segment *segment;
    struct word_lock *lock;
    struct seat *seat;
};

_Static_assert(offsetof(struct inline_lock, fast) == 0, "one is found by the other");

static struct inline_lock *lock_of(struct shmb_fast *fast)
{
    return (struct inline_lock *)(void *)fast;
}

static int32_t SHMB_CALL call_lock(struct shmb_fast *fast, uint32_t timeout_ms)
{
    return shmb_lock(lock_of(fast)->segment, timeout_ms);
}

static int32_t SHMB_CALL call_enter(struct shmb_fast *fast)
{
    struct inline_lock *lock = lock_of(fast);
    struct fault fault = {CALL_NONE, 0};

    return result_end(lock_enter_fast(lock->segment, lock->seat, false, &fault), &fault);
}

static int32_t SHMB_CALL call_unlock(struct shmb_fast *fast)
{
    return shmb_unlock(lock_of(fast)->segment);
}

static int32_t SHMB_CALL call_wake(struct shmb_fast *fast)
{
    struct inline_lock *lock = lock_of(fast);
    struct fault fault = {CALL_NONE, 0};

    return result_end(word_lock_give_wanted(lock->lock, lock->seat->identity, true, &fault),
                      &fault);
}

static void fill_in(struct inline_lock *lock)
{
    struct shmb_segment *segment = lock->segment;
    struct ownership *ownership = segment->ownership;

    lock->fast = (struct shmb_fast){
        .version = SHMB_FAST_VERSION,
        .token = lock->seat->self.token,
        .identity = lock->seat->identity,
        .bytes = segment->size,
        .data = segment->view.data,
        .word = lock->lock->word,
        .generation = segment->info.generation,
        .generation_now = &segment->block->generation,
        .sequence = &segment->block->sequence,
        .abandoned = &segment->block->abandoned,
        .since = &segment->block->since,
        .share = &segment->locks,
        .holder = &ownership->holder,
        .writes = &ownership->writes.count,
        .plain = &ownership->plain,
        .noted = &ownership->seat,
        .lock = call_lock,
        .enter = call_enter,
        .unlock = call_unlock,
        .wake = call_wake,
        .seat = lock->seat->number,
    };
}

static int32_t begin(struct shmb_segment *segment, uint32_t version, struct shmb_fast **fast,
                     struct fault *fault)
{
    struct inline_lock *lock;
    int32_t result;

    if (version != SHMB_FAST_VERSION)
        return fault_call(fault, SHMB_VERSION_MISMATCH, REASON_FAST_VERSION, 0);
    if (!handle_has_fast_lock(segment))
        return fault_call(fault, SHMB_BAD_ARGUMENT, REASON_NO_FAST_LOCK, 0);
    lock = calloc(1, sizeof(*lock));
    if (lock == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    lock->segment = segment;
    result = segment_lock_get(segment, &lock->lock, fault);
    if (result == SHMB_OK)
        result = domain_seat(lock->lock->domain, &lock->seat, fault);
    if (result != SHMB_OK) {
        free(lock);
        return result;
    }
    fill_in(lock);
    /* Else the end of a fiber gives the slot back, while the table has its identity. */
    lock->seat->uses++;
    *fast = &lock->fast;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_fast_begin(shmb_segment *segment, uint32_t version, shmb_fast **fast)
{
    struct fault fault = {CALL_NONE, 0};

    if (fast != NULL)
        *fast = NULL;
    if (segment == NULL || fast == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(begin(segment, version, fast, &fault), &fault);
}

int32_t SHMB_CALL shmb_fast_end(shmb_fast *fast)
{
    if (fast != NULL) {
        lock_of(fast)->seat->uses--;
        free(lock_of(fast));
    }
    return SHMB_OK;
}
