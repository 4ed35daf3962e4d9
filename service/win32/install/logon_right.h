/*
 * logon_right.h - whether the service's account may log on as a service. Without that
 * right the service does not start (error 1069). A group policy for it replaces the list
 * of this machine, and NT SERVICE\ALL SERVICES with it.
 */
#ifndef LOGON_RIGHT_H
#define LOGON_RIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "system.h"

enum logon_right {
    LOGON_RIGHT_HAS,
    LOGON_RIGHT_LACKS,
    LOGON_RIGHT_DENIED,   /* "Deny log on as a service" */
    LOGON_RIGHT_BY_GROUP, /* has it, or is denied it, perhaps by a group; not known here */
    LOGON_RIGHT_BUILT_IN  /* LocalSystem, LocalService, NetworkService always have it */
};

#define LOGON_RIGHT_SIDS 64u

/* The SIDs of those who have the right, and of those who are denied it. */
struct logon_right_policy {
    char has[LOGON_RIGHT_SIDS][SYS_SID_MAX], denied[LOGON_RIGHT_SIDS][SYS_SID_MAX];
    size_t has_count, denied_count;
};

/* The answer of a policy for an account. `sid`: its SID; `service`: it is a virtual account. */
enum logon_right logon_right_judge(const struct logon_right_policy *policy, const char *sid,
                                   bool service);

/*
 * Asks the policy of this machine. `account` as the service manager has it. 0, or a
 * Win32 code: ERROR_ACCESS_DENIED if the caller is not an administrator, ERROR_TIMEOUT
 * if the look-up of the account's name takes too long.
 */
uint32_t logon_right_ask(const wchar_t *account, enum logon_right *out);

#endif
