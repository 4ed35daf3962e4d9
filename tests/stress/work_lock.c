/*
 * The lock: A, the commits and B are counted up under it, and each owner checks them first. Some
 * sections last longer than a slice of a wait: an owner that lives is never robbed. Some owners
 * that learn of a death repair the content and do not say so: the next one must learn of it, too.
 */
#include "work.h"

#define HOLD_EACH 500u /* sections: one lasts longer than short waits */
#define HOLD_MS   2u
#define LONG_EACH 20000u
#define LONG_MS   130u

static uint64_t commits(void)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < LANES; i++)
        sum += shmb_load64(&journal->commits[i]);
    return sum;
}

static bool fail_with(const char *what, volatile uint32_t *counter)
{
    journal_count(counter);
    return journal_fail("%s: A %llu, commits %llu, B %llu, lane %lu inside", what,
                        (unsigned long long)journal->a, (unsigned long long)commits(),
                        (unsigned long long)journal->b, (unsigned long)journal->inside);
}

/* A death: the content is that of a section that was left at one of its steps. */
static bool is_left_at_a_step(uint64_t a, uint64_t sum, uint64_t b)
{
    return (a == sum && b == sum) || (a == sum + 1 && b == sum) || (a == sum && b + 1 == sum);
}

/* Right after the lock was taken. */
static bool enter(int32_t result)
{
    const uint64_t sum = commits(), a = shmb_load64(&journal->a), b = shmb_load64(&journal->b);
    const bool told = result == SHMB_ABANDONED;

    if (journal->expect_told != 0 && !told)
        return fail_with("an owner was not told of a death", &journal->untold);
    journal->expect_told = 0;
    if (!told)
        return (a == sum && b == sum && journal->inside == 0) ||
               fail_with("an owner found a section in progress", &journal->untold);
    if (!is_left_at_a_step(a, sum, b))
        return fail_with("an update is lost", &journal->lost);
    journal_count(journal->inside != 0 ? &journal->told : &journal->told_outside);
    shmb_store64(&journal->a, sum);
    shmb_store64(&journal->b, sum);
    shmb_store64(&journal->inside, 0);
    return true;
}

static void linger(uint32_t turns)
{
    while (turns-- > 0)
        shmb_pause();
}

static bool section(struct life *life)
{
    shmb_store64(&journal->inside, life->lane + 1);
    shmb_crash_point("section: entered");
    if (life_dice(life, HOLD_EACH) == 0)
        Sleep(HOLD_MS);
    if (life_dice(life, LONG_EACH) == 0)
        Sleep(LONG_MS);
    journal_add(&journal->a);
    shmb_crash_point("section: A");
    linger(20);
    journal_add(&journal->commits[life->lane]);
    shmb_crash_point("section: committed");
    linger(20);
    journal_add(&journal->b);
    shmb_crash_point("section: B");
    shmb_store64(&journal->inside, 0);
    return work_give();
}

/* Mostly a long wait; at times a short one, which ends without the lock, or none. */
static uint32_t choose_wait(struct life *life)
{
    const uint32_t thrown = life_dice(life, 100);

    return thrown == 0 ? 0 : thrown <= 10 ? 1 : WORK_SLICE_MS;
}

static bool lock_round(struct life *life)
{
    const int32_t result = work_take(choose_wait(life));

    if (result == SHMB_TIMEOUT)
        return true;
    if ((result != SHMB_OK && result != SHMB_ABANDONED) || !enter(result))
        return false;
    if (result == SHMB_ABANDONED && life_dice(life, 4) == 0) {
        journal_count(&journal->carried);
        journal->expect_told = 1;
        return work_give();
    }
    if (result == SHMB_ABANDONED && shmb_mark_consistent(work_segment) != SHMB_OK)
        return journal_fail("shmb_mark_consistent");
    if (!section(life))
        return false;
    journal_add(&journal->operations[life->lane]);
    linger(life_dice(life, 64));
    return true;
}

static bool lock_check(uint32_t deaths)
{
    const int32_t result = work_take(WORK_SLICE_MS);

    if (result == SHMB_TIMEOUT)
        return journal_fail("the lock stays taken when all workers have ended");
    if (result < 0 || !enter(result) || !work_give())
        return false;
    return journal->told + journal->told_outside <= deaths + journal->carried ||
           journal_fail("owners were told %lu times of %lu deaths",
                        (unsigned long)(journal->told + journal->told_outside),
                        (unsigned long)deaths);
}

const struct work work_lock = {
    .name = "lock",
    .open = work_open_segment,
    .close = work_close_segment,
    .round = lock_round,
    .check = lock_check,
};
