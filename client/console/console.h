/*
 * console.h - writes UTF-8 text to the standard output and the standard error output.
 *
 * A console gets UTF-16, whatever its code page; redirected output stays UTF-8. Lines
 * end in "\n". Nothing is buffered. Without a standard output, nothing is written and
 * nothing fails.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "colour.h"
#include "compiler.h"

/*
 * From now on, nothing is written to the standard output, and no warning to the standard error
 * output: for --quiet.
 */
void console_quiet(void);

/*
 * Writes `length` bytes of text, which must be followed by a terminator, to
 * STD_OUTPUT_HANDLE or STD_ERROR_HANDLE. 0, or the Win32 code of the failed write.
 */
uint32_t console_text(DWORD which, const char *text, size_t length);

/* Columns of the window that the standard output goes to. 0: it is no console. */
size_t console_width(void);

/* Writes bytes to the standard output, unchanged. Returns as console_text. */
uint32_t console_bytes(const void *bytes, size_t count);

/* The same to a file. */
uint32_t console_file(HANDLE file, const void *bytes, size_t count);

/*
 * Write one line, and a line end, to the standard output or the standard error output, as
 * shmb_make_visible(line, true) leaves it. Ignore failures. With --json, console_line writes
 * nothing, and the line of console_error is also a warning or a reason in the document (answer.h).
 * console_warning is for what is no failure: not with --quiet, never the reason in a document.
 */
void console_line(const char *format, ...) SHMB_PRINTF(1, 2);
void console_error(const char *format, ...) SHMB_PRINTF(1, 2);
void console_warning(const char *format, ...) SHMB_PRINTF(1, 2);

/* As console_line, in a colour. */
void console_coloured(enum colour colour, const char *format, ...) SHMB_PRINTF(2, 3);

/*
 * While on, console_line and console_coloured write to the standard error output, also with
 * --quiet: the same lines are the reason of an exit code there.
 */
void console_lines_to_errors(bool on);

/* Writes the next document of a verb with --json; see answer_text. Returns as console_text. */
uint32_t console_answer(uint32_t *exit_code);

#endif
