/*
 * The fast lock. Every step leaves a word from which any other thread can go on: the owner's
 * identity is in it from the first instruction that owns the lock to the last.
 *
 * The order of loads and stores: an owner counts its slot's generation up before it stores its
 * identity in the word (release), and everybody else loads the word before the generation
 * (acquire). So a generation that differs from the one in the word is a later one: that owner is
 * dead.
 */
#include "fast_lock.h"

#include "crash_point.h"

/*
 * Looks before the first sleep: a short section ends meanwhile. Ever longer pauses between them:
 * each look takes the word's cache line away from the owner, which needs it to release the lock.
 */
#define SPINS       16u
#define PAUSES_MOST 16u
#define FRUITLESS   4u  /* sleeps in vain before a waiter bars newcomers */
#define CLOCK_EVERY 64u /* rounds between two looks at the clock, by one that does not sleep */
#define WAKES_FREE  16u /* and one more for each millisecond, before a waiter slows down */

/* One thread that waits for one lock. */
struct waiter {
    const struct fast_lock *lock;
    uint64_t identity;
    uint32_t timeout_ms;
    uint64_t start;
    uint32_t spins;  /* left */
    uint32_t pauses; /* before the next look */
    uint32_t rounds; /* since the last sleep */
    uint32_t sleeps;
    uint32_t fruitless;
    bool slept;
    bool barred; /* it has set HAND_OFF */
};

/* What a waiter does next. */
enum step {
    STEP_DONE, /* the result is known */
    STEP_LOOK, /* look at the word again */
    STEP_SLEEP /* nothing to do but wait */
};

static uint32_t owner_slot(uint64_t word)
{
    return (uint32_t)(word & SHMB_LOCK_SLOT) - 1;
}

static bool is_free(uint64_t word)
{
    return (word & SHMB_LOCK_SLOT) == 0;
}

/* Any program that may write the lock can have written the word. */
static bool is_sound(const struct fast_lock *lock, uint64_t word)
{
    return fast_word_is_sound(word, lock->slot_count) &&
           (is_free(word) ||
            shmb_slots_at(lock->slots, lock->slots_size, owner_slot(word)) != NULL);
}

static bool has_later_generation(const struct fast_lock *lock, uint64_t word)
{
    const struct shmb_slot *slot = shmb_slots_at(lock->slots, lock->slots_size, owner_slot(word));

    return shmb_load32(&slot->generation) != (uint32_t)(word >> SHMB_LOCK_GENERATION);
}

static uint64_t gone_ms(const struct waiter *waiter)
{
    return waiter->lock->port->now(waiter->lock->context) - waiter->start;
}

static bool is_over(const struct waiter *waiter)
{
    return waiter->timeout_ms != FAST_FOREVER && gone_ms(waiter) >= waiter->timeout_ms;
}

static uint32_t sleep_ms(const struct waiter *waiter)
{
    uint64_t gone;

    if (waiter->timeout_ms == FAST_FOREVER)
        return FAST_SLICE_MS;
    gone = gone_ms(waiter);
    if (gone >= waiter->timeout_ms)
        return 0;
    return waiter->timeout_ms - gone < FAST_SLICE_MS ? (uint32_t)(waiter->timeout_ms - gone)
                                                     : FAST_SLICE_MS;
}

/*
 * The owner `dead` has died. Whoever swaps exactly that identity for its own has the lock; a thread
 * that is not the first finds another one. HAND_OFF ends, as whenever one that waited takes the
 * lock. CONTENDED: others may sleep on the mutex of the dead owner's slot.
 */
static bool take_over(const struct fast_lock *lock, uint64_t identity, uint64_t dead)
{
    uint64_t word = shmb_load64(lock->word);

    SHMB_CRASH_POINT("lock: owner is dead");
    while ((word & SHMB_LOCK_IDENTITY) == dead && word != SHMB_LOCK_MOVED) {
        if (shmb_swap64(lock->word, &word, identity | SHMB_LOCK_DIRTY | SHMB_LOCK_CONTENDED)) {
            SHMB_CRASH_POINT("lock: took over");
            return true;
        }
    }
    return false;
}

