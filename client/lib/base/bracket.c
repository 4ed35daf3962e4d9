#include "bracket.h"

#include "block.h"
#include "changed.h"
#include "compiler.h"
#include "thread.h"

void bracket_repair(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;
    uint64_t sequence = shmb_load64(&block->sequence);

    /* A dead writer left the sequence odd, and the owner repaired without brackets. */
    if (ownership->brackets == 0 && !ownership->outer && (sequence & 1) != 0) {
        changed_prepare(segment, block);
        shmb_store64(&block->change, ownership->change);
        shmb_store64(&block->sequence, sequence + 1);
        changed_tell(segment);
    }
    shmb_store32(&block->abandoned, 0);
}

static bool has_lock(const struct shmb_segment *segment)
{
    return (segment->info.flags & SHMB_FLAG_HAS_LOCK) != 0;
}

static void start(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;

    ownership->writer = segment;
    if (!has_lock(segment))
        ownership->thread = thread_writer(); /* else since the lock was taken */
    if (block == NULL)
        return;
    /* The other copy may have ended its write by now. */
    if (ownership->outer && (shmb_load64(&block->sequence) & 1) != 0)
        return;
    ownership->outer = false;
    block_mark(segment, block);
    changed_prepare(segment, block);
    /* Odd already: a writer died, and the segment has no lock or is not repaired yet. */
    ownership->sequence = shmb_load64(&block->sequence) | 1;
    shmb_store64(&block->writer, ownership->thread);
    shmb_store64(&block->sequence, ownership->sequence);
    /* The odd sequence must be visible before the first byte of the write. */
    shmb_fence_release();
}

static void finish(struct ownership *ownership)
{
    struct shmb_segment *segment = ownership->writer;
    struct shmb_block *block = segment->block;

    ownership->brackets = 0;
    ownership->writer = NULL;
    if (ownership->outer || !block_is_own(segment, block))
        return;
    /* The number before the even sequence: a snapshot that shows these bytes finds it, too. */
    shmb_store64(&block->change, ownership->change);
    shmb_store64(&block->sequence, ownership->sequence + 1);
    changed_tell(segment);
}

/* Without a lock: did the thread that began the write end in the middle of it? */
static bool is_orphaned(const struct shmb_segment *segment)
{
    const struct ownership *ownership = segment->ownership;

    return ownership->brackets > 0 && !has_lock(segment) && ownership->thread != thread_writer() &&
           !thread_runs((uint32_t)ownership->thread);
}

bool bracket_begin(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;

    /* Else the sequence would stay odd with every later write of this process. */
    if (is_orphaned(segment))
        ownership->brackets = 0;
    if (ownership->brackets == UINT32_MAX)
        return false;
    if (ownership->brackets++ == 0)
        start(segment, block);
    if (segment->turn != ownership->turn) {
        segment->turn = ownership->turn;
        segment->taken = segment->begun = 0;
    }
    segment->begun++;
    return true;
}

void bracket_end(struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    /* The write may have begun through another handle. */
    if (segment->turn == ownership->turn && segment->begun > 0)
        segment->begun--;
    if (ownership->brackets > 1)
        ownership->brackets--;
    else
        finish(ownership);
}

void bracket_end_all(struct ownership *ownership)
{
    if (ownership->brackets > 0)
        finish(ownership);
}

void bracket_leave(struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    if (segment->turn == ownership->turn)
        while (segment->begun > 0 && ownership->brackets > 0)
            bracket_end(segment);
    /* Its block is about to be unmapped: what another handle began within ends, too. */
    if (ownership->writer == segment)
        bracket_end_all(ownership);
}
