/*
 * identity.h - the account of a process, and which owner it can give to objects.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <windows.h>

#include "system.h"

/* As system.h's `identify`. */
enum sys_status identity_find(struct sys_identity *out, struct sys_failure *why);

/*
 * The owner that this process gives to what it makes: the first of the service SID, Administrators
 * and SYSTEM that its token can set. SYS_DENIED: none of them; `out` is empty.
 */
enum sys_status identity_owner(char out[SYS_SID_MAX], struct sys_failure *why);

/* The SID of the process's own account. False: `out` is empty. */
bool identity_user(char out[SYS_SID_MAX]);

#endif
