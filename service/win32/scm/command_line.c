/*
 * `install` writes the line into the registration. The verbs read it there to find the
 * service's program and configuration.
 */
#include "command_line.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_path.h"
#include "line_words.h"
#include "paths.h"
#include "wide.h"

#define CONFIG L"--config"
#define UNSAFE L"--allow-unsafe-config"
#define AUDIT  L"--audit"

/*
 * The words of a line, with quotes around its program: Windows does not end it at the first
 * blank. Freed with free(). NULL: GetLastError() says why.
 */
static wchar_t **split(const struct image_path *path, int *count)
{
    const size_t program = wcslen(path->program), rest = wcslen(path->rest);
    wchar_t *line = malloc((program + rest + 3) * sizeof(*line)), **words;

    if (line == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    line[0] = L'"';
    wmemcpy(line + 1, path->program, program);
    line[program + 1] = L'"';
    wmemcpy(line + program + 2, path->rest, rest + 1);
    words = line_words_all(line, count);
    free(line);
    return words;
}

/* Reads the options. False: no memory. */
static bool read_words(wchar_t *const *words, int count, struct command_line *out)
{
    bool enough = true;
    int i;

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
    return enough;
}

bool command_line_read(const wchar_t *line, struct command_line *out)
{
    wchar_t **words = NULL;
    struct image_path path;
    bool enough;
    int count = 0;

    *out = (struct command_line){0};
    enough = image_path_read(line, &path);
    if (!enough)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (enough) {
        words = split(&path, &count);
        out->program = wide_to_utf8(path.program);
        enough = words != NULL && out->program != NULL;
    }
    if (enough && path.other != NULL) {
        out->other = wide_to_utf8(path.other);
        enough = out->other != NULL;
    }
    if (enough) {
        out->ours = image_path_is_ours(path.program);
        out->quoted = path.plain;
        enough = read_words(words, count, out);
    }
    free(words);
    image_path_free(&path);
    return enough;
}

char *command_line_config(const struct command_line *line)
{
    return line->config != NULL ? _strdup(line->config) : paths_default_config();
}

void command_line_free(struct command_line *line)
{
    free(line->program);
    free(line->other);
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
