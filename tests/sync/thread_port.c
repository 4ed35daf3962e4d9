#include "thread_port.h"

#include <string.h>
#include <time.h>

/* Of each thread: where it dies. */
static _Thread_local jmp_buf grave;
static _Thread_local const char *deadly;
static _Thread_local unsigned lives;

_Thread_local void (*port_on_crash_point)(const char *name);

void shmb_crash_point(const char *name);

void shmb_crash_point(const char *name)
{
    if (port_on_crash_point != NULL)
        port_on_crash_point(name);
    if (deadly == NULL || strcmp(deadly, name) != 0 || --lives > 0)
        return;
    deadly = NULL;
    longjmp(grave, 1);
}

bool port_run_mortal(struct port_thread *thread, const char *where, unsigned times,
                     void (*life)(struct port_thread *thread))
{
    if (setjmp(grave) != 0) {
        port_die(thread);
        return true;
    }
    deadly = where;
    lives = times;
    life(thread);
    deadly = NULL;
    return false;
}

static struct timespec in_ms(uint32_t ms)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += ms / 1000;
    time.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (time.tv_nsec >= 1000000000L) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000L;
    }
    return time;
}

/* The caller has the guard. */
static bool win(struct thread_port *port, uint32_t slot, int number)
{
    if (slot == FAST_NO_SLOT || port->owner[slot] != 0)
        return false;
    port->owner[slot] = number + 1;
    return true;
}

static enum fast_wake port_sleep(void *context, uint32_t slot, uint32_t ms)
{
    struct port_thread *thread = context;
    struct thread_port *port = thread->port;
    const struct timespec until = in_ms(ms);
    enum fast_wake wake = FAST_WOKEN;
    bool over = ms == 0;

    if (port->instead != NULL)
        return port->instead(port, slot, ms);
    pthread_mutex_lock(&port->guard);
    port->sleeps++;
    for (;;) {
        if (ms > 0 && port->signalled) {
            port->signalled = false;
            break;
        }
        if (win(port, slot, thread->number)) {
            wake = FAST_SLOT_TAKEN;
            break;
        }
        if (over)
            break;
        over = pthread_cond_timedwait(&port->changed, &port->guard, &until) != 0;
    }
    pthread_mutex_unlock(&port->guard);
    return wake;
}

static void free_slot(struct thread_port *port, uint32_t slot, int number)
{
    pthread_mutex_lock(&port->guard);
    if (port->owner[slot] == number + 1)
        port->owner[slot] = 0;
    pthread_cond_broadcast(&port->changed);
    pthread_mutex_unlock(&port->guard);
}

static void port_release_slot(void *context, uint32_t slot)
{
    struct port_thread *thread = context;

    free_slot(thread->port, slot, thread->number);
}

static void port_wake(void *context)
{
    struct port_thread *thread = context;
    struct thread_port *port = thread->port;

    pthread_mutex_lock(&port->guard);
    port->signalled = true;
    port->signals++;
    pthread_cond_broadcast(&port->changed);
    pthread_mutex_unlock(&port->guard);
}

static void port_pause(void *context, uint32_t ms)
{
    const struct timespec time = {0, (long)ms * 1000000L};
    struct port_thread *thread = context;

    pthread_mutex_lock(&thread->port->guard);
    thread->port->pauses++;
    pthread_mutex_unlock(&thread->port->guard);
    nanosleep(&time, NULL);
}

static uint64_t port_now(void *context)
{
    struct port_thread *thread = context;
    struct timespec time;

    if (thread->port->on_now != NULL)
        thread->port->on_now(thread->port);
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000 + thread->port->late;
}

static const struct fast_port functions = {
    .sleep = port_sleep,
    .release_slot = port_release_slot,
    .wake = port_wake,
    .pause = port_pause,
    .now = port_now,
};

void port_begin(struct thread_port *port)
{
    pthread_condattr_t attributes;

    memset(port, 0, sizeof(*port));
    pthread_mutex_init(&port->guard, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&port->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    port->lock = (struct fast_lock){
        .word = port->words,
        .slots = port->slots,
        .slots_size = sizeof(port->slots),
        .slot_count = PORT_SLOTS,
        .port = &functions,
    };
}

void port_end(struct thread_port *port)
{
    pthread_cond_destroy(&port->changed);
    pthread_mutex_destroy(&port->guard);
}

struct shmb_slot *port_slot(struct thread_port *port, uint32_t index)
{
    return shmb_slots_at(port->slots, sizeof(port->slots), index);
}

void port_join(struct thread_port *port, struct port_thread *thread, int number)
{
    uint32_t slot = 0;

    memset(thread, 0, sizeof(*thread));
    thread->port = port;
    thread->number = number;
    thread->lock = port->lock;
    thread->lock.context = thread;
    pthread_mutex_lock(&port->guard);
    while (!win(port, slot, number))
        slot = (slot + 1) % PORT_SLOTS;
    pthread_mutex_unlock(&port->guard);
    thread->slot = slot;
    thread->identity =
        fast_identity(slot, shmb_slot_begin(port_slot(port, slot), (uint64_t)number + 1));
}

void port_leave(struct port_thread *thread)
{
    shmb_slot_end(port_slot(thread->port, thread->slot));
    free_slot(thread->port, thread->slot, thread->number);
}

void port_die(struct port_thread *thread)
{
    uint32_t slot;

    for (slot = 0; slot < PORT_SLOTS; slot++)
        free_slot(thread->port, slot, thread->number);
}
