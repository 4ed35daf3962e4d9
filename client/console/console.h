/*
 * console.h - text for people: UTF-8 in, the right thing out.
 *
 * On a console text goes out as UTF-16 whatever code page that has;
 * redirected it stays UTF-8, lines end in "\n". Nothing is kept back in
 * buffers. Where there is no standard output, nobody asked for anything and all
 * is well.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "compiler.h"

/*
 * `length` bytes of text, terminated behind them, to STD_OUTPUT_HANDLE or
 * STD_ERROR_HANDLE. 0, or the Win32 code of the write that failed.
 */
uint32_t console_text(DWORD which, const char *text, size_t length);

/* Bytes as they are, to the standard output. Returns as console_text. */
uint32_t console_bytes(const void *bytes, size_t count);

/*
 * One line to the standard output, or the standard error output; the line end is
 * added. Failures to write are ignored: there is nobody to tell.
 */
void console_line(const char *format, ...) SHMB_PRINTF(1, 2);
void console_error(const char *format, ...) SHMB_PRINTF(1, 2);

#endif
