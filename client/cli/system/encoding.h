/*
 * encoding.h - text as programs keep it in a segment, and as UTF-8.
 */
#ifndef CLI_ENCODING_H
#define CLI_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_codes.h"

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_ANSI };

/* Reads the value of --encoding; NULL (not given) is UTF-8. False: the error was printed. */
bool encoding_read(const char *word, enum encoding *encoding);

/*
 * Converts a text, without a terminator; `*bytes` is to be freed. On failure prints it for the
 * object `name`, and returns SHMB_EXIT_USAGE (the ANSI code page lacks a character) or
 * SHMB_EXIT_SYSTEM.
 */
enum shmb_exit encoding_encode(enum encoding encoding, const char *name, const char *text,
                               uint8_t **bytes, size_t *length);

/*
 * The text up to the first zero, or all, as UTF-8, to be freed. What is ill-formed becomes a
 * replacement character or stays as it is. NULL: out of memory.
 */
char *encoding_decode(enum encoding encoding, const uint8_t *bytes, size_t count);

/* Is there a zero, which ends the text? */
bool encoding_ends(enum encoding encoding, const uint8_t *bytes, size_t count);

#endif
