/* The memory itself: shmb_data. The program sees to it that no one writes at the same time. */
#include <string.h>

#include "examples.h"
#include "shmb.h"

int example_memory(void)
{
    shmb_segment *bare;
    void *data;
    char copy[6];

    if (shmb_open("Bare", SHMB_WRITE, 0, &bare) != SHMB_OK)
        return 1;
    shmb_data(bare, &data);
    memcpy(data, "plain", 6);
    memcpy(copy, data, 6);
    /* Gone with the segment: `data` is not to be used any more. */
    shmb_close(bare);
    return strcmp(copy, "plain");
}
