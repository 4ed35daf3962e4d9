/* Waiting for changes, alone and beside other things. */
#include "examples.h"
#include "shmb.h"

#include <windows.h>

/* shmb_wait_changed: a reader that follows what others write. */
static int follow(shmb_segment *prices)
{
    uint64_t number = 0;
    char copy[64];

    if (shmb_wait_changed(prices, &number, 5000) != SHMB_OK)
        return 1;
    return shmb_snapshot(prices, 0, copy, sizeof(copy), NULL) == SHMB_OK ? 0 : 1;
}

/* shmb_change_number, shmb_change_event: the same in a loop that has windows to serve. */
static int follow_beside_messages(shmb_segment *prices, uint64_t wanted)
{
    uint64_t seen = 0, number;
    void *event;

    do {
        if (shmb_change_number(prices, &number) != SHMB_OK)
            return 1;
        if (number != seen) {
            seen = number; /* read the content here */
            continue;
        }
        if (shmb_change_event(prices, seen, &event) != SHMB_OK ||
            shmb_change_number(prices, &number) != SHMB_OK)
            return 1;
        if (number == seen)
            WaitForSingleObject(event, SHMB_RECHECK_MS); /* or MsgWaitForMultipleObjects */
    } while (seen < wanted);
    return 0;
}

/* shmb_subscribe, shmb_unsubscribe: one event for all changes, beside others. */
static int follow_by_one_event(shmb_segment *prices, HANDLE stop)
{
    shmb_subscription *subscription;
    HANDLE handles[2] = {stop, NULL};
    char copy[64];
    int failed;

    if (shmb_subscribe(prices, 0, &subscription, &handles[1]) != SHMB_OK)
        return 1;
    failed = WaitForMultipleObjects(2, handles, FALSE, 5000) != WAIT_OBJECT_0 + 1 ||
             shmb_snapshot(prices, 0, copy, sizeof(copy), NULL) != SHMB_OK;
    shmb_unsubscribe(subscription);
    return failed;
}

int example_changed(void)
{
    shmb_segment *prices;
    HANDLE stop;
    int failed = 1;

    if (shmb_open("Prices", SHMB_WRITE, 0, &prices) != SHMB_OK)
        return 1;
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (shmb_update(prices, 0, "1.25", 5, 5000, NULL) == SHMB_OK && follow(prices) == 0 &&
        shmb_update(prices, 0, "1.26", 5, 5000, NULL) == SHMB_OK)
        failed = follow_beside_messages(prices, 2) != 0 || follow_by_one_event(prices, stop) != 0;
    shmb_close(prices);
    CloseHandle(stop);
    return failed;
}
