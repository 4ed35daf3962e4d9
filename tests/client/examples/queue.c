/* Queues. Here one thread puts and gets; usually one program does this, and another one that. */
#include <string.h>

#include "examples.h"
#include "shmb.h"

#include <windows.h>

/* shmb_queue_put, shmb_queue_get, shmb_queue_peek. */
static int put_and_get(shmb_queue *orders)
{
    char order[64];
    uint32_t length;

    if (shmb_queue_put(orders, "buy 5", 5, 5000) != SHMB_OK)
        return 1; /* SHMB_TIMEOUT: the queue was full for 5 seconds */
    if (shmb_queue_peek(orders, order, sizeof(order), &length) != SHMB_OK || length != 5)
        return 1; /* it is still there */
    if (shmb_queue_get(orders, order, sizeof(order), &length, 5000) != SHMB_OK)
        return 1; /* SHMB_TIMEOUT: no message came in 5 seconds */
    return length == 5 && memcmp(order, "buy 5", 5) == 0 ? 0 : 1;
}

/* shmb_queue_event: the same in a loop that has windows to serve. */
static int get_beside_messages(shmb_queue *orders)
{
    char order[64];
    void *event;
    int32_t result;

    while ((result = shmb_queue_get(orders, order, sizeof(order), NULL, 0)) == SHMB_TIMEOUT) {
        if (shmb_queue_event(orders, &event) != SHMB_OK)
            return 1;
        WaitForSingleObject(event, SHMB_RECHECK_MS); /* or MsgWaitForMultipleObjects */
    }
    return result == SHMB_OK ? 0 : 1;
}

/* shmb_queue_level, shmb_queue_clear. */
static int look_and_clear(shmb_queue *orders)
{
    shmb_queue_info info = {.size = sizeof(info)};
    uint64_t count;

    if (shmb_queue_level(orders, &info) != SHMB_OK || info.messages != 1)
        return 1;
    return shmb_queue_clear(orders, &count) == SHMB_OK && count == 1 ? 0 : 1;
}

/* shmb_queue_open_with, shmb_queue_open_withW, shmb_queue_openW: only to look. */
static int look_only(void)
{
    shmb_options options;
    shmb_queue *queue;
    char order[64];

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.rights = SHMB_READ;
    if (shmb_queue_open_with("Orders", &options, &queue) != SHMB_OK)
        return 1;
    if (shmb_queue_peek(queue, order, sizeof(order), NULL) != SHMB_TIMEOUT) /* it is empty */
        return 1;
    shmb_queue_close(queue);
    if (shmb_queue_open_withW(L"Orders", &options, &queue) != SHMB_OK)
        return 1;
    shmb_queue_close(queue);
    if (shmb_queue_openW(L"Orders", SHMB_READ, 0, &queue) != SHMB_OK)
        return 1;
    return shmb_queue_close(queue) == SHMB_OK ? 0 : 1;
}

int example_queue(void)
{
    shmb_queue *orders;
    int failed = 1;

    if (shmb_queue_open("Orders", SHMB_WRITE, 0, &orders) != SHMB_OK)
        return 1;
    if (put_and_get(orders) == 0 && shmb_queue_put(orders, "sell 5", 6, 0) == SHMB_OK &&
        get_beside_messages(orders) == 0 && shmb_queue_put(orders, "stop", 4, 0) == SHMB_OK)
        failed = look_and_clear(orders);
    shmb_queue_close(orders);
    return failed == 0 ? look_only() : 1;
}
