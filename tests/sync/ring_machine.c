/* The Win32 half of a queue, played with POSIX threads. */
#include "ring_machine.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LONG_MS 20000u /* strict sleeps: nothing takes that long unless it is broken */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_cond_t changed;
static bool signalled[3]; /* RING_ITEMS, RING_ROOM, and the event of the lock */
static bool lives[MACHINE_SLOTS];
static unsigned passed[STEP_COUNT];
static const char *const steps[STEP_COUNT] = {
    "queue: locked",
    "queue: room",
    "queue: filled",
    "queue: stored the tail",
    "queue: unlocked",
    "queue: before a drop",
    "queue: dropped",
    "queue: copied",
    "queue: stored the head",
    "queue: cleared",
    "queue: marked that it sleeps",
    "queue: slept",
    "queue: cleared the mark",
};
static uint32_t signals;
static volatile uint32_t sleeps, pauses, released;

static void *memory, *slots_section;
static size_t memory_size, slots_size;
static uint32_t shape_slots, shape_slot_size, shape_flags;
static bool is_strict;
static pthread_t threads[MACHINE_SLOTS];
static _Thread_local struct mortal *self;

/* ---- deaths ---- */

void shmb_crash_point(const char *name);

void shmb_crash_point(const char *name)
{
    struct mortal *mortal = self;
    enum step where = STEP_PUT_LOCKED;

    while (where < STEP_COUNT && strcmp(steps[where], name) != 0)
        where++;
    if (where == STEP_COUNT)
        abort();
    pthread_mutex_lock(&mutex);
    passed[where]++;
    pthread_mutex_unlock(&mutex);
    if (mortal == NULL || mortal->where != where || mortal->passes-- > 0)
        return;
    if (mortal->holds) {
        while (shmb_exchange32(&released, 0) == 0)
            (void)sched_yield();
        return;
    }
    mortal->died = true;
    machine_leave(mortal->index);
    pthread_exit(NULL);
}

void machine_release(void)
{
    (void)shmb_exchange32(&released, 1);
}

unsigned machine_passed(enum step where)
{
    unsigned count;

    pthread_mutex_lock(&mutex);
    count = passed[where];
    pthread_mutex_unlock(&mutex);
    return count;
}

static struct shmb_slot *slot(uint32_t index)
{
    return shmb_slots_at(slots_section, slots_size, index);
}

uint64_t machine_live(uint32_t index)
{
    uint32_t generation;

    pthread_mutex_lock(&mutex);
    lives[index] = true;
    pthread_mutex_unlock(&mutex);
    generation = shmb_load32(&slot(index)->generation) + 1;
    (void)shmb_exchange32(&slot(index)->generation, generation);
    return fast_identity(index, generation);
}

