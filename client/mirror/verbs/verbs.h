/*
 * verbs.h - the command line of shmbmirror.
 */
#ifndef MIRROR_VERBS_H
#define MIRROR_VERBS_H

#include <stddef.h>

#include "exit_codes.h"

/* Runs the verb. `arguments`: without the program's name, UTF-8. The exit code of the program. */
enum shmb_exit verbs_main(char **arguments, size_t count);

#endif
