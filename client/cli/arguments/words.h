/*
 * words.h - the command line in words, and the part of it that is not ours.
 *
 * Words are cut by the rules of the C runtime and CommandLineToArgvW: blanks
 * divide, quotes join, backslashes count before a quote only.
 * https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
 * What stands behind `--` has to reach another program exactly as it was
 * typed, so it is kept as it is; cut and joined again it could be another.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct words {
    char **word;   /* UTF-8, without the program's name; NULL: ill-formed UTF-16 */
    size_t count;  /* up to the first `--`, which is left out */
    char **behind; /* what comes behind it */
    size_t behind_count;
    const wchar_t *rest; /* the same as it was typed, "" where nothing stands there */
};

/* Ended with words_free. `line` has to live as long. False: memory is short. */
bool words_split(const wchar_t *line, struct words *words);

void words_free(struct words *words);

#endif