void machine_leave(uint32_t index)
{
    pthread_mutex_lock(&mutex);
    lives[index] = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

static void *run(void *argument)
{
    struct mortal *mortal = argument;

    self = mortal;
    mortal->identity = machine_live(mortal->index);
    mortal->run(mortal);
    machine_leave(mortal->index);
    return NULL;
}

void machine_start(struct mortal *mortal)
{
    mortal->died = false;
    if (pthread_create(&threads[mortal->index], NULL, run, mortal) != 0)
        abort();
}

void machine_start_to(struct mortal *mortal, enum step step)
{
    const unsigned before = machine_passed(step);

    machine_start(mortal);
    while (machine_passed(step) == before)
        (void)sched_yield();
}

void machine_join(struct mortal *mortal)
{
    pthread_join(threads[mortal->index], NULL);
}

/* ---- the ports ---- */

static uint64_t now(void *context)
{
    struct timespec time;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void signal_event(unsigned which)
{
    pthread_mutex_lock(&mutex);
    signalled[which] = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

/* Waits for the event, or for a slot in which nobody lives. */
static enum fast_wake wait_for(unsigned which, uint32_t slot_index, uint32_t ms, bool *woken)
{
    const uint64_t end = now(NULL) + ms;
    const struct timespec until = {(time_t)(end / 1000), (long)(end % 1000) * 1000000};
    enum fast_wake result = FAST_WOKEN;

    *woken = false;
    pthread_mutex_lock(&mutex);
    for (;;) {
        if (slot_index != FAST_NO_SLOT && !lives[slot_index]) {
            lives[slot_index] = true; /* has its mutex */
            result = FAST_SLOT_TAKEN;
            break;
        }
        if (ms == 0)
            break;
        if (signalled[which]) {
            signalled[which] = false;
            *woken = true;
            break;
        }
        if (pthread_cond_timedwait(&changed, &mutex, &until) == ETIMEDOUT)
            break;
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

static enum fast_wake lock_sleep(void *context, uint32_t slot_index, uint32_t ms)
{
    bool woken;

    (void)context;
    return wait_for(2, slot_index, ms, &woken);
}

static void lock_release_slot(void *context, uint32_t index)
{
    (void)context;
    machine_leave(index);
}

static void lock_wake(void *context)
{
    (void)context;
    signal_event(2);
}

static void ring_pause(void *context, uint32_t ms)
{
    const struct timespec time = {0, (long)ms * 1000000};

    (void)context;
    if (ms > 0) {
        (void)shmb_exchange32(&pauses, pauses + 1); /* one end at a time counts */
        nanosleep(&time, NULL);
    } else {
        (void)sched_yield();
    }
}

static const struct fast_port lock_port = {lock_sleep, lock_release_slot, lock_wake, ring_pause,
                                           now};

static const struct fast_lock *ring_lock(void *context, volatile uint64_t *word)
{
    static _Thread_local struct fast_lock lock;

    (void)context;
    lock = (struct fast_lock){word, slots_section, slots_size, MACHINE_SLOTS, &lock_port, NULL};
    return &lock;
}

static enum ring_wake ring_sleep(void *context, enum ring_event which, uint32_t ms)
{
    bool woken;

    (void)context;
    if (is_strict)
        ms = LONG_MS;
    (void)shmb_exchange32(&sleeps, 1);
    (void)wait_for(which, FAST_NO_SLOT, ms, &woken);
    return woken ? RING_SIGNALLED : RING_TIME_OVER;
}

static void ring_wake(void *context, enum ring_event which)
{
    (void)context;
    signal_event(which);
    pthread_mutex_lock(&mutex);
    signals++;
    pthread_mutex_unlock(&mutex);
}

static const struct ring_port ring_port = {ring_lock, ring_sleep, ring_wake, ring_pause, now};

/* ---- the queue ---- */

/* A step of the machine's clock must end no sleep. */
static void make_changed(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void machine_begin(uint32_t slots, uint32_t slot_size, uint32_t flags, bool strict)
{
    machine_end();
    pthread_once(&once, make_changed);
    memory_size = (size_t)shmb_queue_size(slots, slot_size);
    memory = aligned_alloc(64, memory_size);
    slots_size = shmb_slots_size(MACHINE_SLOTS);
    slots_section = aligned_alloc(64, slots_size);
    if (memory == NULL || slots_section == NULL)
        abort();
    memset(memory, 0, memory_size);
    memset(slots_section, 0, slots_size);
    shmb_queue_fill_header(slots, slot_size, flags, 7, memory);
    shmb_slots_header(1, MACHINE_SLOTS, slots_section);
    shape_slots = slots;
    shape_slot_size = slot_size;
    shape_flags = flags;
    is_strict = strict;
    memset(lives, 0, sizeof(lives));
    memset(signalled, 0, sizeof(signalled));
    signals = 0;
    sleeps = 0;
    pauses = 0;
}

void machine_end(void)
{
    free(memory);
    free(slots_section);
    memory = slots_section = NULL;
}

int machine_teardown(void **state)
{
    (void)state;
    machine_end();
    return 0;
}

uint32_t machine_pauses(void)
{
    return shmb_load32(&pauses);
}

bool machine_slept(void)
{
    return shmb_load32(&sleeps) != 0;
}

struct shmb_queue_header *machine_header(void)
{
    return memory;
}

uint32_t machine_signals(void)
{
    uint32_t count;

    pthread_mutex_lock(&mutex);
    count = signals;
    pthread_mutex_unlock(&mutex);
    return count;
}

void machine_open(struct ring *ring)
{
    memset(ring, 0, sizeof(*ring));
    ring->port = &ring_port;
    ring->spins = 50;
    if (!ring_begin(ring, memory, memory_size, shape_slots, shape_slot_size, shape_flags, 7))
        abort();
}

uint64_t machine_begin_open(uint32_t slots, uint32_t slot_size, uint32_t flags, bool strict,
                            struct ring *ring)
{
    machine_begin(slots, slot_size, flags, strict);
    machine_open(ring);
    return machine_live(0);
}

enum ring_result put_text(struct ring *ring, uint64_t me, const char *text)
{
    return ring_put(ring, NULL, me, text, (uint32_t)strlen(text), 0);
}

const char *get_text(struct ring *ring, uint64_t me)
{
    static char text[256];
    uint32_t length;

    if (ring_get(ring, NULL, me, text, sizeof(text) - 1, &length, 0) != RING_OK)
        length = 0;
    text[length] = '\0';
    return text;
}
