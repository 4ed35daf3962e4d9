/*
 * wide.h - UTF-8 to UTF-16 and back, for calls of Win32.
 *
 * Strict, like contract/utf.h: ill-formed text is refused, never replaced.
 */
#ifndef SHMB_WIDE_H
#define SHMB_WIDE_H

#include <stddef.h>
#include <wchar.h>

/*
 * Converts a text; free the result with free(). NULL: GetLastError() is
 * ERROR_NO_UNICODE_TRANSLATION or ERROR_NOT_ENOUGH_MEMORY.
 */
wchar_t *wide_from_utf8(const char *text);
char *wide_to_utf8(const wchar_t *text);

/*
 * The full path of a file, which stays right when the current folder changes; free it with free().
 * NULL: failed.
 */
wchar_t *wide_full_path(const char *path);

/*
 * Writes `length` units as UTF-8 to `out`, terminated; `size` is in bytes and at least 4.
 * If the text does not fit or is ill-formed, cuts it between two characters and ends it
 * with "...". Only for texts that people read, never for names or paths.
 */
void wide_to_buffer(const wchar_t *text, size_t length, char *out, size_t size);

/*
 * Ends a text that snprintf cut off with "...", between two characters. `size` as given
 * to snprintf.
 */
void wide_mark_cut(char *out, size_t size);

#endif
