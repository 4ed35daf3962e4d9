/*
 * verbs.h - the command line of shmbroker.exe.
 */
#ifndef VERBS_H
#define VERBS_H

#include <stddef.h>

#include "exit_codes.h"

/*
 * Reads the command line (UTF-8, without the program's name), runs the verb,
 * the service or the keeper it names, and returns the exit code. May reorder
 * `arguments`.
 */
enum shmb_exit verbs_main(char **arguments, size_t count);

#endif
