/*
 * Change events: with `notify: true` a segment has SHMB_CHANGE_EVENTS of them, with
 * manual reset. control.h describes the protocol.
 */
#include "changed.h"

#include <stdio.h>

#include "access.h"
#include "block.h"
#include "broker.h"
#include "compiler.h"
#include "crash_point.h"
#include "open_object.h"
#include "waiters.h"

#define PAUSE_MOST_MS 100u /* after false alarms */

/*
 * Added to the time up to which a program says that it waits: for what passes between that and the
 * sleep.
 */
#define MARGIN_MS 1000u

/* How often to look where a writer may not know that this program waits. */
#define DISTRUST_MS 50u

static bool notifies(const struct shmb_segment *segment)
{
    return (segment->info.flags & SHMB_FLAG_NOTIFY) != 0;
}

int32_t changed_available(const struct shmb_segment *segment)
{
    const enum call unknown = block_reason(segment);
    const struct fault fault = {unknown != CALL_NONE ? unknown : REASON_NO_NOTIFY, 0};
    struct shmb_block *block;
    int32_t result;

    if (notifies(segment))
        return SHMB_OK;
    result = block_get(segment, &block);
    if (result != SHMB_OK) /* opened anew, it may have them */
        return result_end_plain(result);
    if ((segment->info.flags & SHMB_FLAG_PRIVATE) != 0) /* it never has any */
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return result_end(SHMB_BAD_ARGUMENT, &fault);
}

/* The event of change `number`; opens it unless another thread did. */
static int32_t get_event(struct shmb_segment *segment, uint64_t number, HANDLE *out,
                         struct fault *fault)
{
    const unsigned which = (unsigned)(number % SHMB_CHANGE_EVENTS);
    char name[SHMB_NAME_BYTES + sizeof(SHMB_CHANGED_SUFFIX) + 1];
    HANDLE event;
    int32_t result;

    *out = InterlockedCompareExchangePointer(&segment->changed[which], NULL, NULL);
    if (*out != NULL)
        return SHMB_OK;
    (void)snprintf(name, sizeof(name), "%s%s%u", segment->info.name, SHMB_CHANGED_SUFFIX, which);
    result =
        open_object(SHMB_EVENT, name,
                    shmb_access_mask(SHMB_EVENT, segment->rights == SHMB_WRITE ? SHMB_LEVEL_WRITE
                                                                               : SHMB_LEVEL_READ),
                    segment->owner, &event, fault);
    /* The broker creates an event of this name, so another kind is another program's. */
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return broker_absent(result);
    *out = open_object_keep(&segment->changed[which], event);
    return SHMB_OK;
}

/* The event of change `number` for the writer. NULL: none, or it cannot be opened. */
static HANDLE event_to_signal(struct shmb_segment *segment, uint64_t number)
{
    struct fault ignored;
    HANDLE event;

    if (!notifies(segment) || shmb_load32(&segment->mute) != 0)
        return NULL;
    if (get_event(segment, number, &event, &ignored) != SHMB_OK)
        shmb_store32(&segment->mute, 1);
    return event;
}

/*
 * The time up to which programs wait for changes of this segment. NULL: there is none, or it
 * cannot be used.
 */
static volatile uint64_t *waiting_until(struct shmb_segment *segment)
{
    struct shared_section *shared;
    struct shmb_waiters_line *line;
    char name[SHMB_WAITERS_NAME_BYTES];
    struct fault ignored;

    if (!segment->has_waiters || shmb_load32(&segment->no_waiters) != 0)
        return NULL;
    shared = InterlockedCompareExchangePointer(&segment->waiters, NULL, NULL);
    if (shared == NULL) {
        struct shared_section *first;

        shmb_waiters_name(segment->control_number, name);
        /* Who may only read the segment may write here. */
        if (shared_section_open(name, true, segment->owner, &shared, &ignored) != SHMB_OK) {
            shmb_store32(&segment->no_waiters, 1);
            return NULL;
        }
        first = InterlockedCompareExchangePointer(&segment->waiters, shared, NULL);
        if (first != NULL) {
            shared_section_close(shared);
            shared = first;
        }
    }
    line = shmb_waiters_at(shared->view.data, shared->size, segment->control_block);
    return line != NULL ? &line->until : NULL;
}

