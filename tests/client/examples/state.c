/* A program that runs for long asks now and then how its segment stands: shmb_state. */
#include "examples.h"
#include "shmb.h"

int example_state(void)
{
    shmb_segment *prices;
    int32_t result;

    if (shmb_open("Prices", SHMB_READ, 0, &prices) != SHMB_OK)
        return 1;
    result = shmb_state(prices, NULL);
    if (result == SHMB_STALE) { /* made anew, with another size perhaps */
        shmb_close(prices);
        result = shmb_open("Prices", SHMB_READ, 0, &prices);
    }
    shmb_close(prices);
    return result == SHMB_OK ? 0 : 1;
}
