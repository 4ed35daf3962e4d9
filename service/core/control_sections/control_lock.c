/* The fast lock of one block: closes it, and opens it. control_locks.c decides which. */
#include "compiler.h"
#include "control_internal.h"
#include "fast_lock.h"

/* Looks at a word between two waits: a lock that many threads want is free only for a moment. */
#define TRIES 500

bool control_lock_close_free(struct shmb_block *block)
{
    uint64_t found = shmb_load64(&block->lock_word);
    unsigned tries;

    for (tries = 0; found != SHMB_LOCK_MOVED && tries < TRIES; tries++) {
        if ((found & SHMB_LOCK_SLOT) != 0) {
            shmb_pause();
            found = shmb_load64(&block->lock_word);
            continue;
        }
        /* First: a broker that is killed between the two steps forgets nothing. */
        if ((found & SHMB_LOCK_DIRTY) != 0)
            block->abandoned |= SHMB_DIED_OWNING;
        if (shmb_swap64(&block->lock_word, &found, SHMB_LOCK_MOVED))
            return true;
    }
    return found == SHMB_LOCK_MOVED;
}

static void mark_abandoned(struct shmb_block *block)
{
    uint32_t died = SHMB_DIED_OWNING;

    if ((shmb_load64(&block->sequence) & 1) != 0)
        died |= SHMB_DIED_WRITING;
    block->abandoned |= died;
}

uint64_t control_lock_close_owned(struct shmb_block *block)
{
    const uint64_t found = shmb_load64(&block->lock_word);

    /* Before: a broker that is killed between the steps forgets nothing. */
    mark_abandoned(block);
    /* A store: a program that changes the word for ever cannot hold the broker up. */
    shmb_store64(&block->lock_word, SHMB_LOCK_MOVED);
    /* And after: an owner may have cleared the mark and released the lock, and this is another. */
    mark_abandoned(block);
    return found;
}

uint64_t control_lock_free(const struct shmb_block *block)
{
    return block->abandoned != 0 ? SHMB_LOCK_DIRTY : 0;
}

bool control_lock_repair(struct shmb_block *block, uint32_t slot_count)
{
    uint64_t found = shmb_load64(&block->lock_word);

    if (found != SHMB_LOCK_MOVED && (slot_count == 0 || fast_word_is_sound(found, slot_count)))
        return false;
    block->abandoned |= SHMB_DIED_OWNING;
    /* Not over a word that is sound by now. */
    return shmb_swap64(&block->lock_word, &found, control_lock_free(block));
}

bool control_lock_open(struct shmb_block *block)
{
    if (shmb_load64(&block->lock_word) != SHMB_LOCK_MOVED)
        return false;
    shmb_store64(&block->lock_word, control_lock_free(block));
    return true;
}
