/*
 * owner.h - who owns a kernel object, and whether that makes it trustworthy.
 *
 * Creating a mutex, event or semaphore needs no privilege: any program can take a name
 * first. The owner shows whether an object is the broker's, because a program cannot
 * set another account as owner.
 */
#ifndef SHMB_OWNER_H
#define SHMB_OWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#define OWNER_SID_MAX 192 /* "S-1-..." with its terminator */

/* Writes a SID as text. False, with an empty text: see GetLastError(). */
bool owner_sid_text(PSID sid, char out[OWNER_SID_MAX]);

/*
 * Writes the owner of an object or a file; the handle needs READ_CONTROL. Returns 0, or the Win32
 * code of the failure with an empty text. ERROR_INVALID_OWNER: the object has no owner.
 */
uint32_t owner_read(HANDLE object, char out[OWNER_SID_MAX]);

/* The same without a text: `sid` points into the structure. */
struct owner_descriptor {
    union {
        SECURITY_DESCRIPTOR descriptor;
        BYTE bytes[sizeof(SECURITY_DESCRIPTOR) + SECURITY_MAX_SID_SIZE];
    };
    PSID sid;
};
uint32_t owner_get(HANDLE object, struct owner_descriptor *out);

/* True for the service SID, SYSTEM and Administrators. */
bool owner_trusted(const char *sid);
bool owner_sid_trusted(PSID sid);

#endif
