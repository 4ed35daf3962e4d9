#include "reload_result.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "elevation.h"
#include "lacks.h"

bool reload_result_is(const struct shmb_report_line *line, unsigned field, const char *text)
{
    return line->length[field] == strlen(text) &&
           memcmp(line->field[field], text, line->length[field]) == 0;
}

static void print_step(const struct shmb_report_line *line)
{
    console_line("%-8.*s %.*s: %.*s", (int)line->length[2], line->field[2], (int)line->length[1],
                 line->field[1], (int)line->length[3], line->field[3]);
}

static void print_message(const struct shmb_report_line *line)
{
    const bool warning = reload_result_is(line, 2, "warning");

    (warning ? console_warning : console_error)(
        "%.*s: %.*s: %.*s", (int)line->length[1], line->field[1], (int)line->length[2],
        line->field[2], (int)line->length[3], line->field[3]);
}

static void print_lines(const char *text, size_t size, bool messages)
{
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line)) {
        if (messages && reload_result_is(&line, 0, "message"))
            print_message(&line);
        else if (reload_result_is(&line, 0, "reload"))
            print_step(&line);
        else if (reload_result_is(&line, 0, "cut"))
            console_line("(%.*s more lines are not shown)", (int)line.length[1], line.field[1]);
    }
}

/* Whether all was applied, and what the service lacks for another reason. */
static enum shmb_exit print_applied(bool all)
{
    enum shmb_exit lacks =
        lacks_print(all ? "ShmBroker has applied its configuration, but runs degraded:"
                        : "ShmBroker has applied its configuration, but not all of it:",
                    elevation_present());

    if (lacks != SHMB_EXIT_DONE)
        return lacks;
    if (all) {
        console_line("ShmBroker has applied its configuration");
        return SHMB_EXIT_DONE;
    }
    /* What lacked has been put right meanwhile, or a step had an outcome that was printed. */
    console_line("ShmBroker has applied its configuration, but not all of it");
    return SHMB_EXIT_NOT_SO;
}

enum shmb_exit reload_result_print(const char *text, const struct shmb_report *report,
                                   bool messages)
{
    print_lines(text, report->text_size, messages);
    switch (report->reload_result) {
    case SHMB_RELOAD_APPLIED:
    case SHMB_RELOAD_INCOMPLETE:
        return print_applied(report->reload_result == SHMB_RELOAD_APPLIED);
    case SHMB_RELOAD_HELD:
        console_error("shmbroker: another program holds a file of the configuration; nothing has "
                      "changed, and the service reloads when the file is free");
        return SHMB_EXIT_TIMEOUT;
    default:
        console_error("shmbroker: the configuration is refused, nothing has changed");
        return SHMB_EXIT_NOT_SO;
    }
}
