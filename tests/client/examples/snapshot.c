/* A consistent copy for one who may only read: shmb_snapshot and shmb_snapshot_wait. */
#include "examples.h"
#include "shmb.h"

int example_snapshot(void)
{
    shmb_segment *prices;
    char copy[256];
    uint64_t got = 0;
    int32_t result;

    if (shmb_open("Prices", SHMB_READ, 0, &prices) != SHMB_OK)
        return 1;
    result = shmb_snapshot(prices, 0, copy, sizeof(copy), &got);
    /* A program is writing: wait for it, but not for ever. */
    if (result == SHMB_BUSY)
        result = shmb_snapshot_wait(prices, 0, copy, sizeof(copy), 5000, &got);
    shmb_close(prices);
    return result == SHMB_OK && got == sizeof(copy) ? 0 : 1;
}
