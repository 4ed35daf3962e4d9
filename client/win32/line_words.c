#include "line_words.h"

#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>

static bool blank(wchar_t unit)
{
    return unit == L' ' || unit == L'\t';
}

const wchar_t *line_words_skip_blanks(const wchar_t *at)
{
    while (blank(*at))
        at++;
    return at;
}

/* It has no escapes: only quotes count. */
const wchar_t *line_words_program(const wchar_t *line, wchar_t *out)
{
    bool quoted = false;

    for (; *line != L'\0' && (quoted || !blank(*line)); line++) {
        if (*line == L'"')
            quoted = !quoted;
        else if (out != NULL)
            *out++ = *line;
    }
    if (out != NULL)
        *out = L'\0';
    return line;
}

const wchar_t *line_words_next(const wchar_t *at, wchar_t *out)
{
    bool quoted = false;

    at = line_words_skip_blanks(at);
    if (*at == L'\0')
        return NULL;
    /* A word is never longer than its source. */
    while (*at != L'\0' && (quoted || !blank(*at))) {
        size_t slashes = wcsspn(at, L"\\"), kept = slashes;

        at += slashes;
        /*
         * Before a quote, two backslashes stand for one, and a single one makes the quote a
         * character.
         */
        if (*at == L'"')
            kept = slashes / 2;
        while (kept-- > 0)
            *out++ = L'\\';
        if (*at == L'"' && slashes % 2 == 0 && !(quoted && at[1] == L'"')) {
            quoted = !quoted;
            at++;
        } else if (*at == L'"') {
            at += slashes % 2 == 0 ? 2 : 1; /* "" between quotes, or \" */
            *out++ = L'"';
        } else if (*at != L'\0' && (quoted || !blank(*at))) {
            *out++ = *at++;
        }
    }
    *out = L'\0';
    return at;
}

wchar_t **line_words_all(const wchar_t *line, int *count)
{
    /* A word takes two characters or more, with the blank that separates it. */
    size_t units = wcslen(line), most = units / 2 + 2;
    wchar_t **words = malloc(most * sizeof(*words) + (units + 2) * sizeof(**words));
    wchar_t *word;

    *count = 0;
    if (words == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    word = (wchar_t *)(void *)(words + most);
    for (line = line_words_program(line, word); line != NULL; line = line_words_next(line, word)) {
        words[(*count)++] = word;
        word += wcslen(word) + 1;
    }
    return words;
}
