/*
 * crash_points.h - the places where the death of a thread is hardest to survive.
 *
 * In the product they are nothing. A test program that is compiled with SHMB_CRASH_POINTS, and the
 * sources of the lock with it, defines shmb_crash_point, which may end the calling thread.
 */
#ifndef SYNC_CRASH_POINTS_H
#define SYNC_CRASH_POINTS_H

enum shmb_crash {
    SHMB_CRASH_SLOT_WON,     /* has the mutex of a slot, which has the old generation still */
    SHMB_CRASH_SLOT_COUNTED, /* the slot has the new generation, and locked nothing */
    SHMB_CRASH_TOOK_FREE,    /* took the lock with the first swap */
    SHMB_CRASH_TOOK_LATER,   /* took a free lock after looking for longer */
    SHMB_CRASH_MARKED,       /* CONTENDED is set, and the thread does not sleep yet */
    SHMB_CRASH_BARRED,       /* HAND_OFF is set, and the thread does not sleep yet */
    SHMB_CRASH_WOKE,         /* slept, and has perhaps used up the only signal */
    SHMB_CRASH_OWNER_DEAD,   /* has proof that the owner died, and the lock is still its */
    SHMB_CRASH_TOOK_OVER,    /* took the lock over, and has the mutex of the dead owner's slot */
    SHMB_CRASH_GIVES_UP,     /* out of time; HAND_OFF may still be set */
    SHMB_CRASH_GIVES,        /* is about to give the lock back */
    SHMB_CRASH_GAVE,         /* gave it back, and has not woken those who sleep */
    SHMB_CRASH_SLOT_LEFT,    /* the slot says that it is free; its mutex is still taken */
    SHMB_CRASH_POINT_COUNT
};

#ifdef SHMB_CRASH_POINTS
void shmb_crash_point(enum shmb_crash where);
#define SHMB_CRASH_POINT(where) shmb_crash_point(where)
#else
#define SHMB_CRASH_POINT(where) ((void)0)
#endif

#endif
