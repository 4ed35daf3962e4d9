/*
 * words.h - splits the command line into words, up to the command of another program.
 *
 * The rules are those of the C runtime and CommandLineToArgvW: blanks separate, quotes
 * join, backslashes are special only before a quote.
 * https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
 * The text after `--` must reach another program exactly as typed, so it stays in one
 * piece: split and joined again it could differ.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct words {
    char **word;   /* UTF-8, without the program's name; NULL: ill-formed UTF-16 */
    size_t count;  /* words before the first `--` */
    char **behind; /* words after it */
    size_t behind_count;
    const wchar_t *rest; /* the text after it, as typed; "" if there is none */
};

/* Splits `line`, which must live as long as `words`. Free with words_free. False: out of memory. */
bool words_split(const wchar_t *line, struct words *words);

void words_free(struct words *words);

#endif
