/*
 * audit_entries.h - audit entries in the access control of an object: what the
 * system writes into its security log.
 *
 * To see or set them takes SeSecurityPrivilege, which is turned on for a call
 * and off again. Where the process has it not, that is found once, and each
 * further call costs nothing. From one thread at a time.
 */
#ifndef AUDIT_ENTRIES_H
#define AUDIT_ENTRIES_H

#include "system.h"

/* As system.h's `audit`. */
enum sys_status audit_entries_set(struct sys_object *object, const char *entries, bool on,
                                  struct sys_failure *why);

#endif
