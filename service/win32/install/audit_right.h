/*
 * audit_right.h - the service's right to audit: SeSecurityPrivilege, granted to
 * the service SID, so that it holds for any account the service runs under.
 *
 * Only a service installed with --audit has it; then its command line has
 * --audit, too.
 */
#ifndef AUDIT_RIGHT_H
#define AUDIT_RIGHT_H

#include <stdbool.h>
#include <stdint.h>

/* Grant and remove it. 0, also if there is nothing to do, or a Win32 code. */
uint32_t audit_right_grant(void);
uint32_t audit_right_remove(void);

/* `*has`: the service SID has it. 0 or a Win32 code. */
uint32_t audit_right_ask(bool *has);

/* True: a service is installed without --audit. False also if that cannot be queried. */
bool audit_right_missing(void);

#endif
