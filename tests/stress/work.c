#include "work.h"

shmb_segment *work_segment;

const struct work *work_of(enum subject subject)
{
    static const struct work *const all[SUBJECTS] = {&work_lock, &work_snapshot, &work_notify,
                                                     &work_queue};

    return all[subject];
}

bool work_open_segment(void)
{
    const int32_t result = shmb_open(STRESS_SEGMENT, SHMB_WRITE, 0, &work_segment);

    return result == SHMB_OK || journal_fail("shmb_open: %ld", (long)result);
}

void work_close_segment(void)
{
    if (shmb_close(work_segment) != SHMB_OK)
        journal_fail("shmb_close");
    work_segment = NULL;
}

int32_t work_take(uint32_t timeout_ms)
{
    const int32_t result = shmb_lock(work_segment, timeout_ms);

    if (result != SHMB_OK && result != SHMB_ABANDONED && result != SHMB_TIMEOUT)
        journal_fail("shmb_lock: %ld", (long)result);
    return result;
}

bool work_give(void)
{
    const int32_t result = shmb_unlock(work_segment);

    return result == SHMB_OK || journal_fail("shmb_unlock: %ld", (long)result);
}
