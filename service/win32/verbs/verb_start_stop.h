/*
 * verb_start_stop.h - starting and stopping the service, for several verbs. Each
 * prints its failure.
 */
#ifndef VERB_START_STOP_H
#define VERB_START_STOP_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

/*
 * Stops the service and waits for its end; the handle needs SERVICE_STOP and
 * SERVICE_QUERY_STATUS. `was_running` may be NULL.
 */
enum shmb_exit verb_stop_service(SC_HANDLE service, bool *was_running);

/*
 * Starts the service, waits until it runs and prints its process id. Waits for the end of a stop
 * that is in progress first, as long as it makes progress. The handle needs SERVICE_START and
 * SERVICE_QUERY_STATUS. SHMB_EXIT_DONE: it runs; `*lacks` is then SHMB_EXIT_DONE, or
 * SHMB_EXIT_NOT_SO if it is degraded, which has been printed, too.
 */
enum shmb_exit verb_start_service(SC_HANDLE service, enum shmb_exit *lacks);

/*
 * While no broker runs: ends all keepers, which releases their objects. `*ended`
 * is their number. SHMB_EXIT_CONFLICT: a broker runs after all.
 */
enum shmb_exit verb_stop_keepers(size_t *ended);

#endif
