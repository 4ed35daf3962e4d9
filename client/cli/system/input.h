/*
 * input.h - the bytes that a verb gets from a file or from the standard input.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "exit_codes.h"

/*
 * Reads all of the file `path`, or of the standard input (NULL), or until there are more than
 * `room` bytes. `*bytes` is to be freed in any case. Prints a failure, for the object `name`.
 */
enum shmb_exit input_read(const char *name, const char *path, uint64_t room, uint8_t **bytes,
                          size_t *length);

#endif