static uint64_t ticks(void)
{
    return GetTickCount64();
}

static uint32_t event_bit(uint64_t number)
{
    return 1u << number % SHMB_CHANGE_EVENTS;
}

/* R1 and R2 of waiters.h. */
void changed_prepare(struct shmb_segment *segment, const struct shmb_block *block)
{
    struct ownership *ownership = segment->ownership;
    const uint64_t before = shmb_load64(&block->change);
    const uint32_t next = event_bit(before + 2);
    HANDLE event;

    ownership->change = before + 1;
    ownership->signalled = shmb_signalled_events(shmb_load64(&block->signalled), before);
    if (!notifies(segment) || (ownership->signalled & next) == 0)
        return;
    event = event_to_signal(segment, before + 2);
    if (event != NULL && ResetEvent(event))
        ownership->signalled &= ~next;
}

/* W2 to W5 of waiters.h; W1 is the caller's. Without a waiters section it always signals. */
void changed_signal(struct shmb_segment *segment)
{
    struct ownership *ownership = segment->ownership;
    const volatile uint64_t *until;
    HANDLE event = NULL;

    if (!notifies(segment))
        return;
    SHMB_CRASH_POINT("change: stored, not noted");
    until = waiting_until(segment);
    if (until == NULL || shmb_waiters_wait(until, ticks))
        event = event_to_signal(segment, ownership->change);
    if (event != NULL)
        ownership->signalled |= event_bit(ownership->change);
    shmb_store64(&segment->block->signalled,
                 shmb_signalled_word(ownership->signalled, ownership->change));
    SHMB_CRASH_POINT("change: noted, not signalled");
    if (event != NULL)
        SetEvent(event);
    SHMB_CRASH_POINT("change: signalled");
}

/* S1 and S2 of waiters.h, for a sleep of so long. Returns the time that it stored; 0: none. */
static uint64_t say_waiting(struct shmb_segment *segment, uint32_t ms)
{
    volatile uint64_t *until = waiting_until(segment);
    const uint64_t to = ticks() + ms + MARGIN_MS;

    if (until == NULL)
        return 0;
    shmb_waiters_raise(until, to);
    return to;
}

/* Notes whether a program has lowered the time that say_waiting stored. */
void changed_wait_over(struct shmb_segment *segment, const struct changed_wait *wait)
{
    const volatile uint64_t *until = wait->said != 0 ? waiting_until(segment) : NULL;

    if (until != NULL && shmb_load64(until) < wait->said)
        shmb_store32(&segment->tampered, 1);
}

/* Must this program look more often, because a writer may not know that it waits? */
static bool is_overlooked(struct shmb_segment *segment)
{
    return segment->has_waiters &&
           (waiting_until(segment) == NULL || shmb_load32(&segment->tampered) != 0);
}

int32_t changed_number(const struct shmb_segment *segment, uint64_t *number)
{
    struct shmb_block *block;
    int32_t result = block_get(segment, &block);

    if (result == SHMB_OK && block == NULL)
        result = SHMB_BAD_ARGUMENT;
    if (result == SHMB_OK)
        *number = shmb_load64(&block->change);
    return result;
}

