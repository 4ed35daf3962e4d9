/*
 * out.h - the output of shmb: text, bytes, errors.
 *
 * Text is UTF-8 here. A console gets UTF-16, whatever its code page; redirected output
 * stays UTF-8. Lines end in "\n". Text is buffered until out_end or until the buffer
 * is full. Without a standard output, nothing is written and nothing fails.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define OUT_TEXT_MAX                                                                               \
    4096u /* bytes of one formatted text; a longer one is cut and ends in "..."                    \
           */

/*
 * Writes text to the standard output, as shmb_make_visible(text, true) leaves it. Adds no line
 * end. A part that may have line ends of its own goes to out_visible instead.
 */
void out_text(const char *format, ...) SHMB_PRINTF(1, 2);

/* Writes a text of others on one line, as shmb_make_visible(text, false) leaves it. */
void out_visible(const char *text);

/* Writes a control sequence for the screen as it is. */
void out_sequence(const char *sequence);

/*
 * Writes the next document of a verb with --json, which gets no other output; see answer_text.
 * False: this or an earlier write failed.
 */
bool out_answer(uint32_t *exit_code);

/* What follows has the colour of an error or a warning, or its usual one again; see colour.h. */
void out_as_error(void);
void out_as_warning(void);
void out_as_usual(void);

/* Writes bytes to the standard output, unchanged. False: this or an earlier write failed. */
bool out_bytes(const void *bytes, size_t count);

/*
 * From now on, writes text and bytes to a file; NULL: to the standard output again. Writes the
 * buffer before. Returns as out_end; the failure of a file is forgotten then.
 */
uint32_t out_to(void *file);

/* Writes the buffer. 0, or the Win32 code of the first write that failed. */
uint32_t out_end(void);

/* Writes "shmb: " and a line to the standard error output, as shmb_make_visible(text,
 * false) leaves it. */
void out_error(const char *format, ...) SHMB_PRINTF(1, 2);

/* The same for a line that is no failure: see console_warning. */
void out_warning(const char *format, ...) SHMB_PRINTF(1, 2);

#endif