/* The end of a wait without the lock. Others must not wait for this thread. */
static enum fast_result give_up(struct waiter *waiter, enum fast_result result)
{
    volatile uint64_t *at = waiter->lock->word;
    uint64_t word = shmb_load64(at);

    SHMB_CRASH_POINT("lock: gives up");
    while (waiter->barred && word != SHMB_LOCK_MOVED && (word & SHMB_LOCK_HAND_OFF) != 0) {
        if (shmb_swap64(at, &word, word & ~SHMB_LOCK_HAND_OFF))
            break;
    }
    return result;
}

/* The lock is free. A waiter that slept passes CONTENDED on: the signal was perhaps for more. */
static enum step try_free(struct waiter *waiter, uint64_t word, enum fast_result *result)
{
    uint64_t taken = waiter->identity | (word & (SHMB_LOCK_DIRTY | SHMB_LOCK_CONTENDED));

    if (waiter->slept)
        taken |= SHMB_LOCK_CONTENDED;
    else if ((word & SHMB_LOCK_HAND_OFF) != 0 && waiter->timeout_ms != 0)
        return STEP_SLEEP;
    else
        taken |= word & SHMB_LOCK_HAND_OFF; /* for the one that waits */
    if (!shmb_swap64(waiter->lock->word, &word, taken))
        return STEP_LOOK;
    SHMB_CRASH_POINT("lock: took it later");
    *result = (word & SHMB_LOCK_DIRTY) != 0 ? FAST_ABANDONED : FAST_OK;
    return STEP_DONE;
}

/* Another thread has the lock. */
static enum step try_owned(struct waiter *waiter, uint64_t word, enum fast_result *result)
{
    const struct fast_lock *lock = waiter->lock;
    const uint64_t owner = word & SHMB_LOCK_IDENTITY;
    uint32_t pause;

    /* Its own identity: this thread does not have the lock, so the word is forged. */
    if (owner == waiter->identity || has_later_generation(lock, word)) {
        if (!take_over(lock, waiter->identity, owner))
            return STEP_LOOK;
        *result = FAST_ABANDONED;
        return STEP_DONE;
    }
    if (waiter->spins == 0)
        return STEP_SLEEP;
    waiter->spins--;
    for (pause = 0; pause < waiter->pauses; pause++)
        shmb_pause();
    if (waiter->pauses < PAUSES_MOST)
        waiter->pauses *= 2;
    return STEP_LOOK;
}

static enum step look(struct waiter *waiter, uint64_t word, enum fast_result *result)
{
    if (word == SHMB_LOCK_MOVED || !is_sound(waiter->lock, word)) {
        *result = give_up(waiter, word == SHMB_LOCK_MOVED ? FAST_MOVED : FAST_CORRUPT);
        return STEP_DONE;
    }
    return is_free(word) ? try_free(waiter, word, result) : try_owned(waiter, word, result);
}

/* Asks the mutex of the owner's slot; `ms` as for the port's sleep. */
static enum step ask_slot(struct waiter *waiter, uint64_t word, uint32_t ms,
                          enum fast_result *result)
{
    const struct fast_lock *lock = waiter->lock;
    const uint32_t slot = is_free(word) ? FAST_NO_SLOT : owner_slot(word);
    bool taken;

    switch (lock->port->sleep(lock->context, slot, ms)) {
    case FAST_WOKEN:
        return STEP_LOOK;
    case FAST_SLOT_TAKEN:
        /* While this thread has the mutex, nobody lives in that slot. */
        taken = take_over(lock, waiter->identity, word & SHMB_LOCK_IDENTITY);
        lock->port->release_slot(lock->context, slot);
        if (!taken)
            return STEP_LOOK;
        *result = FAST_ABANDONED;
        return STEP_DONE;
    default:
        *result = give_up(waiter, FAST_FAILED);
        return STEP_DONE;
    }
}

/*
 * Owners release a lock a few times at most before one that sleeps gets it. If it is woken more
 * often, a program signals the event all the time: that must not use up a processor.
 */
