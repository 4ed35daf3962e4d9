/*
 * command_line.h - the command line the service manager starts the service with.
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include <stdbool.h>
#include <wchar.h>

/* All zero: nothing to free. */
struct command_line {
    char *program; /* the first word */
    char *config;  /* of --config; NULL: the default path */
    bool unsafe;   /* --allow-unsafe-config */
    bool audit;    /* --audit */
    bool quoted;   /* the program stands in quotes, or needs none */
};

/* False: GetLastError() says why. `out` is to be ended with command_line_free in any case. */
bool command_line_read(const wchar_t *line, struct command_line *out);
/* The configuration it means, the default path too; to be freed with free(). NULL: no memory. */
char *command_line_config(const struct command_line *line);
void command_line_free(struct command_line *line);

/*
 * "program" [--config "config"] [--allow-unsafe-config] [--audit]; to be freed with free(),
 * NULL: GetLastError() says why.
 */
wchar_t *command_line_make(const char *program, const char *config, bool unsafe, bool audit);

#endif
