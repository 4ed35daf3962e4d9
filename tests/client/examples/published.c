/* Double snapshots: shmb_read_published, and shmb_restore after a program died while it wrote. */
#include "examples.h"
#include "shmb.h"

/* Two sums that are equal whenever a write has ended. */
struct totals {
    uint32_t bought, sold;
};

int example_published(void)
{
    struct totals totals = {5, 5};
    shmb_segment *segment;
    const void *data;
    uint64_t ticket;
    int32_t result;

    if (shmb_open("Totals", SHMB_WRITE, 0, &segment) != SHMB_OK)
        return 1;
    result = shmb_lock(segment, 1000);
    if (result == SHMB_ABANDONED)
        result = shmb_restore(segment); /* the totals of the last write that ended */
    if (result == SHMB_OK) {
        result = shmb_write(segment, 0, &totals, sizeof(totals), NULL);
        shmb_unlock(segment);
    }
    /* Readers wait for nobody, and read in place. */
    do {
        result = shmb_read_published(segment, 0, &data, &ticket);
        if (result != SHMB_OK)
            break;
        totals = *(const volatile struct totals *)data;
        result = shmb_read_valid(segment, ticket);
    } while (result == SHMB_BUSY);
    shmb_close(segment);
    return result == SHMB_OK && totals.bought == totals.sold ? 0 : 1;
}
