/* Whoever comes first fills it, the others wait until it is done: shmb_first, shmb_init_done. */
#include "examples.h"
#include "shmb.h"

int example_first(void)
{
    shmb_segment *prices;
    int32_t first, result;

    if (shmb_open("Prices", SHMB_WRITE, 0, &prices) != SHMB_OK)
        return 1;
    result = shmb_first(prices, 10000, &first);
    if (result == SHMB_OK && first) {
        shmb_write(prices, 512, "header", 7, NULL);
        result = shmb_init_done(prices);
    }
    shmb_close(prices);
    return result == SHMB_OK ? 0 : 1;
}
