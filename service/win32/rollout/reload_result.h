/*
 * reload_result.h - prints what a reload came to, from the report that follows it.
 */
#ifndef RELOAD_RESULT_H
#define RELOAD_RESULT_H

#include <stdbool.h>

#include "exit_codes.h"
#include "status_report.h"

/*
 * Prints the steps of the reload, with `messages` what it says of the configuration, too, and what
 * the service lacks. SHMB_EXIT_DONE: all was applied, and nothing lacks. SHMB_EXIT_NOT_SO: refused,
 * applied in part, or degraded. SHMB_EXIT_TIMEOUT: another program holds a file. SHMB_EXIT_SYSTEM:
 * no memory.
 */
enum shmb_exit reload_result_print(const char *text, const struct shmb_report *report,
                                   bool messages);

/* True if a field of a line of the report is this text. */
bool reload_result_is(const struct shmb_report_line *line, unsigned field, const char *text);

#endif
