/*
 * suggest.h - which word was probably meant.
 */
#ifndef SHMB_SUGGEST_H
#define SHMB_SUGGEST_H

#include <stddef.h>

/*
 * The word nearest to `text`, if one is near enough to be what was meant: one
 * slip in three letters, in a short word one at all (a wrong, missing or added
 * letter, or two swapped), ASCII case ignored. Else NULL.
 */
const char *suggest_word(const char *text, size_t length, const char *const *words, size_t count);

#endif