static void slow_down(const struct waiter *waiter)
{
    if (waiter->sleeps > WAKES_FREE + gone_ms(waiter))
        waiter->lock->port->pause(waiter->lock->context, 1);
}

/* Announces that a thread sleeps, then sleeps. */
static enum step mark_and_sleep(struct waiter *waiter, uint64_t word, enum fast_result *result)
{
    uint64_t marked = word | SHMB_LOCK_CONTENDED;
    uint32_t ms;
    enum step step;

    if (waiter->fruitless >= FRUITLESS)
        marked |= SHMB_LOCK_HAND_OFF;
    if (marked != word && !shmb_swap64(waiter->lock->word, &word, marked))
        return STEP_LOOK;
    SHMB_CRASH_POINT("lock: contended");
    if (waiter->fruitless >= FRUITLESS) {
        waiter->barred = true;
        SHMB_CRASH_POINT("lock: hand-off");
    }
    /*
     * Only now the time: a waiter that used up a signal leaves CONTENDED behind, so the next owner
     * signals again.
     */
    ms = sleep_ms(waiter);
    if (ms == 0) {
        *result = give_up(waiter, FAST_TIMEOUT);
        return STEP_DONE;
    }
    step = ask_slot(waiter, word, ms, result);
    SHMB_CRASH_POINT("lock: woke");
    waiter->slept = true;
    waiter->spins = 0;
    waiter->rounds = 0;
    if (waiter->fruitless < FRUITLESS)
        waiter->fruitless++;
    if (step == STEP_LOOK && ++waiter->sleeps > WAKES_FREE)
        slow_down(waiter);
    return step;
}

/* Does not wait. It has looked at the word already. */
static enum step try_once(struct waiter *waiter, uint64_t word, enum fast_result *result)
{
    enum step step = ask_slot(waiter, word, 0, result);

    if (step == STEP_LOOK) {
        *result = FAST_TIMEOUT;
        step = STEP_DONE;
    }
    return step;
}

static enum fast_result wait_for(struct waiter *waiter)
{
    enum fast_result result = FAST_FAILED;
    enum step step;
    uint64_t word;

    do {
        word = shmb_load64(waiter->lock->word);
        step = look(waiter, word, &result);
        if (step == STEP_SLEEP)
            step = waiter->timeout_ms == 0 ? try_once(waiter, word, &result)
                                           : mark_and_sleep(waiter, word, &result);
        /* A word that a program changes all the time must not keep this thread for ever. */
        if (step == STEP_LOOK && ++waiter->rounds % CLOCK_EVERY == 0 && is_over(waiter))
            return give_up(waiter, FAST_TIMEOUT);
    } while (step != STEP_DONE);
    return result;
}

enum fast_result fast_take(const struct fast_lock *lock, uint64_t identity, uint32_t timeout_ms)
{
    struct waiter waiter;

    if (fast_take_free(lock->word, identity)) {
        SHMB_CRASH_POINT("lock: took it free");
        return FAST_OK;
    }
    waiter = (struct waiter){
        .lock = lock,
        .identity = identity,
        .timeout_ms = timeout_ms,
        .start = lock->port->now(lock->context),
        .spins = timeout_ms == 0 ? 0 : SPINS,
        .pauses = 1,
    };
    return wait_for(&waiter);
}

enum fast_result fast_give(const struct fast_lock *lock, uint64_t identity, bool consistent)
{
    uint64_t word = shmb_load64(lock->word), given;

    SHMB_CRASH_POINT("lock: gives");
    do {
        if (word == SHMB_LOCK_MOVED)
            return FAST_MOVED;
        if ((word & SHMB_LOCK_IDENTITY) != identity)
            return FAST_NOT_OWNER;
        given = word & SHMB_LOCK_HAND_OFF;
        if (!consistent)
            given |= word & SHMB_LOCK_DIRTY;
    } while (!shmb_swap64(lock->word, &word, given));
    SHMB_CRASH_POINT("lock: gave, not signalled");
    if ((word & SHMB_LOCK_CONTENDED) != 0)
        lock->port->wake(lock->context);
    return FAST_OK;
}
