/*
 * target.h - the file of --output.
 *
 * Bytes go to a new file beside it. Only when all is written, that file takes its place, in one
 * step; until then, and after any failure, an existing file stays as it is. Its access list and
 * its attributes are kept; its owner, its times and other streams are those of the new file.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_codes.h"

/*
 * From now on, out_text and out_bytes write to this file. Prints a failure. `path` must live
 * until target_end.
 */
enum shmb_exit target_begin(const char *path);

/* Takes the place of the file if `code` is "done", or else removes what was written. Prints a
 * failure, and returns its code or `code`. Without target_begin, returns `code`. */
enum shmb_exit target_end(enum shmb_exit code);

#endif
