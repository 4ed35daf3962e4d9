/*
 * plain.h - objects as a program sees them that uses nothing but Win32.
 */
#ifndef CLI_PLAIN_H
#define CLI_PLAIN_H

#include <stdbool.h>
#include <windows.h>

#include "access.h"

/*
 * Opens `Global\` or `Local\` and a bare name. The handle is to be closed with
 * CloseHandle. NULL: GetLastError() says why.
 */
HANDLE plain_open(bool local, enum shmb_kind kind, const char *name, DWORD mask);

/*
 * How a semaphore and an event stand; Win32 has no call that asks without taking. The
 * handle needs bit 0 of its kind's rights. False: the system does not say.
 */
bool plain_semaphore(HANDLE semaphore, LONG *count, LONG *maximum);
bool plain_event(HANDLE event, bool *manual_reset);

/* The rights a handle has. False: the system does not say. */
bool plain_rights(HANDLE object, uint32_t *rights);

/* "DOMAIN\name", or the SID as text where it has no name. Always terminated. */
void plain_account(PSID sid, char *out, size_t size);

#endif
