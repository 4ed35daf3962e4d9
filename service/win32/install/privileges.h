/*
 * privileges.h - the privileges that the service requires of its account.
 *
 * The service manager removes all others from the token. But the service does not
 * start (error 1297) if its account lacks one of them, as when a policy takes it
 * away. So the list has only what no ordinary start can do without.
 */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include <windows.h>

#include <stdbool.h>

/* True for LocalSystem, also by its other names; NULL and "" are LocalSystem, too. */
bool privileges_is_system(const wchar_t *account);

/*
 * The list for a service of this account; an empty string ends it. An empty list (two
 * terminators), that of a service that audits: none is required, and the process removes those
 * that it does not need (harden.h).
 */
const wchar_t *privileges_wanted(const wchar_t *account, bool audit);

/*
 * Sets the list, if the service has another one. 0 or a Win32 code; ERROR_INVALID_DATA: the
 * service manager took it, and the service has another one all the same.
 */
DWORD privileges_set(SC_HANDLE service, const wchar_t *wanted);

/* True if both have the same names. NULL: an empty list. */
bool privileges_same(const wchar_t *a, const wchar_t *b);

#endif
