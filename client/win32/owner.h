/*
 * owner.h - who owns a kernel object, and whether that makes it trustworthy.
 *
 * Mutexes, events and semaphores need no privilege: anyone can make one of any
 * name first. The owner, which nobody can set to somebody else's SID, tells
 * the broker's objects from a stranger's.
 */
#ifndef SHMB_OWNER_H
#define SHMB_OWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#define OWNER_SID_MAX 192 /* "S-1-..." with its terminator */

/* A SID as text. False, and an empty text: GetLastError() says why. */
bool owner_sid_text(PSID sid, char out[OWNER_SID_MAX]);

/*
 * The owner of an object, from a handle with READ_CONTROL. Returns 0, or the
 * Win32 code of the failure with an empty text. An object without an owner is
 * ERROR_INVALID_OWNER.
 */
uint32_t owner_read(HANDLE object, char out[OWNER_SID_MAX]);

/* The same of a file or a folder. */
uint32_t owner_read_file(HANDLE file, char out[OWNER_SID_MAX]);

/* True for the service SID, SYSTEM and Administrators. */
bool owner_trusted(const char *sid);

#endif
