/*
 * shmb_subscribe: an event of this process that is set after each change, for programs that wait
 * for many things. The thread pool of the process waits for the change events of the segment in
 * turn, and looks at the number each SHMB_RECHECK_MS.
 *
 * The thread pool knows a subscription by a number: a call that comes late finds that it has ended.
 */
#include <stdlib.h>

#include "changed.h"
#include "handle.h"

struct shmb_subscription {
    struct shmb_segment *segment; /* of its own */
    HANDLE event;                 /* the program's; resets itself */
    HANDLE never;                 /* is never set: to wait for the end of a pause only */
    TP_WAIT *wait;
    uintptr_t number;

    /* With `all_guard`. */
    struct shmb_subscription *next;
    unsigned users;

    SRWLOCK guard; /* of `ending`, and of SetThreadpoolWait with it */
    bool ending;

    /* For the wait's function alone; it runs in one thread at a time. */
    uint64_t seen;
    int32_t standing; /* the last result of changed_number */
    unsigned alarms;  /* signals in a row without a change */
    bool paused;      /* it waits without the change event */
    struct changed_wait last;
};

static SRWLOCK all_guard = SRWLOCK_INIT;
static struct shmb_subscription *all;
static uintptr_t last_number;

/* What was made so far. Nobody waits. */
static void release(struct shmb_subscription *subscription)
{
    if (subscription->never != NULL)
        CloseHandle(subscription->never);
    if (subscription->event != NULL)
        CloseHandle(subscription->event);
    handle_free(subscription->segment);
    free(subscription);
}

static uintptr_t next_number(void)
{
    uintptr_t number;

    AcquireSRWLockExclusive(&all_guard);
    number = ++last_number;
    ReleaseSRWLockExclusive(&all_guard);
    return number;
}

static void enter(struct shmb_subscription *subscription)
{
    AcquireSRWLockExclusive(&all_guard);
    subscription->next = all;
    all = subscription;
    ReleaseSRWLockExclusive(&all_guard);
}

/* With one user more. NULL: it has ended. */
static struct shmb_subscription *find(uintptr_t number)
{
    struct shmb_subscription *found;

    AcquireSRWLockExclusive(&all_guard);
    found = all;
    while (found != NULL && found->number != number)
        found = found->next;
    if (found != NULL)
        found->users++;
    ReleaseSRWLockExclusive(&all_guard);
    return found;
}

/* One user less. `ends`: it is not found any more. With the last user it is gone. */
static void leave(struct shmb_subscription *subscription, bool ends)
{
    struct shmb_subscription **at = &all;
    bool last;

    AcquireSRWLockExclusive(&all_guard);
    while (ends && *at != subscription)
        at = &(*at)->next;
    if (ends)
        *at = subscription->next;
    last = --subscription->users == 0;
    ReleaseSRWLockExclusive(&all_guard);
    if (last)
        release(subscription);
}

/* Lets the thread pool wait, unless the subscription ends. */
static void wait_for(struct shmb_subscription *subscription, HANDLE object, DWORD ms)
{
    const ULONGLONG from_now = 0 - (ULONGLONG)ms * 10000u;
    FILETIME until = {(DWORD)from_now, (DWORD)(from_now >> 32)};

    AcquireSRWLockExclusive(&subscription->guard);
    if (!subscription->ending)
        SetThreadpoolWait(subscription->wait, object, &until);
    ReleaseSRWLockExclusive(&subscription->guard);
}

/*
 * Looks at the number, and sets the program's event if it is another one. Also if the number
 * cannot be read any more, so that the program makes a call and learns why.
 */
static bool look(struct shmb_subscription *subscription)
{
    uint64_t now = subscription->seen;
    const int32_t standing = changed_number(subscription->segment, &now);
    const bool changed = now != subscription->seen || standing != subscription->standing;

    subscription->seen = now;
    subscription->standing = standing;
    if (changed)
        SetEvent(subscription->event);
    return changed;
}

/* For a while, without the change event. */
static void pause_for(struct shmb_subscription *subscription, DWORD ms)
{
    subscription->paused = true;
    wait_for(subscription, subscription->never, ms);
}

