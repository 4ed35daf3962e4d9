/* Only a part of a large segment: shmb_open_with. */
#include <string.h>

#include "examples.h"
#include "shmb.h"

int example_part(void)
{
    shmb_options options;
    shmb_segment *page;
    uint64_t size = 0;

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.rights = SHMB_READ;
    options.offset = 1024;
    options.length = 512;
    if (shmb_open_with("Prices", &options, &page) != SHMB_OK)
        return 1;
    shmb_size(page, &size); /* 512, and offset 0 is byte 1024 of the segment */
    shmb_close(page);
    return size == 512 ? 0 : 1;
}
