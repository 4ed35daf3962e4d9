/*
 * out.h - what shmb writes: text for people and programs, bytes, errors.
 *
 * Text is UTF-8 here. On a console it goes out as UTF-16 whatever code page
 * that has; redirected it stays UTF-8, lines end in "\n". Text is kept back
 * until out_end or until there is much of it. Where there is no standard
 * output at all, nobody asked for anything and all is well.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define OUT_TEXT_MAX 4096u /* bytes of one formatted piece of text; more is cut visibly */

/* Text to the standard output; the line end is not added. */
void out_text(const char *format, ...) SHMB_PRINTF(1, 2);

/* A text as a JSON string with its quotes. Ill-formed bytes become U+FFFD. */
void out_json_string(const char *text);

/* Bytes to the standard output, as they are. False: writing has failed, now or before. */
bool out_bytes(const void *bytes, size_t count);

/* Writes what is kept back. 0, or the Win32 code of the first write that failed. */
uint32_t out_end(void);

/* "shmb: " and one line to the standard error output; control characters become '?'. */
void out_error(const char *format, ...) SHMB_PRINTF(1, 2);

#endif
