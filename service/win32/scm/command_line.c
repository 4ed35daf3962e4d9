/*
 * `install` writes the line into the registration. The verbs read it there to find the
 * service's program and configuration.
 */
#include "command_line.h"

#include <windows.h>
#include <shellapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "wide.h"

#define CONFIG L"--config"
#define UNSAFE L"--allow-unsafe-config"
#define AUDIT  L"--audit"

bool command_line_read(const wchar_t *line, struct command_line *out)
{
    int count = 0, i;
    wchar_t **words = CommandLineToArgvW(line, &count);
    bool enough;

    *out = (struct command_line){0};
    if (words == NULL)
        return false;
    out->program = wide_to_utf8(words[0]);
    enough = out->program != NULL;
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
    out->quoted = line[0] == L'"' || wcschr(line, L' ') == NULL;
    LocalFree(words);
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
