/*
 * accounts.h - names of accounts and groups, and their SIDs.
 *
 * Both directions may ask a domain controller and take long.
 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "system.h"

#define ACCOUNT_NAME_MAX 512 /* bytes of "DOMAIN\name" with its terminator */

/* Called about once a second while a look-up takes its time; false: give it up. */
typedef bool accounts_go_on(void *context);

/*
 * The SID of an account or group, as system.h's `resolve` has it. SYS_LATER
 * also where it was given up. `go_on` may be NULL: it takes what it takes.
 */
enum sys_status accounts_resolve(const char *account, accounts_go_on *go_on, void *context,
                                 char sid[SYS_SID_MAX], struct sys_failure *why);

/*
 * "DOMAIN\name" of a SID for people to read; the SID itself where it has no
 * name or the name cannot be asked for. Always terminated.
 */
void accounts_name(const char *sid, char out[ACCOUNT_NAME_MAX]);

#endif
