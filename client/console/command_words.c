#include "command_words.h"

#include <stdio.h>
#include <string.h>

#include "suggest.h"

const char *const command_words[COMMAND_WORDS] = {"help", "version", "--help", "--version"};

bool command_asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "/?") == 0;
}

bool command_asks_version(const char *word)
{
    return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0;
}

const char *command_hint(const char *typed, const char *const *words, size_t count,
                         char out[COMMAND_HINT_MAX])
{
    const char *word = suggest_word(typed, strlen(typed), words, count);

    out[0] = '\0';
    if (word != NULL)
        (void)snprintf(out, COMMAND_HINT_MAX, "; did you mean %s?", word);
    return out;
}
