/*
 * life.h - the life of a worker's thread: it dies at a crash point of the library, or of its own,
 * if it is to die by its own hand.
 */
#ifndef STRESS_LIFE_H
#define STRESS_LIFE_H

#include "stress.h"

struct life {
    uint32_t lane;
    uint64_t dice;
    unsigned rounds;
    const char *where;    /* it dies; NULL: nowhere */
    uint32_t passes;      /* at this one */
    bool put, got;        /* the message of the call in progress */
    bool has_waited;      /* for a change */
    bool shown;           /* the change number of the write in progress is stored */
    uint64_t last[LANES]; /* message that it got from each lane */
};

/* The calling thread lives from now on, and no longer: then it passes all points. */
void life_begin(struct life *life, uint32_t lane);
void life_end(void);

/* Before each round of work: chooses where it dies, now and then. */
void life_round(struct life *life);

/* 0 to `sides` - 1. */
uint32_t life_dice(struct life *life, uint32_t sides);

/* The library's crash points, and those of the work. */
void shmb_crash_point(const char *name);

const char *life_point_name(uint32_t point); /* NULL: there are no more */

#endif
