/*
 * keeper_main.h - runs the keeper's process.
 *
 * The broker duplicates handles into it; the keeper itself only waits: for the broker's
 * end, then for the time to hold. Then it exits, which closes its handles. There is no
 * communication; a broker that no longer needs the keeper terminates it. Its command line
 * identifies it (keeper_find.h).
 */
#ifndef KEEPER_MAIN_H
#define KEEPER_MAIN_H

#include <stddef.h>

#include "exit_codes.h"

/*
 * words  the arguments after `keeper`: the broker's process number and start time
 *        (FILETIME), how many milliseconds to hold, the place (keeper_launch.h), and
 *        `console` if the user who started the broker may open this process, too
 *
 * SHMB_EXIT_USAGE: other arguments, so a person has started it; a message was printed.
 */
enum shmb_exit keeper_main(char *const *words, size_t count);

#endif
