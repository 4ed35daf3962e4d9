#include "queue_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "broker.h"
#include "open_object.h"

/* About 50 microseconds: two programs that answer each other need no event then. */
#define SPINS 1000u

struct shmb_queue *queue_new(const char *name, uint32_t rights, const char *owner)
{
    struct shmb_queue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL)
        return NULL;
    (void)snprintf(queue->name, sizeof(queue->name), "%s", name);
    (void)snprintf(queue->lock_name, sizeof(queue->lock_name), "%s" SHMB_LOCK_SUFFIX, name);
    strcpy(queue->owner, owner);
    queue->rights = rights;
    return queue;
}

static void close_handle(HANDLE handle)
{
    if (handle != NULL)
        CloseHandle(handle);
}

void queue_free(struct shmb_queue *queue)
{
    if (queue == NULL)
        return;
    word_lock_end(&queue->put_lock);
    word_lock_end(&queue->get_lock);
    domain_leave(queue->domain);
    close_handle(queue->events[RING_ITEMS]);
    close_handle(queue->events[RING_ROOM]);
    section_unmap(&queue->view);
    close_handle(queue->section);
    free(queue);
}

int32_t queue_event(struct shmb_queue *queue, enum ring_event which, HANDLE *out,
                    struct fault *fault)
{
    char name[SHMB_NAME_BYTES + sizeof(SHMB_QUEUE_ITEMS_SUFFIX)];
    HANDLE event;
    int32_t result;

    *out = InterlockedCompareExchangePointer(&queue->events[which], NULL, NULL);
    if (*out != NULL)
        return SHMB_OK;
    (void)snprintf(name, sizeof(name), "%s%s", queue->name,
                   which == RING_ITEMS ? SHMB_QUEUE_ITEMS_SUFFIX : SHMB_QUEUE_ROOM_SUFFIX);
    result = open_object(SHMB_EVENT, name, shmb_access_mask(SHMB_EVENT, SHMB_LEVEL_WRITE),
                         queue->owner, &event, fault);
    /* The broker creates an event of this name, so another kind is another program's. */
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return broker_absent(result);
    *out = open_object_keep(&queue->events[which], event);
    return SHMB_OK;
}

/* ---- the port -------------------------------------------------------------------- */

static const struct fast_lock *port_lock(void *context, volatile uint64_t *word)
{
    struct queue_call *call = context;
    struct shmb_queue *queue = call->queue;

    call->lock = word_lock_fast(word == queue->put_lock.word ? &queue->put_lock : &queue->get_lock,
                                &call->word);
    return &call->lock;
}

static enum ring_wake port_sleep(void *context, enum ring_event which, uint32_t ms)
{
    struct queue_call *call = context;
    HANDLE event;

    call->result = queue_event(call->queue, which, &event, &call->fault);
    if (call->result != SHMB_OK)
        return RING_NOT_SLEPT;
    switch (WaitForSingleObject(event, ms)) {
    case WAIT_OBJECT_0:
        return RING_SIGNALLED;
    case WAIT_TIMEOUT:
        return RING_TIME_OVER;
    default:
        call->result = fault_call(&call->fault, SHMB_SYSTEM, CALL_WAIT, GetLastError());
        return RING_NOT_SLEPT;
    }
}

/* Without the event, those who sleep look again after a slice. */
static void port_wake(void *context, enum ring_event which)
{
    struct queue_call *call = context;
    struct fault ignored;
    HANDLE event;

    if (queue_event(call->queue, which, &event, &ignored) == SHMB_OK)
        SetEvent(event);
}

static void port_pause(void *context, uint32_t ms)
{
    (void)context;
    if (ms > 0)
        Sleep(ms);
    else
        SwitchToThread(); /* Sleep(0) lets only threads of the same priority run */
}

static uint64_t port_now(void *context)
{
    (void)context;
    return GetTickCount64();
}

static const struct ring_port port = {
    .lock = port_lock,
    .sleep = port_sleep,
    .wake = port_wake,
    .pause = port_pause,
    .now = port_now,
};

/* ---- the ring --------------------------------------------------------------------- */

int32_t queue_begin(struct shmb_queue *queue, const struct shmb_entry *entry, struct fault *fault)
{
    SYSTEM_INFO system;
    int32_t result;

    if (!ring_begin(&queue->ring, queue->view.data, (size_t)entry->size, entry->queue_slots,
                    entry->queue_slot_size, entry->flags, entry->generation))
        return fault_plain(fault, SHMB_CORRUPT);
    GetSystemInfo(&system);
    queue->ring.spins = system.dwNumberOfProcessors > 1 ? SPINS : 0;
    queue->ring.port = &port;
    if (queue->rights != SHMB_WRITE || entry->slots == 0)
        return SHMB_OK;
    word_lock_begin(&queue->put_lock, &queue->ring.header->put_lock, NULL, queue->lock_name,
                    queue->owner);
    word_lock_begin(&queue->get_lock, &queue->ring.header->get_lock, NULL, queue->lock_name,
                    queue->owner);
    result = domain_join(entry->slots, entry->slot_count, queue->owner, &queue->domain, fault);
    queue->put_lock.domain = queue->get_lock.domain = queue->domain;
    return result;
}

int32_t queue_result(const struct queue_call *call, enum ring_result step, struct fault *fault)
{
    switch (step) {
    case RING_OK:
        return SHMB_OK;
    case RING_EMPTY:
        return fault_call(fault, SHMB_TIMEOUT, REASON_QUEUE_EMPTY, 0);
    case RING_FULL:
        return fault_call(fault, SHMB_TIMEOUT, REASON_QUEUE_FULL, 0);
    case RING_WAITED:
        return fault_call(fault, SHMB_TIMEOUT, REASON_QUEUE_LOCKED, 0);
    case RING_LONG:
        return fault_call(fault, SHMB_RANGE, REASON_QUEUE_BUFFER, 0);
    case RING_TAKEN:
        return fault_call(fault, SHMB_BUSY, REASON_QUEUE_END, 0);
    case RING_BUSY:
        return fault_call(fault, SHMB_BUSY, REASON_QUEUE_BUSY, 0);
    case RING_STALE:
        return fault_call(fault, SHMB_STALE, REASON_QUEUE_STALE, 0);
    case RING_CORRUPT:
        return fault_plain(fault, SHMB_CORRUPT);
    case RING_FAILED:
        break;
    }
    *fault = call->result != SHMB_OK ? call->fault : call->word.fault;
    return call->result != SHMB_OK ? call->result : call->word.result;
}
