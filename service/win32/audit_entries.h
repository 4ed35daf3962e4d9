/*
 * audit_entries.h - audit entries in the access control of an object: what the
 * system writes into its security log.
 *
 * To see or set them takes SeSecurityPrivilege, which is turned on for a call
 * and off again.
 */
#ifndef AUDIT_ENTRIES_H
#define AUDIT_ENTRIES_H

#include "system.h"

/* As system.h's `audit`. */
enum sys_status audit_entries_set(struct sys_object *object, const char *entries, bool on,
                                  struct sys_failure *why);

#endif
