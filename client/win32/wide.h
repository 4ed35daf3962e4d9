/*
 * wide.h - UTF-8 to UTF-16 and back, at the edge to Win32.
 *
 * Strict, as contract/utf.h: what is ill-formed is refused, never replaced.
 */
#ifndef SHMB_WIDE_H
#define SHMB_WIDE_H

#include <stddef.h>
#include <wchar.h>

/*
 * The text in the other encoding, terminated, to be freed with free(). NULL:
 * GetLastError() is ERROR_NO_UNICODE_TRANSLATION or ERROR_NOT_ENOUGH_MEMORY.
 */
wchar_t *wide_from_utf8(const char *text);
char *wide_to_utf8(const wchar_t *text);

/*
 * Writes `length` units as UTF-8 to `out`, terminated; `size` is in bytes and
 * at least 4. A text that does not fit, or is ill-formed from some place on,
 * is cut between two characters and ends in "...". For texts people read,
 * never for names or paths.
 */
void wide_to_buffer(const wchar_t *text, size_t length, char *out, size_t size);

/*
 * Ends a UTF-8 text that snprintf cut at the end of `out` between two
 * characters, with "..." as its last ones. `size` as given to snprintf.
 */
void wide_mark_cut(char *out, size_t size);

#endif
