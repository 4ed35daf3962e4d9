/*
 * whole_file.h - files that are read, or replaced, as a whole.
 */
#ifndef MIRROR_WHOLE_FILE_H
#define MIRROR_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a file of at most `most` bytes; free `*text`. 0, or a Win32 code: ERROR_FILE_TOO_LARGE. */
uint32_t whole_file_read(const char *path, size_t most, char **text, size_t *length);

/* Readers see the old content or the new one; makes the folder if it is missing. 0, or a Win32
 * code. */
uint32_t whole_file_replace(const char *path, const char *text, size_t length);

#endif
