#include "block.h"

#include "compiler.h"
#include "lookup.h"
#include "mutex.h"

/* Listing Global\ takes long, and any program can make it longer. */
#define LIST_EVERY_MS 1000u

/*
 * Is there a directory by now? Asked at each call: the handle has no shared memory that a broker
 * could mark. While nobody has its name, the system only looks for that. While another object has
 * it, or this program may not read it, stand-ins are looked for from time to time.
 */
static int32_t look_for_directory(const struct shmb_segment *segment)
{
    struct early *early = segment->early;
    const uint64_t now = GetTickCount64();
    const uint64_t listed = shmb_load64(&early->listed);
    const bool due = listed == 0 || now - listed >= LIST_EVERY_MS;
    struct lookup lookup;
    struct fault ignored;
    int32_t result;

    if (shmb_load32(&early->found) != 0)
        return SHMB_STALE;
    if (due)
        shmb_store64(&early->listed, now);
    result = lookup_open(&lookup, segment->owner, due ? LOOKUP_TAKEN : LOOKUP_ONE, &ignored);
    switch (result) {
    case SHMB_OK:
        lookup_close(&lookup);
        shmb_store32(&early->found, 1);
        return SHMB_STALE;
    case SHMB_CORRUPT:
    case SHMB_VERSION_MISMATCH: /* others may be able to use it; opening again says why not */
        shmb_store32(&early->found, 1);
        return SHMB_STALE;
    case SHMB_NO_MEMORY:
    case SHMB_SYSTEM:
        return result;
    default: /* none, nothing published yet, or none for this program */
        return SHMB_OK;
    }
}

/* Does the directory still list the segment with this generation and this block? */
static bool is_listed(const struct shmb_segment *segment)
{
    struct shmb_entry_view view;
    struct lookup lookup;
    struct fault ignored;
    bool listed;

    if (lookup_open(&lookup, segment->owner, LOOKUP_TAKEN, &ignored) != SHMB_OK)
        return false;
    listed = lookup_find(&lookup, segment->info.name, &view, &ignored) == SHMB_OK &&
             view.entry.state == SHMB_ENTRY_HELD &&
             view.entry.generation == segment->info.generation &&
             view.entry.control == segment->control_number &&
             view.entry.control_block == segment->control_block;
    lookup_close(&lookup);
    return listed;
}

/* Other writers can change it: it is only compared with the process's own copy. */
static bool has_generation(const struct shmb_segment *segment)
{
    return shmb_load64(&segment->block->generation) == segment->generation;
}

int32_t block_get(const struct shmb_segment *segment, struct shmb_block **block)
{
    *block = segment->block;
    if (*block == NULL)
        return segment->early != NULL ? look_for_directory(segment) : SHMB_OK;
    if (has_generation(segment))
        return SHMB_OK;
    return segment->damaged && is_listed(segment) ? SHMB_CORRUPT : SHMB_STALE;
}

void block_check(struct shmb_segment *segment)
{
    segment->damaged = segment->block != NULL && !has_generation(segment);
}

enum call block_reason(const struct shmb_segment *segment)
{
    if (segment->early == NULL)
        return CALL_NONE;
    return segment->early->denied ? REASON_DENIED_DIRECTORY : REASON_NO_DIRECTORY;
}

int32_t block_result(const struct shmb_segment *segment, int32_t result)
{
    const struct fault reason = {block_reason(segment), 0};

    if (result == SHMB_BAD_ARGUMENT)
        return result_end(result, &reason);
    return result_end_plain(result);
}

bool block_is_own(const struct shmb_segment *segment, const struct shmb_block *block)
{
    uint64_t generation;

    if (block == NULL)
        return false;
    generation = shmb_load64(&block->generation);
    return generation == segment->info.generation || generation == SHMB_BLOCK_MOVED;
}

/* Both must be so: a mark alone is only bytes, and can be that of a dead thread with this id. */
bool block_is_written(const struct shmb_segment *segment, const struct shmb_block *block)
{
    if ((shmb_load64(&block->sequence) & 1) == 0)
        return false;
    return shmb_load64(&block->writer) == segment->ownership->thread &&
           mutex_is_nested(segment->ownership->mutex);
}

/* For people who ask who holds the lock, and since when. */
static void note_holder(struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;
    FILETIME now;

    if (handle_has_fast_lock(segment)) { /* the slot has its thread */
        shmb_store64(&block->since, GetTickCount64());
        return;
    }
    if (segment->rights != SHMB_WRITE)
        return;
    GetSystemTimeAsFileTime(&now);
    AcquireSRWLockExclusive(&ownership->noting);
    shmb_store64(&block->since, (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime);
    shmb_store64(&block->holder, ownership->thread);
    ownership->noted = segment;
    ReleaseSRWLockExclusive(&ownership->noting);
}

static void clear_note(const struct shmb_segment *segment)
{
    if (segment->rights == SHMB_WRITE && block_is_own(segment, segment->block))
        shmb_store64(&segment->block->holder, 0);
}

void block_leave(const struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    if (handle_has_fast_lock(segment))
        return;
    AcquireSRWLockExclusive(&ownership->noting);
    clear_note(ownership->noted != NULL ? ownership->noted : segment);
    ownership->noted = NULL;
    ReleaseSRWLockExclusive(&ownership->noting);
}

void block_close(const struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;

    AcquireSRWLockExclusive(&ownership->noting);
    if (ownership->noted == segment) {
        /* Not the note of another program that owns the lock by now. */
        if (shmb_load64(&segment->block->holder) == ownership->thread)
            clear_note(segment);
        ownership->noted = NULL;
    }
    ReleaseSRWLockExclusive(&ownership->noting);
}

int32_t block_enter(struct shmb_segment *segment, struct shmb_block *block, bool died)
{
    struct ownership *ownership = segment->ownership;
    uint32_t known = 0, marks = died ? SHMB_DIED_OWNING : 0;

    ownership->unmarked = 0;
    if (block != NULL) {
        /*
         * Odd although the lock was free: a writer died in the middle. The system reports a death
         * only once, perhaps to a program without the library.
         */
        if ((shmb_load64(&block->sequence) & 1) != 0 && (died || !block_is_written(segment, block)))
            marks |= SHMB_DIED_OWNING | SHMB_DIED_WRITING;
        known = shmb_load32(&block->abandoned);
        ownership->unmarked = marks & ~known;
        block_mark(segment, block);
        note_holder(segment, block);
    }
    ownership->abandoned = (marks | known) != 0;
    return ownership->abandoned ? SHMB_ABANDONED : SHMB_OK;
}

void block_mark(const struct shmb_segment *segment, struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;

    if (ownership->unmarked == 0 || segment->rights != SHMB_WRITE || !block_is_own(segment, block))
        return;
    /* Mark first: a reader that then sees an even sequence sees the mark, too. */
    shmb_store32(&block->abandoned, shmb_load32(&block->abandoned) | ownership->unmarked);
    ownership->unmarked = 0;
}
