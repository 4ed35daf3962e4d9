/*
 * lifecycle_start.h - reads the configuration at a start. A start serves what it can: nobody may
 * be there to correct a file.
 */
#ifndef CORE_LIFECYCLE_START_H
#define CORE_LIFECYCLE_START_H

#include "exit_codes.h"
#include "lifecycle_context.h"

/*
 * Reads the configuration into `life->desired`. An included file with errors is left out; if the
 * main file has errors, the last good configuration is used. For a file that another program
 * holds, the last good content of it is used, and it is read later (held_files.h). Both are logged,
 * and noted in `life->left_out`. SHMB_EXIT_DONE: the configuration can be served. Any other code is
 * logged, unless a stop was requested.
 */
enum shmb_exit lifecycle_start(struct lifecycle *life);

#endif
