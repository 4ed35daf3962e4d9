/*
 * line_words.h - the words of a command line.
 *
 * The rules are those of the C runtime and CommandLineToArgvW. That function is in
 * shell32.dll, which loads user32.dll: a console program that has it is not notified of a
 * log-off or a shutdown.
 */
#ifndef SHMB_LINE_WORDS_H
#define SHMB_LINE_WORDS_H

#include <wchar.h>

/* Copies the program's name, which is the first word, without its quotes to `out`, which has room
 * for the whole line; NULL: only skips it. Returns where it ends. */
const wchar_t *line_words_program(const wchar_t *line, wchar_t *out);

/*
 * Copies the next word to `out`, which has room for the rest of the line. Returns where the word
 * ends, or NULL if there is none.
 */
const wchar_t *line_words_next(const wchar_t *at, wchar_t *out);

/*
 * All words, the program's name among them; freed with free(), in one piece. NULL: GetLastError()
 * is ERROR_NOT_ENOUGH_MEMORY.
 */
wchar_t **line_words_all(const wchar_t *line, int *count);

/* Skips blanks between words. */
const wchar_t *line_words_skip_blanks(const wchar_t *at);

#endif
