/*
 * utf.h - strict conversion between UTF-8 and UTF-16.
 *
 * Pure code is UTF-8; UTF-16 exists at the Win32 edge only. Nothing is
 * replaced or skipped: ill-formed input (overlong forms, lone surrogates,
 * values beyond U+10FFFF, cut sequences) is refused. Lengths are in units of
 * the respective encoding and count no terminator; embedded NULs are kept.
 */
#ifndef SHMB_UTF_H
#define SHMB_UTF_H

#include <stddef.h>
#include <stdint.h>

#define SHMB_UTF_BAD ((size_t)-1)

/*
 * Converts `length` bytes of UTF-8 to UTF-16. Writes at most `capacity` units
 * to `out` (which may be NULL when `capacity` is 0) and returns the number of
 * units the whole text needs: more than `capacity` means that `out` is too
 * small and its content is undefined. SHMB_UTF_BAD: ill-formed.
 */
size_t shmb_utf8_to_utf16(const char *text, size_t length, uint16_t *out, size_t capacity);

/* The same in the other direction; counts and `capacity` are bytes of UTF-8. */
size_t shmb_utf16_to_utf8(const uint16_t *text, size_t length, char *out, size_t capacity);

/*
 * Reads one code point of well-formed or ill-formed UTF-8 from `*at`, which is
 * before `end`, and moves `*at` behind it. Returns UINT32_MAX where the bytes
 * are ill-formed (`*at` then stays where it is).
 */
uint32_t shmb_utf8_next(const char **at, const char *end);

#endif
