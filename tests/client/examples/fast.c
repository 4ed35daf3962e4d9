/* A fast lock without calls into the library: shmb_fast_begin, shmb_fast_lock, shmb_fast_read,
 * shmb_fast_unlock, shmb_fast_end; and a write under the same lock. */
#include "examples.h"
#include "shmb_fast.h"

int example_fast(void)
{
    shmb_segment *quotes;
    shmb_fast *fast;
    uint32_t count = 0;
    int32_t result;

    if (shmb_open("Quotes", SHMB_WRITE, 0, &quotes) != SHMB_OK)
        return 1;
    result = shmb_fast_begin(quotes, SHMB_FAST_VERSION, &fast);
    if (result == SHMB_OK) {
        result = shmb_fast_lock(fast, 1000);
        if (SHMB_SUCCEEDED(result)) {
            shmb_fast_read(fast, 0, &count, sizeof(count));
            count++;
            /* The calls of shmb.h see the same lock. */
            result = shmb_write(quotes, 0, &count, sizeof(count), NULL);
            shmb_fast_unlock(fast);
        }
        shmb_fast_end(fast);
    }
    shmb_close(quotes);
    return result == SHMB_OK ? 0 : 1;
}
