/*
 * Double snapshots: each value fills the segment with numbers that follow from its own. A reader
 * finds one whole value, and none older than what was written before it looked. After a writer's
 * death, the value published last can be put back.
 */
#include "work.h"

#include <string.h>

#define WORDS 512u
#define STEP  UINT64_C(0x9E3779B97F4A7C15)

struct value {
    uint64_t words[WORDS];
};

static void fill(struct value *value, uint64_t number)
{
    uint32_t i;

    for (i = 0; i < WORDS; i++)
        value->words[i] = number + i * STEP;
}

static bool is_whole(const struct value *value)
{
    uint32_t i;

    for (i = 1; i < WORDS; i++)
        if (value->words[i] != value->words[0] + i * STEP)
            return false;
    return true;
}

static bool look(void)
{
    const uint64_t least = shmb_load64(&journal->written);
    struct value value;
    const int32_t result = shmb_snapshot(work_segment, 0, &value, sizeof(value), NULL);

    if (result == SHMB_BUSY)
        return true;
    if (result != SHMB_OK)
        return journal_fail("shmb_snapshot: %ld", (long)result);
    if (is_whole(&value) && value.words[0] >= least)
        return true;
    journal_count(&journal->lost);
    return journal_fail(is_whole(&value) ? "a snapshot is older than a value written before: %llu"
                                         : "a snapshot is torn: %llu",
                        (unsigned long long)value.words[0]);
}

/* The segment as its owner finds it, after shmb_restore where the last owner died. */
static bool read_under_lock(uint64_t *number)
{
    const uint64_t written = shmb_load64(&journal->written);
    struct value value;

    if (shmb_read(work_segment, 0, &value, sizeof(value), NULL) != SHMB_OK)
        return journal_fail("shmb_read");
    *number = value.words[0];
    /* A writer can die between its end and its note. */
    if (is_whole(&value) && (*number == written || *number == written + 1)) {
        shmb_store64(&journal->written, *number);
        return true;
    }
    journal_count(&journal->lost);
    return journal_fail("under the lock: value %llu after %llu%s", (unsigned long long)*number,
                        (unsigned long long)written, is_whole(&value) ? "" : ", torn");
}

static bool write_value(uint64_t number)
{
    struct value value;
    void *data;

    fill(&value, number);
    if (shmb_data(work_segment, &data) != SHMB_OK || shmb_write_begin(work_segment) != SHMB_OK)
        return journal_fail("shmb_write_begin");
    memcpy(data, &value, sizeof(value) / 2);
    shmb_crash_point("value: half written");
    memcpy((uint8_t *)data + sizeof(value) / 2, (const uint8_t *)&value + sizeof(value) / 2,
           sizeof(value) / 2);
    if (shmb_write_end(work_segment) != SHMB_OK)
        return journal_fail("shmb_write_end");
    shmb_crash_point("value: written");
    shmb_store64(&journal->written, number);
    return true;
}

/* Some owners leave what a dead one wrote by half to the next one. */
static bool repair(struct life *life, bool *left)
{
    int32_t result;

    journal_count(&journal->told);
    *left = life_dice(life, 4) == 0;
    if (*left) {
        journal_count(&journal->carried);
        journal->expect_told = 1;
        return work_give();
    }
    result = shmb_restore(work_segment);
    return result == SHMB_OK || journal_fail("shmb_restore: %ld", (long)result);
}

static bool write_next(struct life *life)
{
    const int32_t result = work_take(WORK_SLICE_MS);
    bool left = false;
    uint64_t number;

    if (result == SHMB_TIMEOUT)
        return true;
    if (result < 0)
        return false;
    if (journal->expect_told != 0 && result != SHMB_ABANDONED) {
        journal_count(&journal->untold);
        return journal_fail("an owner was not told of a death");
    }
    journal->expect_told = 0;
    if (result == SHMB_ABANDONED && !repair(life, &left))
        return false;
    if (left)
        return true;
    if (!read_under_lock(&number))
        return false;
    return write_value(number + 1) && work_give();
}

static bool snapshot_round(struct life *life)
{
    if (!(life_dice(life, 3) == 0 ? write_next(life) : look()))
        return false;
    journal_add(&journal->operations[life->lane]);
    return true;
}

/* From the first value on, something is published. */
static bool snapshot_prepare(void)
{
    return work_take(WORK_SLICE_MS) == SHMB_OK && write_value(1) && work_give();
}

static bool snapshot_check(uint32_t deaths)
{
    int32_t result;
    uint64_t number;

    if (!look())
        return false;
    result = work_take(WORK_SLICE_MS);
    if (result < 0)
        return journal_fail("the lock stays taken when all workers have ended");
    if (result == SHMB_ABANDONED && shmb_restore(work_segment) != SHMB_OK)
        return journal_fail("shmb_restore");
    return read_under_lock(&number) && work_give() &&
           (journal->told <= deaths + journal->carried ||
            journal_fail("owners were told of more deaths than there were"));
}

const struct work work_snapshot = {
    .name = "double snapshots",
    .open = work_open_segment,
    .close = work_close_segment,
    .prepare = snapshot_prepare,
    .round = snapshot_round,
    .check = snapshot_check,
};
