/* A consistent copy for one who may only read: shmb_snapshot. */
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
    do
        result = shmb_snapshot(prices, 0, copy, sizeof(copy), &got);
    while (result == SHMB_BUSY);
    shmb_close(prices);
    return result == SHMB_OK && got == sizeof(copy) ? 0 : 1;
}
