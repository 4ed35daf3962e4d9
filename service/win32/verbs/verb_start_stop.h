/*
 * verb_start_stop.h - starting and stopping the service, for the verbs that need it.
 */
#ifndef VERB_START_STOP_H
#define VERB_START_STOP_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

/*
 * Stops the service and waits for its end; the handle needs SERVICE_STOP and
 * SERVICE_QUERY_STATUS. `*was_running` may be NULL. What fails has been said.
 */
enum shmb_exit verb_stop_service(SC_HANDLE service, bool *was_running);

/*
 * Starts the service and waits until it runs; says which process does. The
 * handle needs SERVICE_START and SERVICE_QUERY_STATUS.
 */
enum shmb_exit verb_start_service(SC_HANDLE service);

/*
 * When the service does not run: ends the keepers of brokers that have ended,
 * and with them their objects. `*ended`: how many. A failure is printed.
 */
enum shmb_exit verb_stop_keepers(size_t *ended);

#endif
