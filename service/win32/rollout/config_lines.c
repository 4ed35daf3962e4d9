#include "config_lines.h"

#include <stdlib.h>

#include "console.h"
#include "event_text.h"
#include "out_of_memory.h"

static void print_one(const struct cfg_message *message)
{
    size_t size = cfg_message_format(message, NULL, 0) + 1;
    char *line = malloc(size);

    if (line == NULL) {
        (void)out_of_memory();
        return;
    }
    cfg_message_format(message, line, size);
    if (message->severity == CFG_WARNING)
        console_warning("%s", line);
    else
        console_error("%s", line);
    free(line);
}

void config_lines_print(const char *file, const struct cfg_messages *messages)
{
    size_t all = messages->errors + messages->warnings, i;

    for (i = 0; i < messages->count; i++)
        print_one(&messages->items[i]);
    if (all > messages->count)
        console_error("%s: %zu more messages are not shown", file, all - messages->count);
}

void config_lines_held(const char *file, const struct config_held *held)
{
    char why[REPORT_FAILURE];

    event_failure_text(&held->why, why);
    console_error("%s: '%s' cannot be read now, which is no error of the file: %s; try again later",
                  file, held->path != NULL ? held->path : "a file", why);
}
