/*
 * accounts.h - looks up the SID of an account or group, and its name.
 *
 * Both may ask a domain controller and take long.
 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "system.h"

#define ACCOUNT_NAME_MAX 512 /* bytes of "DOMAIN\name" with its terminator */

/* Called about once a second during a long look-up. False: give up. */
typedef bool accounts_go_on(void *context);

/*
 * The SID of an account or group, as system_objects.h's `resolve_account`. SYS_LATER also if the
 * look-up was given up. `go_on` NULL: waits without a limit.
 */
enum sys_status accounts_resolve(const char *account, accounts_go_on *go_on, void *context,
                                 char sid[SYS_SID_MAX], struct sys_failure *why);

/*
 * "DOMAIN\name" of a SID, for messages; the SID itself if the name is not found or the
 * look-up fails. Always terminated.
 */
void accounts_name(const char *sid, char out[ACCOUNT_NAME_MAX]);

#endif
