/*
 * lifecycle.h - the whole life of a broker, from reading its configuration to closing the last
 * handle; the same for the service and for `shmbroker run`.
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "exit_codes.h"
#include "system.h"

/*
 * Reads and checks the configuration, starts the broker, reports running to the service
 * manager, waits and works until a stop is requested, and stops. All events are logged when it
 * returns.
 *
 * file    path of the configuration file; events and messages use it as it is
 *
 * Returns SHMB_EXIT_DONE after an ordinary stop, SHMB_EXIT_NOT_SO for an unusable
 * configuration, SHMB_EXIT_CONFLICT for a second broker, SHMB_EXIT_DENIED if the broker can own
 * no objects, SHMB_EXIT_SYSTEM for any other failure.
 */
enum shmb_exit lifecycle_run(const struct system *system, const char *file);

#endif