/* Begins to wait for the next change. */
static void go_on(struct shmb_subscription *subscription)
{
    struct fault ignored;
    int32_t result = changed_wait_begin(subscription->segment, subscription->seen, SHMB_RECHECK_MS,
                                        &subscription->last, &ignored);

    /* It was said before this look that the program waits: so the next change sets its event. */
    if (look(subscription))
        result = changed_wait_begin(subscription->segment, subscription->seen, SHMB_RECHECK_MS,
                                    &subscription->last, &ignored);
    if (result == SHMB_OK && subscription->standing == SHMB_OK)
        wait_for(subscription, subscription->last.event, subscription->last.time);
    else
        pause_for(subscription, SHMB_RECHECK_MS);
}

/* The thread pool has waited. */
static void look_and_go_on(struct shmb_subscription *subscription, bool is_over)
{
    const bool paused = subscription->paused;

    subscription->paused = false;
    if (is_over && !paused)
        changed_wait_over(subscription->segment, &subscription->last);
    if (look(subscription) || (is_over && !paused))
        subscription->alarms = 0;
    else if (!is_over) {
        /* The event is set in vain (waiters.h): it would be found set again at once. */
        pause_for(subscription, changed_pause(++subscription->alarms));
        return;
    }
    go_on(subscription);
}

static void CALLBACK waited(TP_CALLBACK_INSTANCE *instance, void *number, TP_WAIT *wait,
                            TP_WAIT_RESULT result)
{
    struct shmb_subscription *subscription = find((uintptr_t)number);

    (void)instance;
    (void)wait;
    if (subscription == NULL)
        return;
    look_and_go_on(subscription, result == WAIT_TIMEOUT);
    leave(subscription, false);
}

static int32_t make(const struct shmb_segment *segment, uint64_t number,
                    struct shmb_subscription **out, struct fault *fault)
{
    struct shmb_subscription *made = calloc(1, sizeof(*made));
    DWORD code;

    if (made == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    InitializeSRWLock(&made->guard);
    made->seen = number;
    made->users = 1;
    made->number = next_number();
    made->segment = handle_to_watch(segment);
    made->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    made->never = made->event != NULL ? CreateEventW(NULL, TRUE, FALSE, NULL) : NULL;
    if (made->never != NULL)
        made->wait = CreateThreadpoolWait(waited, (void *)made->number, NULL);
    if (made->segment != NULL && made->wait != NULL) {
        enter(made);
        *out = made;
        return SHMB_OK;
    }
    code = GetLastError();
    if (made->wait != NULL)
        CloseThreadpoolWait(made->wait);
    release(made);
    return code == ERROR_NOT_ENOUGH_MEMORY ? fault_plain(fault, SHMB_NO_MEMORY)
                                           : fault_win32(fault, CALL_WAIT, code);
}

int32_t SHMB_CALL shmb_subscribe(shmb_segment *segment, uint64_t number,
                                 shmb_subscription **subscription, void **event)
{
    struct fault fault = {CALL_NONE, 0};
    struct changed_wait first;
    uint64_t now;
    int32_t result;

    if (subscription != NULL)
        *subscription = NULL;
    if (event != NULL)
        *event = NULL;
    if (segment == NULL || subscription == NULL || event == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = changed_available(segment);
    if (result != SHMB_OK)
        return result;
    result = changed_number(segment, &now);
    /* What fails here fails for good: afterwards nobody could be told. */
    if (result == SHMB_OK)
        result = changed_wait_begin(segment, now, 0, &first, &fault);
    if (result == SHMB_OK)
        result = make(segment, number, subscription, &fault);
    if (result != SHMB_OK)
        return result_end(result, &fault);
    *event = (*subscription)->event;
    go_on(*subscription);
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_unsubscribe(shmb_subscription *subscription)
{
    if (subscription == NULL)
        return SHMB_OK;
    AcquireSRWLockExclusive(&subscription->guard);
    subscription->ending = true;
    SetThreadpoolWait(subscription->wait, NULL, NULL);
    ReleaseSRWLockExclusive(&subscription->guard);
    /* One that runs already ends; it lets the thread pool wait no more. */
    WaitForThreadpoolWaitCallbacks(subscription->wait, TRUE);
    CloseThreadpoolWait(subscription->wait);
    SetEvent(subscription->event); /* for a thread that still waits */
    leave(subscription, true);
    return SHMB_OK;
}
