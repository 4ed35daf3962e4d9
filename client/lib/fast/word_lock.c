/* The port of the fast lock to Win32. */
#include "word_lock.h"

#include "broker.h"
#include "domain_record.h"
#include "mutex.h"
#include "open_object.h"
#include "trust.h"

#define EVENT_ACCESS (SYNCHRONIZE | EVENT_MODIFY_STATE | READ_CONTROL)

void word_lock_begin(struct word_lock *lock, volatile uint64_t *word, struct domain *domain,
                     const char *event_name, const char *owner)
{
    *lock = (struct word_lock){
        .word = word, .domain = domain, .event_name = event_name, .owner = owner};
}

void word_lock_end(struct word_lock *lock)
{
    if (lock->event != NULL)
        CloseHandle(lock->event);
    lock->event = NULL;
}

/* The first thread that has opened the event wins. NULL: `context` tells why. */
static HANDLE get_event(struct word_call *context)
{
    struct word_lock *lock = context->lock;
    HANDLE event = InterlockedCompareExchangePointer(&lock->event, NULL, NULL), opened;

    if (event != NULL)
        return event;
    context->result = open_object(SHMB_EVENT, lock->event_name, EVENT_ACCESS, lock->owner, &opened,
                                  &context->fault);
    if (context->result == SHMB_WRONG_KIND)
        context->result = SHMB_NOT_OURS;
    context->result = broker_absent(context->result);
    if (context->result != SHMB_OK)
        return NULL;
    return open_object_keep(&lock->event, opened);
}

/* ---- the port -------------------------------------------------------------------- */

static enum fast_wake sleep_for(struct word_call *context, const HANDLE *handles, DWORD count,
                                DWORD slot_at, uint32_t ms)
{
    DWORD answer = WaitForMultipleObjects(count, handles, FALSE, ms);

    if (answer == WAIT_OBJECT_0 + slot_at || answer == WAIT_ABANDONED_0 + slot_at) {
        if (!mutex_is_nested(handles[slot_at]))
            return FAST_SLOT_TAKEN;
        /* The owner is this thread, through another copy of the library: it lives. */
        ReleaseMutex(handles[slot_at]);
        answer = slot_at > 0 ? WaitForSingleObject(handles[0], ms) : WAIT_TIMEOUT;
    }
    if (answer == WAIT_OBJECT_0 || answer == WAIT_TIMEOUT)
        return FAST_WOKEN;
    context->result = fault_call(&context->fault, SHMB_SYSTEM, CALL_WAIT, GetLastError());
    return FAST_NOT_SLEPT;
}

static enum fast_wake port_sleep(void *given, uint32_t slot, uint32_t ms)
{
    struct word_call *context = given;
    HANDLE handles[2];
    DWORD count = 0, slot_at = MAXIMUM_WAIT_OBJECTS;
    struct fault ignored;
    int32_t result;

    if (ms > 0) {
        handles[count] = get_event(context);
        if (handles[count++] == NULL)
            return FAST_NOT_SLEPT;
    }
    if (slot != FAST_NO_SLOT)
        switch (
            domain_record_mutex(context->lock->domain, slot, &handles[count], &result, &ignored)) {
        case SLOT_MUTEX_OPEN:
            slot_at = count++;
            break;
        case SLOT_MUTEX_NOBODY:
            return FAST_SLOT_TAKEN;
        case SLOT_MUTEX_UNKNOWN:
            break;
        }
    return count > 0 ? sleep_for(context, handles, count, slot_at, ms) : FAST_WOKEN;
}

static void port_release_slot(void *given, uint32_t slot)
{
    struct word_call *context = given;
    struct fault ignored;
    int32_t result;
    HANDLE mutex;

    /* Nobody's slot: if its mutex is there by now, this thread does not have it. */
    if (domain_record_mutex(context->lock->domain, slot, &mutex, &result, &ignored) ==
        SLOT_MUTEX_OPEN)
        ReleaseMutex(mutex);
}

/* Without the event, those who sleep look again after a slice. */
static void port_wake(void *given)
{
    HANDLE event = get_event(given);

    if (event != NULL)
        SetEvent(event);
}

static void port_pause(void *given, uint32_t ms)
{
    (void)given;
    Sleep(ms);
}

static uint64_t port_now(void *given)
{
    (void)given;
    return GetTickCount64();
}

static const struct fast_port port = {
    .sleep = port_sleep,
    .release_slot = port_release_slot,
    .wake = port_wake,
    .pause = port_pause,
    .now = port_now,
};

/* ---- calls ------------------------------------------------------------------------- */

struct fast_lock word_lock_fast(struct word_lock *lock, struct word_call *call)
{
    *call = (struct word_call){.lock = lock, .result = SHMB_SYSTEM};
    return (struct fast_lock){
        .word = lock->word,
        .slots = lock->domain->view.data,
        .slots_size = lock->domain->size,
        .slot_count = lock->domain->slot_count,
        .port = &port,
        .context = call,
    };
}

static int32_t result_of(enum fast_result fast, struct word_call *context, struct fault *fault)
{
    switch (fast) {
    case FAST_OK:
        return SHMB_OK;
    case FAST_ABANDONED:
        return SHMB_ABANDONED;
    case FAST_TIMEOUT:
        return fault_plain(fault, SHMB_TIMEOUT);
    case FAST_NOT_OWNER:
        return fault_plain(fault, SHMB_NOT_OWNER);
    case FAST_MOVED:
        return fault_plain(fault, SHMB_STALE);
    case FAST_CORRUPT:
        return fault_plain(fault, SHMB_CORRUPT);
    case FAST_FAILED:
        break;
    }
    *fault = context->fault;
    return context->result;
}

int32_t word_lock_take(struct word_lock *lock, uint32_t timeout_ms, struct seat **seat,
                       struct fault *fault)
{
    int32_t result = domain_seat(lock->domain, seat, fault);

    if (result != SHMB_OK)
        return result;
    if (!fast_take_free(lock->word, (*seat)->identity)) {
        struct word_call context;
        const struct fast_lock fast = word_lock_fast(lock, &context);

        result = result_of(fast_take(&fast, (*seat)->identity, timeout_ms), &context, fault);
    }
    return result;
}

int32_t word_lock_give_wanted(struct word_lock *lock, uint64_t identity, bool consistent,
                              struct fault *fault)
{
    struct word_call context;
    const struct fast_lock fast = word_lock_fast(lock, &context);

    return result_of(fast_give(&fast, identity, consistent), &context, fault);
}
