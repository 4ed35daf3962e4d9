/*
 * requests.h - "make these objects anew": from `shmbroker reload` to the service.
 *
 * The names wait in a value of the service's registry key, which only
 * administrators and SYSTEM may write, and the service itself, so that it can
 * take them away when it acts on them.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "system.h"

/* Of the service, below HKEY_LOCAL_MACHINE. */
#define RECREATE_KEY L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"

#define RECREATE_BYTES_MAX 65536u /* of all names as the registry keeps them */

/* As system.h's `recreate_names`. */
enum sys_status recreate_take(char ***names, size_t *count, struct sys_failure *why);

/*
 * Each returns 0 or a Win32 code. `ask` leaves the names, in place of others
 * that were left before; `forget` takes them away if the service has not done
 * so; `prepare` makes the key with the rights said above.
 */
uint32_t recreate_ask(const char *const *names, size_t count);
uint32_t recreate_forget(void);
uint32_t recreate_prepare(void);

#endif
