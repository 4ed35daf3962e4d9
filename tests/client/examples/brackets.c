/* Several changes that belong together: shmb_write_begin, shmb_write_end. */
#include <string.h>

#include "examples.h"
#include "shmb.h"

int example_brackets(void)
{
    shmb_segment *prices;
    void *data;
    int32_t result;

    if (shmb_open("Prices", SHMB_WRITE, 0, &prices) != SHMB_OK)
        return 1;
    shmb_data(prices, &data);
    result = shmb_lock(prices, 1000);
    if (result >= 0) {
        shmb_write_begin(prices);
        memcpy((char *)data + 128, "bid", 4);
        memcpy((char *)data + 256, "ask", 4); /* no snapshot sees one without the other */
        result = shmb_write_end(prices);
        shmb_unlock(prices);
    }
    shmb_close(prices);
    return result == SHMB_OK ? 0 : 1;
}
