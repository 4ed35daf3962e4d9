#include "pace.h"

void pace_failed(struct pace *pace, uint64_t now, uint32_t random)
{
    uint32_t wait = pace->wait_ms == 0 ? PACE_LEAST_MS : pace->wait_ms * 2;

    if (wait > PACE_MOST_MS)
        wait = PACE_MOST_MS;
    pace->wait_ms = wait;
    pace->next = now + wait - random % (wait / 2);
}

void pace_worked(struct pace *pace)
{
    *pace = (struct pace){0};
}

bool pace_due(const struct pace *pace, uint64_t now)
{
    return now >= pace->next;
}

void allowance_start(struct allowance *allowance, uint64_t rate, uint64_t now)
{
    allowance->rate = rate;
    allowance->bytes = (int64_t)rate;
    allowance->since = now;
}

/* What is left, with what the time since has brought. */
static int64_t left(const struct allowance *allowance, uint64_t now)
{
    uint64_t passed = now - allowance->since;
    int64_t more, rate = (int64_t)allowance->rate;

    if (passed > 3600000) /* of a value within the bound, nothing is owed after an hour */
        passed = 3600000;
    more = (int64_t)(allowance->rate / 1000 * passed + allowance->rate % 1000 * passed / 1000);
    return allowance->bytes + more < rate ? allowance->bytes + more : rate;
}

bool allowance_take(struct allowance *allowance, uint64_t bytes, uint64_t now)
{
    int64_t have;

    if (allowance->rate == 0)
        return true;
    have = left(allowance, now);
    if (have <= 0)
        return false;
    allowance->bytes = have - (int64_t)bytes;
    allowance->since = now;
    return true;
}

uint32_t allowance_wait(const struct allowance *allowance, uint64_t now)
{
    int64_t have;

    if (allowance->rate == 0)
        return 0;
    have = left(allowance, now);
    if (have > 0)
        return 0;
    return (uint32_t)((uint64_t)(1 - have) * 1000 / allowance->rate + 1);
}
