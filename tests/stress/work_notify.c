/*
 * Changes: some lanes write, and wait until all the others have seen the change; those wait for the
 * next one. A wait that only the library's look by the clock ended is late. It may be so for each
 * waiter after a writer that died between its change and the signal.
 */
#include "work.h"

#define LATE_MS 900u /* less than SHMB_RECHECK_MS, and more than any wake-up takes */

/* Under the lock: when the next change is made. */
static bool note_time(void)
{
    uint64_t number;

    if (shmb_change_number(work_segment, &number) != SHMB_OK)
        return journal_fail("shmb_change_number");
    shmb_store64(&journal->changed_at[(number + 1) % NUMBERS], GetTickCount64());
    return true;
}

static bool change(void)
{
    uint64_t value = 0;

    if (!note_time())
        return false;
    if (shmb_write(work_segment, 0, &value, sizeof(value), NULL) != SHMB_OK)
        return journal_fail("shmb_write");
    journal_add(&journal->changes);
    return true;
}

/* One that died or has not begun yet sees it in its next life. */
static bool all_have_seen(uint64_t number)
{
    uint32_t lane;

    for (lane = 0; lane < journal->lanes; lane++)
        if (!work_is_first_kind(lane) && shmb_load64(&journal->seen[lane]) < number)
            return false;
    return true;
}

static bool write_one(void)
{
    const int32_t result = work_take(WORK_SLICE_MS);
    uint64_t number;

    if (result == SHMB_TIMEOUT)
        return true;
    if (result < 0)
        return false;
    if (result == SHMB_ABANDONED) {
        journal_count(&journal->told);
        /* It ends what a dead writer began: a change, too. */
        if (!note_time() || shmb_mark_consistent(work_segment) != SHMB_OK)
            return journal_fail("shmb_mark_consistent");
    }
    if (!change() || shmb_change_number(work_segment, &number) != SHMB_OK || !work_give())
        return journal_fail("a change");
    while (journal->stop == 0 && journal->failed == 0 && !all_have_seen(number))
        Sleep(0);
    return true;
}

static bool wait_one(struct life *life)
{
    volatile uint64_t *seen = &journal->seen[life->lane];
    uint64_t number = shmb_load64(seen), before = number, at;
    const int32_t result = shmb_wait_changed(work_segment, &number, 2 * SHMB_RECHECK_MS);

    if (result == SHMB_TIMEOUT)
        return true;
    if (result != SHMB_OK)
        return journal_fail("shmb_wait_changed: %ld", (long)result);
    at = shmb_load64(&journal->changed_at[(before + 1) % NUMBERS]);
    /* The first wait begins with what the lane has seen in an earlier life. */
    if (life->has_waited && number - before < NUMBERS / 2 && GetTickCount64() - at >= LATE_MS)
        journal_count(&journal->late);
    life->has_waited = true;
    shmb_store64(seen, number);
    return true;
}

static bool notify_round(struct life *life)
{
    if (!(work_is_first_kind(life->lane) ? write_one() : wait_one(life)))
        return false;
    journal_add(&journal->operations[life->lane]);
    return true;
}

/* The driver counts those that others killed as they wrote, perhaps before the signal. */
static bool notify_check(uint32_t deaths)
{
    const uint32_t silent = journal->way <= WAY_SELF ? journal->unsignalled : deaths;
    const uint64_t may_be_late = (uint64_t)silent * LANES / 2 + journal->changes / 20 + 2;

    return journal->late <= may_be_late ||
           journal_fail("%lu waits were ended by the clock, and %llu may be, of %llu changes",
                        (unsigned long)journal->late, (unsigned long long)may_be_late,
                        (unsigned long long)journal->changes);
}

const struct work work_notify = {
    .name = "notification",
    .open = work_open_segment,
    .close = work_close_segment,
    .round = notify_round,
    .check = notify_check,
};
