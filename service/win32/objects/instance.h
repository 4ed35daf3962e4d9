/*
 * instance.h - one broker per machine.
 *
 * The broker's thread owns the mutex `Global\ShmBroker.Instance` as long as it
 * lives. Ownership decides, not existence: a handle that a program has open after
 * a broker's end does not prevent the next start.
 */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <windows.h>

#include "system.h"

/*
 * As system.h's `claim`. On SYS_OK `*out` is the mutex, which the same thread gives to
 * instance_release; else NULL.
 */
enum sys_status instance_claim(const struct sys_descriptor *descriptor, HANDLE *out,
                               struct sys_failure *why);
void instance_release(HANDLE instance); /* NULL is allowed */

/* True while a broker runs. Works for callers without any rights, too. */
bool instance_exists(void);

#endif
