/*
 * lacks.h - what a running broker lacks of its configuration, for the verbs that start it or
 * have it reload.
 */
#ifndef LACKS_H
#define LACKS_H

#include <stdbool.h>

#include "exit_codes.h"

/*
 * Prints what the running broker lacks to the standard error output, in the lines of `status`,
 * after `first`, a line that says what was done. SHMB_EXIT_DONE: it lacks nothing as far as the
 * caller may see, and nothing has been printed. SHMB_EXIT_NOT_SO: it lacks something.
 * SHMB_EXIT_SYSTEM: no memory; printed. `administrator`: the caller is one, who can read all that
 * the broker could make.
 */
enum shmb_exit lacks_print(const char *first, bool administrator);

#endif
