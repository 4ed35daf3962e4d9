/* Open, change, look, close: shmb_open, shmb_update, shmb_read, shmb_name, shmb_size, shmb_close.
 */
#include <stdio.h>

#include "examples.h"
#include "shmb.h"

int example_open(void)
{
    shmb_segment *prices;
    char name[SHMB_NAME_SIZE], text[8];
    uint64_t size;
    int failed = 0;

    /* Waits up to 5 s for a broker that is still starting. */
    if (shmb_open("Prices", SHMB_WRITE, 5000, &prices) != SHMB_OK)
        return 1;
    if (shmb_update(prices, 0, "1.25", 5, 1000, NULL) < 0 ||
        shmb_read(prices, 0, text, 5, NULL) < 0 || shmb_name(prices, name, sizeof(name)) < 0 ||
        shmb_size(prices, &size) < 0)
        failed = 1;
    else
        printf("    %s has %u bytes and starts with %s\n", name, (unsigned)size, text);
    shmb_close(prices);
    return failed;
}
