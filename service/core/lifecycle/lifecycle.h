/*
 * lifecycle.h - the whole life of a broker, from the text of its configuration
 * to the last handle closed; the same for the service and for `run`.
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "exit_codes.h"
#include "system.h"

/*
 * Reads and checks the configuration, starts the broker, reports running,
 * holds until asked to stop, lets go. Everything an operator should know has
 * been reported when it returns.
 *
 * file    path of the configuration, also what messages call it
 *
 * Returns SHMB_EXIT_DONE after an ordinary stop, SHMB_EXIT_NOT_SO for an
 * unusable configuration, SHMB_EXIT_CONFLICT for a second broker,
 * SHMB_EXIT_DENIED without an owner, SHMB_EXIT_SYSTEM else.
 */
enum shmb_exit lifecycle_run(const struct system *system, const char *file);

#endif
