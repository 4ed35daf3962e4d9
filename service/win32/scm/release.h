/*
 * release.h - "let go of everything with the next stop": from `shmbroker stop
 * --release` to the service.
 *
 * The wish waits in a value of the service's registry key, as recreate.h's
 * names do. A control of its own would not do: any interactive user may send
 * those to a service.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "exit_codes.h"

/* Whether it was asked for; it is forgotten with that. */
bool release_take(void);

/* Each returns 0 or a Win32 code. */
uint32_t release_ask(void);
uint32_t release_forget(void);

/*
 * When the service does not run: ends the keepers of brokers that have ended.
 * What is to be said to a person has been said; `*ended` keepers were there.
 */
enum shmb_exit release_keepers(size_t *ended);

#endif
