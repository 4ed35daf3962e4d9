/* Calls on an open queue. The steps are in client/sync/queue_ring.c. */
#include <string.h>

#include "queue_handle.h"
#include "sized.h"

/* May the handle do this? Reads for one opened with SHMB_READ do not ask. */
static int32_t may_write(const struct shmb_queue *queue)
{
    if (queue == NULL)
        return SHMB_BAD_ARGUMENT;
    return queue->rights == SHMB_WRITE ? SHMB_OK : SHMB_ACCESS_DENIED;
}

/* The identity of the calling thread, for what needs a lock word. */
static int32_t identify(const struct shmb_queue *queue, uint64_t *identity, struct fault *fault)
{
    if (queue->domain == NULL) /* the broker has published the queue without slots */
        return fault_call(fault, SHMB_NO_SLOT, REASON_NO_SLOTS, 0);
    return domain_identity(queue->domain, identity, fault);
}

/* The same without a call if the thread has its slot. False: ask `identify`. */
static inline bool known_identity(const struct shmb_queue *queue, uint64_t *identity)
{
    const struct seat *seat = queue->domain != NULL ? domain_seat_at_once(queue->domain) : NULL;

    if (seat == NULL)
        return false;
    *identity = seat->identity;
    return true;
}

/* The same for a consumer, which needs none where several threads may get. */
static int32_t identify_consumer(const struct shmb_queue *queue, uint64_t *identity,
                                 struct fault *fault)
{
    *identity = 0;
    return ring_one_consumer(&queue->ring) && !known_identity(queue, identity)
               ? identify(queue, identity, fault)
               : SHMB_OK;
}

int32_t SHMB_CALL shmb_queue_put(shmb_queue *queue, const void *bytes, uint32_t count,
                                 uint32_t timeout_ms)
{
    struct queue_call call;
    struct fault fault = {CALL_NONE, 0};
    enum ring_result step;
    uint64_t identity;
    int32_t result = may_write(queue);

    if (result == SHMB_OK && bytes == NULL && count > 0)
        result = SHMB_BAD_ARGUMENT;
    if (result != SHMB_OK)
        return result_end_of_handle(result);
    if (!known_identity(queue, &identity)) {
        result = identify(queue, &identity, &fault);
        if (result != SHMB_OK)
            return result_end(result, &fault);
    }
    call.queue = queue;
    call.result = SHMB_OK;
    step = ring_put(&queue->ring, &call, identity, bytes, count, timeout_ms);
    if (step == RING_OK)
        return SHMB_OK;
    result = queue_result(&call, step, &fault);
    if (step == RING_LONG)
        fault.call = REASON_QUEUE_LONG;
    return result_end(result, &fault);
}

int32_t SHMB_CALL shmb_queue_get(shmb_queue *queue, void *buffer, uint32_t size, uint32_t *length,
                                 uint32_t timeout_ms)
{
    struct queue_call call;
    struct fault fault = {CALL_NONE, 0};
    enum ring_result step;
    uint64_t identity;
    uint32_t found = 0;
    int32_t result = may_write(queue);

    if (length != NULL)
        *length = 0;
    if (result == SHMB_OK && buffer == NULL && size > 0)
        result = SHMB_BAD_ARGUMENT;
    if (result != SHMB_OK)
        return result_end_of_handle(result);
    result = identify_consumer(queue, &identity, &fault);
    if (result != SHMB_OK)
        return result_end(result, &fault);
    call.queue = queue;
    call.result = SHMB_OK;
    step = ring_get(&queue->ring, &call, identity, buffer, size, &found, timeout_ms);
    if (length != NULL)
        *length = found;
    return step == RING_OK ? SHMB_OK : result_end(queue_result(&call, step, &fault), &fault);
}

int32_t SHMB_CALL shmb_queue_peek(const shmb_queue *queue, void *buffer, uint32_t size,
                                  uint32_t *length)
{
    const struct queue_call call = {.result = SHMB_OK};
    struct fault fault = {CALL_NONE, 0};
    enum ring_result step;
    uint32_t found = 0;

    if (length != NULL)
        *length = 0;
    if (queue == NULL || (buffer == NULL && size > 0))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    step = ring_peek(&queue->ring, buffer, size, &found);
    if (length != NULL)
        *length = found;
    return result_end(queue_result(&call, step, &fault), &fault);
}

int32_t SHMB_CALL shmb_queue_level(const shmb_queue *queue, shmb_queue_info *info)
{
    const struct queue_call call = {.result = SHMB_OK};
    struct fault fault = {CALL_NONE, 0};
    struct ring_level level;
    shmb_queue_info found;
    int32_t result;

    if (queue == NULL || !sized_valid(info, SHMB_QUEUE_INFO_SIZE_MIN))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = queue_result(&call, ring_look(&queue->ring, &level), &fault);
    memset(&found, 0, sizeof(found));
    found.flags = queue->ring.flags;
    found.slots = queue->ring.slots;
    found.slot_size = queue->ring.slot_size;
    found.generation = queue->ring.generation;
    if (result == SHMB_OK) {
        found.messages = level.messages;
        found.put = level.put;
        found.got = level.got;
        found.dropped = level.dropped;
        found.refused = level.refused;
    }
    sized_give(&found, sizeof(found), info);
    return result_end(result, &fault);
}

int32_t SHMB_CALL shmb_queue_clear(shmb_queue *queue, uint64_t *count)
{
    struct queue_call call = {.queue = queue};
    struct fault fault = {CALL_NONE, 0};
    uint64_t identity, removed = 0;
    int32_t result = may_write(queue);

    if (count != NULL)
        *count = 0;
    if (result != SHMB_OK)
        return result_end_of_handle(result);
    result = identify_consumer(queue, &identity, &fault);
    if (result == SHMB_OK)
        result = queue_result(&call, ring_clear(&queue->ring, &call, identity, &removed), &fault);
    if (count != NULL)
        *count = removed;
    return result_end(result, &fault);
}

int32_t SHMB_CALL shmb_queue_event(shmb_queue *queue, void **event)
{
    struct queue_call call = {.queue = queue};
    struct fault fault = {CALL_NONE, 0};
    HANDLE found;
    int32_t result = may_write(queue);

    if (event != NULL)
        *event = NULL;
    if (event == NULL)
        result = SHMB_BAD_ARGUMENT;
    if (result != SHMB_OK)
        return result_end_of_handle(result);
    result = queue_event(queue, RING_ITEMS, &found, &fault);
    if (result == SHMB_OK)
        result = queue_result(&call, ring_arm(&queue->ring, &call), &fault);
    if (result == SHMB_OK)
        *event = found;
    return result_end(result, &fault);
}

_Static_assert(sizeof(shmb_queue_info) == 64, "shmb_queue_info has one layout in both bitnesses");
