/*
 * Splits by hand: CommandLineToArgvW does not tell where a word ends in the line, and the
 * text after `--` is needed as typed.
 */
#include "words.h"

#include <windows.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "line_words.h"
#include "wide.h"

/* Adds a word. False: out of memory. */
static bool add(char ***list, size_t *count, const wchar_t *word)
{
    char *text = wide_to_utf8(word);

    /* An ill-formed word stays as NULL: request.c reports it, unless a command gets it. */
    if (text == NULL && GetLastError() == ERROR_NOT_ENOUGH_MEMORY)
        return false;
    (*list)[(*count)++] = text;
    return true;
}

/* Fills `words` from the line. `word` has room for the longest word. False: out of memory. */
static bool split(const wchar_t *at, wchar_t *word, struct words *words)
{
    bool behind = false;
    bool ok = true;

    while (ok && (at = line_words_next(at, word)) != NULL) {
        if (behind) {
            ok = add(&words->behind, &words->behind_count, word);
        } else if (wcscmp(word, L"--") == 0) {
            behind = true;
            words->rest = line_words_skip_blanks(at);
        } else {
            ok = add(&words->word, &words->count, word);
        }
    }
    return ok;
}

bool words_split(const wchar_t *line, struct words *words)
{
    const wchar_t *at = line_words_program(line, NULL);
    size_t length = wcslen(at);
    wchar_t *word = malloc((length + 1) * sizeof(*word));
    bool ok;

    memset(words, 0, sizeof(*words));
    words->rest = L"";
    /* Each word takes two characters or more, with the blank that separates it. */
    words->word = calloc(length / 2 + 1, sizeof(*words->word));
    words->behind = calloc(length / 2 + 1, sizeof(*words->behind));
    ok = word != NULL && words->word != NULL && words->behind != NULL && split(at, word, words);
    free(word);
    if (!ok)
        words_free(words);
    return ok;
}

static void free_list(char **list, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void words_free(struct words *words)
{
    free_list(words->word, words->count);
    free_list(words->behind, words->behind_count);
    memset(words, 0, sizeof(*words));
}
