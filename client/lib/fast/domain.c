/*
 * Seats of threads. A thread's seats are a list in its TLS slot. When the thread ends, the
 * call-back of an FLS slot gives them back; without it, the system abandons their mutexes, and
 * other threads can take them as well.
 */
#include "domain.h"

#include <windows.h>

#include <stdlib.h>

#include "broker.h"
#include "domain_record.h"
#include "fast_lock.h"
#include "mutex.h"
#include "ownership.h"
#include "thread.h"

static SRWLOCK lock = SRWLOCK_INIT; /* guards the list of all seats, and their count */
static struct seat *all;
static uint64_t count; /* that there have been */

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD at_end = FLS_OUT_OF_INDEXES;

static struct seat *first_seat(void)
{
    return (struct seat *)thread_get(THREAD_SEATS);
}

/* ---- the end of a seat ------------------------------------------------------- */

/* The caller holds the lock. */
static void unlink_locked(struct seat *seat)
{
    *seat->before = seat->next_of_all;
    if (seat->next_of_all != NULL)
        seat->next_of_all->before = seat->before;
}

static void unlink_seat(struct seat *seat)
{
    AcquireSRWLockExclusive(&lock);
    unlink_locked(seat);
    ReleaseSRWLockExclusive(&lock);
}

static void link_seat(struct seat *seat)
{
    AcquireSRWLockExclusive(&lock);
    seat->number = ++count;
    seat->before = &all;
    seat->next_of_all = all;
    if (all != NULL)
        all->before = &seat->next_of_all;
    all = seat;
    ReleaseSRWLockExclusive(&lock);
}

/* In the thread of the seat, which holds no lock of the domain. Waits for nothing. */
static void leave_slot(const struct seat *seat)
{
    struct domain *domain = seat->domain;
    struct shmb_slot *slot = shmb_slots_at(domain->view.data, domain->size, seat->slot);

    shmb_slot_end(slot);
    ReleaseMutex(domain->mutexes[seat->slot]);
}

/* The same, when the seat is in no list any more. */
static void give_back(struct seat *seat)
{
    leave_slot(seat);
    domain_record_leave(seat->domain);
    free(seat);
}

/* By the thread of the seat, for a lock that it has or a table of shmb_fast.h? */
static bool is_in_use(const struct seat *seat)
{
    return seat->uses > 0 || ownership_holds(seat->self.token, seat->number);
}

/*
 * A thread ends, or a fiber is deleted, perhaps by another thread than the one in `id`: only a
 * seat's own thread can release its mutex. A seat in use stays: if the thread ends, the system
 * abandons the mutex, and the next owner of a lock that it has learns of the death.
 */
static void WINAPI thread_ends(void *id)
{
    struct seat *seat = first_seat(), *kept = NULL, *next;
    bool process_ends;

    if ((uintptr_t)id != GetCurrentThreadId())
        return;
    process_ends = thread_process_ends();
    for (; seat != NULL; seat = next) {
        next = seat->next;
        if (!is_in_use(seat) && process_ends) {
            leave_slot(seat);
        } else if (!is_in_use(seat)) {
            unlink_seat(seat);
            give_back(seat);
        } else {
            seat->next = kept;
            kept = seat;
        }
    }
    thread_set(THREAD_SEATS, (uintptr_t)kept);
}

/* The module with the static library is unloaded: all handles are closed. */
static void unload(void)
{
    struct seat *seat, *next;

    if (thread_process_ends())
        return;
    /* Calls back, for the calling thread; others keep the mutexes of their slots until they end. */
    FlsFree(at_end);
    thread_set(THREAD_SEATS, 0);
    for (seat = all; seat != NULL; seat = next) {
        next = seat->next_of_all;
        domain_record_leave(seat->domain);
        free(seat);
    }
    all = NULL;
}

static BOOL CALLBACK first_use(PINIT_ONCE control, PVOID context, PVOID *out)
{
    (void)control;
    (void)context;
    (void)out;
    at_end = FlsAlloc(thread_ends);
    thread_at_unload(unload);
    return TRUE;
}

/* ---- taking a slot ------------------------------------------------------------- */

/* True: the calling thread has the mutex now, and did not have it before. */
static bool win(HANDLE mutex)
{
    const DWORD answer = WaitForSingleObject(mutex, 0);

    if (answer != WAIT_OBJECT_0 && answer != WAIT_ABANDONED)
        return false;
    /* The thread lives in this slot already, through another copy of the library. */
    if (mutex_is_nested(mutex)) {
        ReleaseMutex(mutex);
        return false;
    }
    return true;
}

/* What came of trying slots. */
struct search {
    bool busy;      /* there is a mutex at all */
    int32_t result; /* why there is none */
    struct fault fault;
};

static bool try_slot(struct domain *domain, uint32_t index, struct search *search)
{
    HANDLE mutex;
    struct fault fault = {CALL_NONE, 0};
    int32_t result;

    if (domain_record_mutex(domain, index, &mutex, &result, &fault) != SLOT_MUTEX_OPEN) {
        search->result = result;
        search->fault = fault;
        return false;
    }
    search->busy = true;
    return win(mutex);
}

