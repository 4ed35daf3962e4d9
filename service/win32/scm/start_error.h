/*
 * start_error.h - why Windows does not start a service, and what to do.
 */
#ifndef START_ERROR_H
#define START_ERROR_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * The advice for a Win32 code of StartServiceW, or of a service that has ended
 * without having run; in `out`. `account`: the service's, NULL for LocalSystem.
 * False: none is known for this code.
 */
bool start_error_advice(DWORD code, const wchar_t *account, char *out, size_t size);

/* True for a virtual account, NT SERVICE\name, whose rights are those of ALL SERVICES. */
bool start_error_is_virtual(const wchar_t *account);

/* The right that the service's account needs, as the policy editor shows it. */
#define START_ERROR_RIGHT "\"Log on as a service\" (SeServiceLogonRight)"

/* Where that is. */
#define START_ERROR_POLICY                                                                         \
    "Computer Configuration, Windows Settings, Security Settings, Local Policies, User Rights "    \
    "Assignment"

#endif
