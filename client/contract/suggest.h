/*
 * suggest.h - finds the word that a misspelt text probably means.
 */
#ifndef SHMB_SUGGEST_H
#define SHMB_SUGGEST_H

#include <stddef.h>

/*
 * The word most similar to `text`, with at most one typing error in three letters, or one
 * in a word of less than 6 letters (a wrong, missing or added letter, or two swapped).
 * Ignores ASCII case. NULL: none.
 */
const char *suggest_word(const char *text, size_t length, const char *const *words, size_t count);

#endif
