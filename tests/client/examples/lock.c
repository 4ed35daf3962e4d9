/* Read, change and write back under the lock: shmb_lock, shmb_write, shmb_mark_consistent,
 * shmb_unlock; and say who has it: shmb_lock_state. */
#include <stdio.h>

#include "examples.h"
#include "shmb.h"

int example_lock(void)
{
    shmb_lock_info holder = {.size = sizeof(holder)};
    shmb_segment *prices;
    uint32_t count = 0;
    int32_t result;

    if (shmb_open("Prices", SHMB_WRITE, 0, &prices) != SHMB_OK)
        return 1;
    result = shmb_lock(prices, 1000);
    if (result == SHMB_TIMEOUT && shmb_lock_state(prices, &holder) == SHMB_OK)
        printf("process %u has the lock\n", (unsigned)holder.process);
    if (result == SHMB_ABANDONED) {
        /* Somebody died with the lock. Here: start anew, and say that all is well. */
        shmb_write(prices, 64, &count, sizeof(count), NULL);
        result = shmb_mark_consistent(prices);
    }
    if (result == SHMB_OK) {
        shmb_read(prices, 64, &count, sizeof(count), NULL);
        count++;
        result = shmb_write(prices, 64, &count, sizeof(count), NULL);
        shmb_unlock(prices);
    }
    shmb_close(prices);
    return result == SHMB_OK ? 0 : 1;
}
