/*
 * command.h - runs the COMMAND after `--`.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "arguments.h"

/*
 * Runs the command with our input and output, waits until it ends, and sets
 * `arguments->command_code`. If shmb is killed, the system kills the command, too, with all
 * processes it started: it must not run on without the lock. (The system releases the
 * lock when the thread of shmb ends, and closes the job a moment later; the next owner
 * gets the lock as abandoned.) Processes that the command leaves running when it ends
 * run on. The command handles Ctrl+C.
 */
enum shmb_exit command_run(struct arguments *arguments);

#endif
