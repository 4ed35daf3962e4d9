/*
 * command.h - runs the COMMAND behind `--`.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "request.h"

/*
 * Runs it with our input and output, waits for its end, and sets
 * `request->command_code`. If shmb is killed meanwhile, it is killed, too, with all it
 * has started: it must not go on without the lock it was run under. (The system
 * gives up the lock when the thread of shmb ends and closes the job a moment later;
 * the next owner is told that it was abandoned.) What the command has started and
 * left running when it ends goes on. Ctrl+C is for the command.
 */
enum shmb_exit command_run(struct request *request);

#endif
