/*
 * instance.h - one broker per machine.
 *
 * The broker's thread owns the mutex `Global\ShmBroker.Instance` as long as it
 * lives. Owning decides, not existing: a handle that somebody keeps open after
 * a broker's end keeps no other one away.
 */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <windows.h>

#include "system.h"

/*
 * As system.h's `claim`. On SYS_OK `*out` is the mutex, to be given to
 * instance_release by the same thread; NULL otherwise.
 */
enum sys_status instance_claim(const struct sys_descriptor *descriptor, HANDLE *out,
                               struct sys_failure *why);
void instance_release(HANDLE instance); /* NULL is allowed */

/* True while a broker lives, for callers without any right, too. */
bool instance_exists(void);

#endif
