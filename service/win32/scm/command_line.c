/*
 * `install` writes the line into the registration. The verbs read it there to find the
 * service's program and configuration.
 */
#include "command_line.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line_words.h"
#include "paths.h"
#include "wide.h"

#define CONFIG L"--config"
#define UNSAFE L"--allow-unsafe-config"
#define AUDIT  L"--audit"

/*
 * The units of the program's path in a line without quotes, as far as the text shows: up to the
 * first .exe before a blank or the end. 0: there is none.
 */
static size_t unquoted_program(const wchar_t *line)
{
    const wchar_t *at;

    for (at = line; *at != L'\0'; at++)
        if (_wcsnicmp(at, L".exe", 4) == 0 && (at[4] == L' ' || at[4] == L'\t' || at[4] == L'\0'))
            return (size_t)(at - line) + 4;
    return 0;
}

/*
 * The words of a line. One without quotes gets them first: else its program would end
 * at the first blank, and Windows does not end it there. `*quoted`: it had them, or needs none.
 * Freed with free(). NULL: GetLastError() says why.
 */
static wchar_t **split(const wchar_t *line, int *count, bool *quoted)
{
    const size_t program = line[0] == L'"' ? 0 : unquoted_program(line), units = wcslen(line);
    wchar_t *with_quotes, **words;

    if (program > 0)
        *quoted = wmemchr(line, L' ', program) == NULL;
    else
        *quoted = line[0] == L'"' || wcschr(line, L' ') == NULL;
    if (*quoted || program == 0)
        return line_words_all(line, count);
    with_quotes = malloc((units + 3) * sizeof(*with_quotes));
    if (with_quotes == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    with_quotes[0] = L'"';
    wmemcpy(with_quotes + 1, line, program);
    with_quotes[program + 1] = L'"';
    wmemcpy(with_quotes + program + 2, line + program, units - program + 1);
    words = line_words_all(with_quotes, count);
    free(with_quotes);
    return words;
}

/* The program alone counts: a launcher of another product may have ours among its arguments. */
static bool is_ours(const wchar_t *program)
{
    const wchar_t *name = wcsrchr(program, L'\\');

    return _wcsicmp(name != NULL ? name + 1 : program, L"shmbroker.exe") == 0;
}

bool command_line_read(const wchar_t *line, struct command_line *out)
{
    int count = 0, i;
    bool enough, quoted;
    wchar_t **words = split(line, &count, &quoted);

    *out = (struct command_line){0};
    if (words == NULL)
        return false;
    out->program = wide_to_utf8(words[0]);
    enough = out->program != NULL;
    out->ours = is_ours(words[0]);
    /* Skips other words: in tests the first one is a launcher. */
    for (i = 1; i < count && enough; i++) {
        if (wcscmp(words[i], UNSAFE) == 0) {
            out->unsafe = true;
        } else if (wcscmp(words[i], AUDIT) == 0) {
            out->audit = true;
        } else if (wcscmp(words[i], CONFIG) == 0 && i + 1 < count && out->config == NULL) {
            out->config = wide_to_utf8(words[++i]);
            enough = out->config != NULL;
        }
    }
    out->quoted = quoted;
    free(words);
    return enough;
}

char *command_line_config(const struct command_line *line)
{
    return line->config != NULL ? _strdup(line->config) : paths_default_config();
}

void command_line_free(struct command_line *line)
{
    free(line->program);
    free(line->config);
    *line = (struct command_line){0};
}

wchar_t *command_line_make(const char *program, const char *config, bool unsafe, bool audit)
{
    static const char option[] = "\" --config \"", allow[] = " --allow-unsafe-config";
    static const char audits[] = " --audit";
    size_t size = strlen(program) + (config == NULL ? 0 : strlen(config)) + sizeof(option) +
                  sizeof(allow) + sizeof(audits) + 2;
    char *line = malloc(size);
    wchar_t *wide;

    if (line == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    snprintf(line, size, "\"%s%s%s\"%s%s", program, config == NULL ? "" : option,
             config == NULL ? "" : config, unsafe ? allow : "", audit ? audits : "");
    wide = wide_from_utf8(line);
    free(line);
    return wide;
}
