/*
 * utf.h - strict conversion between UTF-8 and UTF-16.
 *
 * Pure code uses UTF-8; UTF-16 exists only where Win32 is called. Ill-formed input
 * (overlong forms, lone surrogates, values beyond U+10FFFF, cut sequences) is refused,
 * never replaced or skipped. Lengths are in units of the encoding and do not count a
 * terminator. NULs within a text are converted like any character.
 */
#ifndef SHMB_UTF_H
#define SHMB_UTF_H

#include <stddef.h>
#include <stdint.h>

#define SHMB_UTF_BAD ((size_t)-1)

/*
 * Converts `length` bytes of UTF-8 to UTF-16. Writes at most `capacity` units to `out`
 * (may be NULL if `capacity` is 0). Returns the number of units that the whole text
 * needs; if that is more than `capacity`, the content of `out` is undefined.
 * SHMB_UTF_BAD: ill-formed.
 */
size_t shmb_utf8_to_utf16(const char *text, size_t length, uint16_t *out, size_t capacity);

/* The same in the other direction; counts and `capacity` are bytes of UTF-8. */
size_t shmb_utf16_to_utf8(const uint16_t *text, size_t length, char *out, size_t capacity);

/*
 * How many bytes at the start are printable ASCII, 0x20 to 0x7E: of nearly all texts all of
 * them, so that nothing needs to be decoded.
 */
size_t shmb_plain_run(const char *text, size_t length);

/*
 * Reads one code point at `*at`, which must be before `end`, and moves `*at` past it.
 * UINT32_MAX: ill-formed; `*at` then stays.
 */
uint32_t shmb_utf8_next(const char **at, const char *end);

#endif