/* Thread ids are multiples of 4, and those of one process are near each other. */
static uint32_t first_index(const struct domain *domain)
{
    return GetCurrentThreadId() / 4 * 0x9E3779B1u % domain->slot_count;
}

/*
 * First those that seem to be free, from a place of the thread's own, then all: any program can
 * make a slot seem taken.
 */
static bool find_slot(struct domain *domain, uint32_t *index, struct search *search)
{
    const uint32_t first = first_index(domain);
    const struct shmb_slot *slot;
    uint32_t i;
    int pass;

    for (pass = 0; pass < 2; pass++)
        for (i = 0; i < domain->slot_count; i++) {
            *index = (first + i) % domain->slot_count;
            slot = shmb_slots_at(domain->view.data, domain->size, *index);
            if ((pass > 0 || shmb_load32(&slot->taken) == 0) && try_slot(domain, *index, search))
                return true;
        }
    return false;
}

/* The calling thread has the mutex of the seat's slot. */
static void sit_down(struct domain *domain, struct seat *seat)
{
    struct shmb_slot *slot = shmb_slots_at(domain->view.data, domain->size, seat->slot);

    seat->domain = domain;
    seat->identity = fast_identity(seat->slot, shmb_slot_begin(slot, seat->self.writer));
    seat->next = first_seat();
    domain_record_use(domain);
    link_seat(seat);
}

static int32_t take_slot(struct domain *domain, struct seat **out, struct fault *fault)
{
    struct search search = {.result = SHMB_NO_SLOT};
    struct seat *seat = calloc(1, sizeof(*seat));

    if (seat == NULL || !thread_self_get(&seat->self)) {
        free(seat);
        return fault_plain(fault, SHMB_NO_MEMORY);
    }
    InitOnceExecuteOnce(&once, first_use, NULL, NULL);
    if (!find_slot(domain, &seat->slot, &search)) {
        free(seat);
        if (search.busy)
            return fault_call(fault, SHMB_NO_SLOT, REASON_NO_SLOT, domain->number);
        *fault = search.fault;
        return broker_absent(search.result == SHMB_WRONG_KIND ? SHMB_NOT_OURS : search.result);
    }
    sit_down(domain, seat);
    if (!thread_set(THREAD_SEATS, (uintptr_t)seat)) {
        unlink_seat(seat);
        give_back(seat);
        return fault_plain(fault, SHMB_NO_MEMORY);
    }
    if (at_end != FLS_OUT_OF_INDEXES)
        FlsSetValue(at_end, (void *)(uintptr_t)GetCurrentThreadId());
    *out = seat;
    return SHMB_OK;
}

int32_t domain_seat(struct domain *domain, struct seat **seat, struct fault *fault)
{
    *seat = domain_known_seat(domain);
    return *seat != NULL ? SHMB_OK : take_slot(domain, seat, fault);
}

struct domain *domain_of_thread(uint32_t number, uint32_t slot_count)
{
    const struct seat *seat = first_seat();

    while (seat != NULL &&
           (seat->domain->number != number || seat->domain->slot_count != slot_count))
        seat = seat->next;
    return seat != NULL ? seat->domain : NULL;
}

int32_t domain_identity(struct domain *domain, uint64_t *identity, struct fault *fault)
{
    struct seat *seat;
    int32_t result = domain_seat(domain, &seat, fault);

    *identity = result == SHMB_OK ? seat->identity : 0;
    return result;
}

/* ---- handles ---------------------------------------------------------------------- */

int32_t domain_join(uint32_t number, uint32_t slot_count, const char *owner, struct domain **out,
                    struct fault *fault)
{
    const int32_t result = domain_record_join(number, slot_count, owner, out, fault);

    if (result == SHMB_OK)
        InterlockedIncrement(&(*out)->handles);
    return result;
}

/* Of a thread that ended with a lock: the system has abandoned the mutex. NULL: there is none. */
static struct seat *take_orphan(const struct domain *domain)
{
    struct seat *seat;

    AcquireSRWLockExclusive(&lock);
    seat = all;
    while (seat != NULL &&
           (seat->domain != domain || thread_runs((uint32_t)seat->self.writer, seat->self.born)))
        seat = seat->next_of_all;
    if (seat != NULL)
        unlink_locked(seat);
    ReleaseSRWLockExclusive(&lock);
    return seat;
}

static void end_orphans(struct domain *domain)
{
    struct seat *seat;

    while ((seat = take_orphan(domain)) != NULL) {
        domain_record_leave(domain);
        free(seat);
    }
}

/* Other threads keep their slots, and the record with them, until they end. */
static void stand_up(const struct domain *domain)
{
    struct seat *seat = domain_known_seat(domain), *before = first_seat();

    if (seat == NULL || is_in_use(seat))
        return;
    if (before == seat) {
        thread_set(THREAD_SEATS, (uintptr_t)seat->next);
    } else {
        while (before->next != seat)
            before = before->next;
        before->next = seat->next;
    }
    unlink_seat(seat);
    give_back(seat);
}

void domain_leave(struct domain *domain)
{
    if (domain == NULL)
        return;
    if (InterlockedDecrement(&domain->handles) == 0) {
        stand_up(domain);
        end_orphans(domain);
    }
    domain_record_leave(domain);
}
