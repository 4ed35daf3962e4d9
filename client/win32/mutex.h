/*
 * mutex.h - the state of a mutex, which no call of Win32 tells without changing it.
 *
 * Needs MUTEX_MODIFY_STATE, whose number is also the right to query.
 */
#ifndef SHMB_MUTEX_STATE_H
#define SHMB_MUTEX_STATE_H

#include <stdbool.h>
#include <windows.h>

struct mutex_state {
    bool held;             /* a thread owns it */
    bool abandoned;        /* its owner died, and nobody has taken it since */
    bool nested;           /* the calling thread owns it more than once */
    bool owner_known;      /* false also where the system does not tell the owner */
    DWORD process, thread; /* of the owner */
};

/* Queries a mutex and leaves it as it is. False: the system does not tell. */
bool mutex_query(HANDLE mutex, struct mutex_state *out);

/* Does no thread own it? Also true after its owner has died. False if the system does not tell. */
bool mutex_is_free(HANDLE mutex);

/* Does the calling thread own it more than once? False if the system does not tell. */
bool mutex_is_nested(HANDLE mutex);

#endif
