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

/* "DOMAIN\name", or the SID as text where it has no name. Always terminated. */
void plain_account(PSID sid, char *out, size_t size);

#endif
