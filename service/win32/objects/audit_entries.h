/*
 * audit_entries.h - audit entries (SACL) of an object: what Windows writes into the
 * security log.
 *
 * Reading and setting them needs SeSecurityPrivilege, which is enabled for the call and
 * disabled again. If the process lacks it, the first call finds out and later ones fail
 * at once. Call from one thread at a time.
 */
#ifndef AUDIT_ENTRIES_H
#define AUDIT_ENTRIES_H

#include "system.h"

/* As system_objects.h's `set_auditing`. */
enum sys_status audit_entries_set(struct sys_object *object, const char *entries, bool on,
                                  struct sys_failure *why);

#endif
