/*
 * command_words.h - the words that every command line of ours takes, and the hint for a
 * misspelt one. The same in shmb and shmbroker.
 */
#ifndef COMMAND_WORDS_H
#define COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Does the word ask for help: --help, -h or /? */
bool command_asks_help(const char *word);

/* Does the word ask for the version: --version or -V? */
bool command_asks_version(const char *word);

/* What stands in the place of a verb, for a hint. */
#define COMMAND_WORDS 4
extern const char *const command_words[COMMAND_WORDS];

#define COMMAND_HINT_MAX 96

/*
 * Writes "; did you mean WORD?" for the word most similar to `typed`, or nothing. Returns
 * `out`.
 */
const char *command_hint(const char *typed, const char *const *words, size_t count,
                         char out[COMMAND_HINT_MAX]);

#endif
