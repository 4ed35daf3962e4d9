#include "schedule.h"

void schedule_begin(struct schedule *schedule, const struct schedule_duty *duties, size_t count)
{
    size_t i;

    schedule->duties = duties;
    schedule->count = count;
    for (i = 0; i < count; i++)
        schedule->due[i] = UINT64_MAX;
}

uint32_t schedule_plan(struct schedule *schedule, const void *context, uint64_t now)
{
    uint64_t first = UINT64_MAX;
    size_t i;

    for (i = 0; i < schedule->count; i++) {
        uint32_t delay = schedule->duties[i].delay(context);

        if (delay == SCHEDULE_NEVER)
            schedule->due[i] = UINT64_MAX;
        /*
         * Never later: each wake-up asks all duties, and would postpone those that count from now.
         */
        else if (now + delay < schedule->due[i])
            schedule->due[i] = now + delay;
        if (schedule->due[i] < first)
            first = schedule->due[i];
    }
    if (first == UINT64_MAX)
        return SCHEDULE_NEVER;
    if (first <= now)
        return 0;
    return first - now < SCHEDULE_NEVER ? (uint32_t)(first - now) : SCHEDULE_NEVER - 1;
}

void schedule_run(struct schedule *schedule, void *context, uint64_t now)
{
    size_t i;

    for (i = 0; i < schedule->count; i++) {
        if (schedule->due[i] > now)
            continue;
        /* The next plan asks the duty when it wants to run again. */
        schedule->due[i] = UINT64_MAX;
        schedule->duties[i].run(context);
    }
}
