/* Reading in place, without a copy: shmb_read_begin and shmb_read_valid. */
#include "examples.h"
#include "shmb.h"

/* All values are suspect until shmb_read_valid says SHMB_OK: the loop has a limit of its own. */
static uint32_t add_up(const volatile unsigned char *bytes, uint64_t size)
{
    uint32_t sum = 0;
    uint64_t i;

    for (i = 0; i < size; i++)
        sum += bytes[i];
    return sum;
}

int example_in_place(void)
{
    shmb_segment *prices;
    uint64_t size, ticket;
    uint32_t sum = 0;
    void *data;
    int32_t result;

    if (shmb_open("Prices", SHMB_READ, 0, &prices) != SHMB_OK)
        return 1;
    shmb_data(prices, &data);
    shmb_size(prices, &size);
    do {
        result = shmb_read_begin(prices, 5000, &ticket);
        if (result != SHMB_OK)
            break;
        sum = add_up(data, size);
        result = shmb_read_valid(prices, ticket);
    } while (result == SHMB_BUSY);
    shmb_close(prices);
    return result == SHMB_OK && sum > 0 ? 0 : 1;
}
