/*
 * thread_port.h - the port of the fast lock to threads of the host: an auto-reset event, and
 * mutexes of slots that are abandoned when a test says that their thread died.
 */
#ifndef TEST_THREAD_PORT_H
#define TEST_THREAD_PORT_H

#include <pthread.h>
#include <setjmp.h>

#include "fast_lock.h"

#define PORT_SLOTS 16u

struct thread_port {
    pthread_mutex_t guard;
    pthread_cond_t changed;
    bool signalled;
    unsigned signals;
    unsigned sleeps;
    unsigned pauses;
    int owner[PORT_SLOTS]; /* number of the thread that has the mutex, plus one; 0: nobody */
    uint64_t late;         /* milliseconds that a test adds to the clock */

    /* In place of a sleep and of the clock, if they are not NULL. */
    enum fast_wake (*instead)(struct thread_port *port, uint32_t slot, uint32_t ms);
    void (*on_now)(struct thread_port *port);

    uint64_t words[8]; /* the lock word is the first one: it has a cache line */
    uint8_t slots[sizeof(struct shmb_slots) + PORT_SLOTS * sizeof(struct shmb_slot)];
    struct fast_lock lock;
};

/* Called at each crash point of the calling thread, if it is not NULL. */
extern _Thread_local void (*port_on_crash_point)(const char *name);

/* One thread of a test. The lock that it uses says who waits. */
struct port_thread {
    struct thread_port *port;
    int number;
    uint64_t identity;
    uint32_t slot;
    struct fast_lock lock;
};

void port_begin(struct thread_port *port);
void port_end(struct thread_port *port);

/* Takes a slot, as the library does. */
void port_join(struct thread_port *port, struct port_thread *thread, int number);

/* Gives it back; or dies: the system does that then, and nothing else happens. */
void port_leave(struct port_thread *thread);
void port_die(struct port_thread *thread);

struct shmb_slot *port_slot(struct thread_port *port, uint32_t index);

/*
 * The calling thread dies when it passes this crash point for the `times`th time: port_run_mortal
 * then returns true, after port_die. NULL: it never dies.
 */
bool port_run_mortal(struct port_thread *thread, const char *where, unsigned times,
                     void (*life)(struct port_thread *thread));

#endif
