/*
 * report_lines.h - what became of a reload, line by line, for the report.
 */
#ifndef CORE_REPORT_LINES_H
#define CORE_REPORT_LINES_H

#include <stddef.h>

#define NOTES_MAX 2000u /* the report has no room for more */

/* One line of the report; see status_report.h. */
struct report_line {
    const char *kind, *state; /* static */
    char *name, *reason;
};

/* All zero: none. */
struct report_lines {
    struct report_line *items;
    size_t count, capacity;
    size_t left_out; /* beyond NOTES_MAX, or without memory */
};

/* Texts are copied; `reason` may be NULL: empty. */
void report_lines_add(struct report_lines *notes, const char *kind, const char *name,
                      const char *state, const char *reason);
/* Adds what `from` has. */
void report_lines_append(struct report_lines *notes, const struct report_lines *from);
void report_lines_free(struct report_lines *notes);

#endif
