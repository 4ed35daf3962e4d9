/*
 * orders.h - what a verb orders the running service to do, left in the registry.
 *
 * `shmbroker reload --recreate` leaves names of objects, `shmbroker stop
 * --release` a flag: release all objects at the next stop. Each is a value of
 * the key Orders below the service's Parameters, which only administrators, SYSTEM
 * and the service itself may write; the service deletes a value when it takes it. A
 * service control of its own would not do: any interactive user may send one.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "system.h"

/*
 * Creates the key with this access list, or gives the list to an existing key:
 * without it the service could not delete what it takes. 0 or a Win32 code.
 */
uint32_t recreate_prepare(void);

/* Returns the names once, and deletes them. As system.h's `recreate_names`. */
enum sys_status recreate_take(char ***names, size_t *count, struct sys_failure *why);

/*
 * `ask` leaves the names and replaces any left before; `forget` deletes names
 * that the service has not taken. Each returns 0 or a Win32 code:
 * ERROR_INVALID_PARAMETER for an empty or malformed name, or for too many.
 */
uint32_t recreate_ask(const char *const *names, size_t count);
uint32_t recreate_forget(void);

/* True if a release was ordered; deletes the order. */
bool release_take(void);

/* Leave the order, and withdraw it. Each returns 0 or a Win32 code. */
uint32_t release_ask(void);
uint32_t release_forget(void);

#endif