int32_t SHMB_CALL shmb_change_number(const shmb_segment *segment, uint64_t *number)
{
    if (number != NULL)
        *number = 0;
    if (segment == NULL || number == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return block_result(segment, changed_number(segment, number));
}

int32_t SHMB_CALL shmb_change_event(shmb_segment *segment, uint64_t number, void **event)
{
    struct fault fault = {CALL_NONE, 0};
    int32_t result;

    if (event != NULL)
        *event = NULL;
    if (segment == NULL || event == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = changed_available(segment);
    if (result != SHMB_OK)
        return result;
    (void)say_waiting(segment, SHMB_RECHECK_MS);
    return result_end(get_event(segment, number + 1, event, &fault), &fault);
}

int32_t changed_wait_begin(struct shmb_segment *segment, uint64_t seen, DWORD most_ms,
                           struct changed_wait *out, struct fault *fault)
{
    out->time = most_ms > DISTRUST_MS && is_overlooked(segment) ? DISTRUST_MS : most_ms;
    out->said = say_waiting(segment, out->time);
    return get_event(segment, seen + 1, &out->event, fault);
}

DWORD changed_pause(unsigned alarms)
{
    return alarms < PAUSE_MOST_MS ? alarms : PAUSE_MOST_MS;
}

/* What is left of the timeout that began at `start`, at most SHMB_RECHECK_MS. */
static DWORD left(ULONGLONG start, uint32_t timeout_ms)
{
    ULONGLONG gone = GetTickCount64() - start;

    if (timeout_ms == SHMB_INFINITE)
        return SHMB_RECHECK_MS;
    if (gone >= timeout_ms)
        return 0;
    return timeout_ms - gone < SHMB_RECHECK_MS ? (DWORD)(timeout_ms - gone) : SHMB_RECHECK_MS;
}

/*
 * Waits once; the caller then looks at the number again. `*alarms` counts signals
 * without a change: every writer can set the events, and writers of a recreated
 * segment of this name do. The growing pause keeps such signals from using a CPU.
 */
static int32_t wait_once(struct shmb_segment *segment, uint64_t seen, DWORD time, unsigned *alarms,
                         struct fault *fault)
{
    struct changed_wait wait;
    uint64_t now;
    int32_t result = changed_wait_begin(segment, seen, time, &wait, fault), standing;
    DWORD pause;

    if (result != SHMB_OK) {
        /* Retired since the number was read, and the event with it? */
        standing = changed_number(segment, &now);
        return standing != SHMB_OK ? fault_plain(fault, standing) : result;
    }
    SHMB_CRASH_POINT("change: said that it waits");
    if (changed_number(segment, &now) != SHMB_OK || now != seen)
        return SHMB_OK; /* the caller reads the number itself */
    switch (WaitForSingleObject(wait.event, wait.time)) {
    case WAIT_OBJECT_0:
        break;
    case WAIT_TIMEOUT:
        changed_wait_over(segment, &wait);
        return SHMB_OK;
    default:
        return fault_call(fault, SHMB_SYSTEM, CALL_WAIT, GetLastError());
    }
    if (changed_number(segment, &now) != SHMB_OK || now != seen)
        return SHMB_OK;
    pause = changed_pause(++*alarms);
    Sleep(pause < time ? pause : time);
    return SHMB_OK;
}

/* The number decides, not the event: a signal can be missing (the writer died) or false. */
static int32_t wait_changed(struct shmb_segment *segment, uint64_t *number, uint32_t timeout_ms,
                            struct fault *fault)
{
    const ULONGLONG start = GetTickCount64();
    unsigned alarms = 0;

    for (;;) {
        DWORD time = left(start, timeout_ms);
        uint64_t now;
        int32_t result = changed_number(segment, &now);

        if (result != SHMB_OK)
            return fault_plain(fault, result);
        if (now != *number) {
            *number = now;
            return SHMB_OK;
        }
        if (time == 0)
            return fault_plain(fault, SHMB_TIMEOUT);
        result = wait_once(segment, now, time, &alarms, fault);
        if (result != SHMB_OK)
            return result;
    }
}

int32_t SHMB_CALL shmb_wait_changed(shmb_segment *segment, uint64_t *number, uint32_t timeout_ms)
{
    struct fault fault = {CALL_NONE, 0};
    int32_t result;

    if (segment == NULL || number == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = changed_available(segment);
    if (result != SHMB_OK)
        return result;
    return result_end(wait_changed(segment, number, timeout_ms, &fault), &fault);
}
