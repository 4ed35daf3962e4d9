/*
 * keeper_main.h - the life of the keeper's process.
 *
 * It holds handles that the broker gives it, and does nothing. It waits for the
 * broker's end, then for the time it was told, and ends, and all its handles with
 * it. Nothing is asked of it and nothing said to it; a broker that no longer needs
 * it ends it. Its command line is how it is known (keeper_find.h).
 */
#ifndef KEEPER_MAIN_H
#define KEEPER_MAIN_H

#include <stddef.h>

#include "exit_codes.h"

/*
 * words  what stands behind `keeper` on the command line: the broker's process, when it was
 *        made (FILETIME), how many milliseconds to hold, its place (keeper_launch.h),
 *        and `console` where the user who started the broker may open this process as well
 *
 * SHMB_EXIT_USAGE: a person has called it; that has been said.
 */
enum shmb_exit keeper_main(char *const *words, size_t count);

#endif
