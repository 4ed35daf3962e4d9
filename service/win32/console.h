/*
 * console.h - text for people: UTF-8 in, the right thing out.
 *
 * On a console the text goes out as UTF-16 whatever code page it has;
 * redirected it stays UTF-8, lines end in "\n". Nothing is kept back in
 * buffers. Failures to write are ignored: there is nobody to tell.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "compiler.h"

/* One line to the standard output; the line end is added. */
void console_line(const char *format, ...) SHMB_PRINTF(1, 2);

/* One line to the standard error output; the line end is added. */
void console_error(const char *format, ...) SHMB_PRINTF(1, 2);

#endif
