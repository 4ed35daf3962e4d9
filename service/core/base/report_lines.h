/*
 * report_lines.h - a list of lines for the report: what a reload did, what is left to do.
 */
#ifndef CORE_REPORT_LINES_H
#define CORE_REPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define NOTES_MAX 2000u /* lines: the report has no room for more */

/* One line of the report; see status_report.h. */
struct report_line {
    const char *kind, *state; /* static */
    char *name, *reason;
};

/* All zero: empty. */
struct report_lines {
    struct report_line *items;
    size_t count, capacity;
    size_t left_out; /* lines that were not added: over NOTES_MAX, or no memory */
};

/* Adds a line. Copies `name` and `reason`; NULL as `reason` is the empty text. */
void report_lines_add(struct report_lines *lines, const char *kind, const char *name,
                      const char *state, const char *reason);

/* Adds all lines of `from`. */
void report_lines_append(struct report_lines *lines, const struct report_lines *from);

/* True: both say the same, in the same order. */
bool report_lines_same(const struct report_lines *a, const struct report_lines *b);

void report_lines_free(struct report_lines *lines);

#endif
