/*
 * ring_machine.h - a queue in this process's memory, with threads for ports: they sleep on
 * conditions, and can die at a step of the protocol.
 *
 * A thread has a slot with a generation as it has in the product. When it dies, its slot is free,
 * and everything that it had locked is as it left it.
 */
#ifndef TEST_RING_MACHINE_H
#define TEST_RING_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "queue_ring.h"

#define MACHINE_SLOTS 32u

#define ONE_EACH (SHMB_ENTRY_ONE_PRODUCER | SHMB_ENTRY_ONE_CONSUMER)

/* The steps of queue_ring.c, in the order of ring_machine.c's names. */
enum step {
    STEP_PUT_LOCKED,
    STEP_PUT_ROOM,
    STEP_PUT_FILLED,
    STEP_PUT_STORED,
    STEP_PUT_UNLOCKED,
    STEP_DROPS,
    STEP_DROPPED,
    STEP_GET_COPIED,
    STEP_GET_STORED,
    STEP_CLEARED,
    STEP_NAPS,
    STEP_NAPPED,
    STEP_WAKES,
    STEP_COUNT
};
#define NOBODY STEP_COUNT /* `where` of a thread that does not die */

/* Makes the queue; `strict`: a sleep of a queue's end lasts until it is signalled. */
void machine_begin(uint32_t slots, uint32_t slot_size, uint32_t flags, bool strict);
void machine_end(void);
int machine_teardown(void **state); /* machine_end, for cmocka */

/* Another handle of the queue. */
void machine_open(struct ring *ring);

/* machine_begin, a first handle, and machine_live(0). */
uint64_t machine_begin_open(uint32_t slots, uint32_t slot_size, uint32_t flags, bool strict,
                            struct ring *ring);

/* Puts and gets a text without waiting. No message: "". */
enum ring_result put_text(struct ring *ring, uint64_t me, const char *text);
const char *get_text(struct ring *ring, uint64_t me);

struct shmb_queue_header *machine_header(void);
uint32_t machine_signals(void); /* how often an end was woken */
uint32_t machine_pauses(void);  /* how often an end paused */
bool machine_slept(void);       /* has an end gone to sleep? */

/* The calling thread lives in slot `index` from now on; its identity. */
uint64_t machine_live(uint32_t index);
void machine_leave(uint32_t index);

/* A thread that lives in slot `index` and may die. */
struct mortal {
    uint32_t index;
    enum step where;
    unsigned passes; /* how often it passes that point before it dies */
    void (*run)(struct mortal *mortal);
    struct ring *ring;
    uint64_t identity;
    void *more;
    bool holds; /* it does not die there, but waits for machine_release */
    bool died;
};

void machine_start(struct mortal *mortal);
void machine_start_to(struct mortal *mortal, enum step step); /* waits until it passes the step */
void machine_join(struct mortal *mortal);                     /* sets `died` */
void machine_release(void);                                   /* lets go the one that holds */

/* How often any thread passed this point. */
unsigned machine_passed(enum step where);

#endif
