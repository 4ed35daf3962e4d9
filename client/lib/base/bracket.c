#include "bracket.h"

#include "block.h"
#include "changed.h"
#include "compiler.h"
#include "lock_word.h"
#include "pair.h"
#include "thread.h"

/*
 * Not after another thread got the lock, because the broker moved the control data or a program
 * damaged the word: that thread can be in its write, and the copies are the same for both.
 */
static void publish(const struct shmb_segment *segment, const struct shmb_block *block)
{
    if (!handle_has_fast_lock(segment) ||
        (shmb_load64(&block->lock_word) & SHMB_LOCK_IDENTITY) == segment->ownership->identity)
        pair_publish_segment(segment);
}

void bracket_repair(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;
    const bool abandoned = ownership->abandoned;

    ownership->abandoned = false;
    ownership->unmarked = 0;
    if (block == NULL)
        return;
    /*
     * A dead writer left the sequence odd, or a dead owner perhaps bytes that are not published,
     * and the owner repaired without brackets.
     */
    if (ownership->writes.count == 0 && !block_is_written(segment, block) &&
        ((shmb_load64(&block->sequence) & 1) != 0 ||
         (segment->pair != NULL && (abandoned || shmb_load32(&block->abandoned) != 0)))) {
        changed_prepare(segment, block);
        publish(segment, block);
        shmb_store64(&block->change, ownership->change);
        shmb_store64(&block->sequence, (shmb_load64(&block->sequence) | 1) + 1);
        changed_signal(segment);
    }
    shmb_store32(&block->abandoned, 0);
}

static void add_writer(struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    segment->next_writer = ownership->writers;
    ownership->writers = segment;
}

static void remove_writer(struct shmb_segment *segment)
{
    struct shmb_segment **at = &segment->ownership->writers;

    while (*at != NULL && *at != segment)
        at = &(*at)->next_writer;
    if (*at != NULL)
        *at = segment->next_writer;
}

void bracket_forget(struct ownership *ownership)
{
    holding_begin(&ownership->writes);
    ownership->writers = NULL;
}

/* Without a lock: notes the thread that writes. With one, that was done as it took the lock. */
static bool note_thread(struct ownership *ownership)
{
    ownership->writer = thread_token();
    ownership->thread = thread_writer();
    ownership->thread_id = (uint32_t)ownership->thread;
    ownership->thread_born = thread_born();
    return ownership->writer != 0;
}

static int32_t start(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;

    bracket_forget(ownership);
    if (!handle_has_lock(segment) && !note_thread(ownership))
        return SHMB_NO_MEMORY;
    if (block == NULL)
        return SHMB_OK;
    ownership->outer = block_is_written(segment, block);
    if (ownership->outer)
        return SHMB_OK;
    block_mark(segment, block);
    changed_prepare(segment, block);
    /* Odd already: a writer died, and the segment has no lock or is not repaired yet. */
    ownership->sequence = shmb_load64(&block->sequence) | 1;
    shmb_store64(&block->writer, ownership->thread);
    shmb_store64(&block->sequence, ownership->sequence);
    /* The odd sequence must be visible before the first byte of the write. */
    shmb_fence_release();
    return SHMB_OK;
}

/* Any handle that takes part has the block mapped to write. */
static void finish(struct ownership *ownership)
{
    struct shmb_segment *segment = ownership->writers;
    struct shmb_block *block = segment->block;

    ownership->writes.count = 0;
    ownership->writers = NULL;
    if (!block_is_own(segment, block) || ownership->outer)
        return;
    /* Before the number: a program that finds that, and then takes a snapshot, gets these bytes. */
    publish(segment, block);
    /* The number before the even sequence: a snapshot that shows these bytes finds it, too. */
    shmb_store64(&block->change, ownership->change);
    shmb_store64(&block->sequence, ownership->sequence + 1);
    changed_signal(segment);
}

/* Without a lock: did the thread that began the write end in the middle of it? */
static bool is_orphaned(const struct shmb_segment *segment)
{
    const struct ownership *ownership = segment->ownership;

    if (ownership->writes.count == 0 || handle_has_lock(segment) ||
        ownership->writer == thread_known())
        return false;
    /* This thread may have its id by now, and so may another one. */
    return ownership->thread == thread_writer() ||
           !thread_runs(ownership->thread_id, ownership->thread_born);
}

int32_t bracket_begin(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;
    int32_t result = SHMB_OK;

    if (ownership->writes.count == UINT32_MAX)
        return SHMB_BAD_ARGUMENT;
    /* An orphaned write would keep the sequence odd with every later write of this process. */
    if (ownership->writes.count == 0 || is_orphaned(segment))
        result = start(segment, block);
    if (result != SHMB_OK)
        return result;
    if (holding_share(&ownership->writes, &segment->writes) == 0)
        add_writer(segment);
    holding_add(&ownership->writes, &segment->writes);
    return SHMB_OK;
}

void bracket_end(struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    if (ownership->writes.count <= 1) {
        finish(ownership);
        return;
    }
    /* The write may have begun through another handle. */
    holding_drop(&ownership->writes, &segment->writes);
    if (holding_share(&ownership->writes, &segment->writes) == 0)
        remove_writer(segment);
}

void bracket_end_all(struct ownership *ownership)
{
    if (ownership->writes.count > 0)
        finish(ownership);
}

void bracket_leave(struct shmb_segment *segment)
{
    uint32_t left = holding_leave(&segment->ownership->writes, &segment->writes);

    for (; left > 0; left--)
        bracket_end(segment);
    remove_writer(segment);
}
