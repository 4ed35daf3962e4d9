#include "snapshot_pair.h"

#include "crash_point.h"
#include "shared_copy.h"

void pair_publish(struct shmb_pair *pair, size_t half, const void *from, size_t size)
{
    const uint64_t version = shmb_load64(&pair->version);
    uint64_t next = (version != 0 ? version : shmb_load64(&pair->withdrawn)) + 1;

    if (next == 0)
        next = 2; /* 0 means that nothing is published; 2 has the same half */
    /* The version before must be visible before a byte of its predecessor's half changes. */
    shmb_fence_release();
    SHMB_CRASH_POINT("pair: before the copy");
#ifdef SHMB_CRASH_POINTS
    /* Two parts, so that a test can stop between them. */
    shared_copy(pair_half_of(pair, half, next), from, size / 2);
    SHMB_CRASH_POINT("pair: in the copy");
#endif
    shared_copy(pair_half_of(pair, half, next), from, size);
    SHMB_CRASH_POINT("pair: copied, not published");
    shmb_store64(&pair->version, next);
    SHMB_CRASH_POINT("pair: published");
}

void pair_withdraw(struct shmb_pair *pair)
{
    const uint64_t version = shmb_load64(&pair->version);

    if (version != 0)
        shmb_store64(&pair->withdrawn, version);
    shmb_store64(&pair->version, 0);
    shmb_fence_release();
}
