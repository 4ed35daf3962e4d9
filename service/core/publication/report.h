/*
 * report.h - writes the report for administrators (status_report.h).
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "inventory.h"
#include "report_lines.h"
#include "own_section.h"
#include "status_report.h"
#include "trouble.h"

/* What became of reloads; see status_report.h. */
struct report_reload {
    uint32_t count; /* odd while one is under way */
    enum shmb_reload_result result;
    struct report_lines notes; /* of the last one: its steps and messages */
    const struct report_lines
        *retired;                 /* let go, but open in programs; NULL: not known. Borrowed */
    struct report_lines lasting;  /* why the broker runs with less than is asked for */
    struct report_lines sessions; /* where plain names do not lead to objects, and should */
    struct report_lines keeping;  /* of the keeper */
    struct report_lines lost;     /* objects that were gone at the start */
};

/* What is to be said. Borrowed for the call. */
struct report_news {
    const struct inventory *inventory;
    uint64_t revision;              /* published; 0: nothing */
    const struct trouble *troubles; /* of the publication; those without a cause are left out */
    size_t trouble_count;
    const struct trouble *avoided;      /* a number of a control section that was taken */
    const struct report_reload *reload; /* NULL: none so far */
    const struct report_lines *copies;  /* of segments; NULL: none */
};

/* Makes the section, or takes over one that was left. As own_section_make_or_adopt. */
enum sys_status report_make(const struct system *system, const char *owner, struct state *state,
                            struct own_section *out, struct sys_failure *why);

/* Writes the report anew, SHMB_REPORT_SIZE bytes at `view`. */
void report_write(void *view, const struct report_news *news);

#endif
