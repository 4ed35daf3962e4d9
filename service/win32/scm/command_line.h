/*
 * command_line.h - the command line with which the service manager starts the service.
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include <stdbool.h>
#include <wchar.h>

/* All zero: nothing to free. */
struct command_line {
    char *program; /* path of the executable (image_path.h) */
    char *other;   /* the file that Windows starts instead of it; NULL: none */
    char *config;  /* of --config; NULL: the default */
    bool unsafe;   /* --allow-unsafe-config */
    bool audit;    /* --audit */
    bool quoted;   /* the path of the executable is quoted, or needs no quotes */
    bool ours;     /* the executable is named shmbroker.exe; else the service is not ours */
};

/* False: GetLastError() says why. End `out` with command_line_free in any case. */
bool command_line_read(const wchar_t *line, struct command_line *out);
/* The path of its configuration, or the default; freed with free(). NULL: not available. */
char *command_line_config(const struct command_line *line);
void command_line_free(struct command_line *line);

/*
 * "program" [--config "config"] [--allow-unsafe-config] [--audit]; freed with
 * free(). `config` NULL: the default. NULL: GetLastError() says why.
 */
wchar_t *command_line_make(const char *program, const char *config, bool unsafe, bool audit);

#endif
