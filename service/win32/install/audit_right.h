/*
 * audit_right.h - the right of the service to audit: SeSecurityPrivilege, which
 * the service SID is given, whatever account it runs under.
 *
 * Only a service installed with --audit has it. Its command line says so.
 */
#ifndef AUDIT_RIGHT_H
#define AUDIT_RIGHT_H

#include <stdbool.h>
#include <stdint.h>

/* Win32 codes; 0 also where there is nothing to do. */
uint32_t audit_right_grant(void);
uint32_t audit_right_remove(void);

/* Whether the service SID has it. */
uint32_t audit_right_ask(bool *has);

/* True: a service is installed, and not to audit. False also where that cannot be asked. */
bool audit_right_missing(void);

#endif
