/*
 * plain.h - objects as a plain Win32 program sees them, without the library.
 */
#ifndef CLI_PLAIN_H
#define CLI_PLAIN_H

#include <stdbool.h>
#include <windows.h>

#include "access.h"

/*
 * Opens an object by its bare name, under `Local\` or `Global\`. Close it with
 * CloseHandle. NULL: see GetLastError().
 */
HANDLE plain_open(bool local, enum shmb_kind kind, const char *name, DWORD mask);

/* Does an object have this bare name? `*kind` is SHMB_KIND_COUNT if it is of another kind. */
bool plain_find(bool local, const char *name, enum shmb_kind *kind);

/*
 * Query a semaphore and an event without changing them; Win32 has no call for that. The
 * handle needs bit 0 of its kind's rights. False: the query failed.
 */
bool plain_semaphore(HANDLE semaphore, LONG *count, LONG *maximum);
bool plain_event(HANDLE event, bool *manual_reset, bool *set);

/* The rights of a handle. False: the query failed. */
bool plain_rights(HANDLE object, uint32_t *rights);

#endif
