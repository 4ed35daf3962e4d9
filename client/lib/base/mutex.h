/*
 * mutex.h - the state of a mutex, which no call of Win32 tells without changing it.
 *
 * Needs MUTEX_MODIFY_STATE, whose number is also the right to query. If the system does
 * not tell, both are false.
 */
#ifndef LIB_MUTEX_H
#define LIB_MUTEX_H

#include <stdbool.h>
#include <windows.h>

/* Does no thread own it? Also true after its owner has died. */
bool mutex_is_free(HANDLE mutex);

/* Does the calling thread own it more than once? */
bool mutex_is_nested(HANDLE mutex);

#endif
