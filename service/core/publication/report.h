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
struct bulletin_reload {
    uint32_t count; /* odd while one is under way */
    enum shmb_reload_result result;
    struct notes notes;          /* of the last one: its steps and messages */
    const struct notes *retired; /* let go, but open in programs; NULL: not known. Borrowed */
    struct notes lasting;        /* why the broker runs with less than is asked for */
    struct notes sessions;       /* where plain names do not lead to objects, and should */
    struct notes keeping;        /* of the keeper */
    struct notes lost;           /* objects that were gone at the start */
};

/* What is to be said. Borrowed for the call. */
struct bulletin_news {
    const struct inventory *inventory;
    uint64_t revision;              /* published; 0: nothing */
    const struct trouble *troubles; /* of the publication; those without a cause are left out */
    size_t trouble_count;
    const struct trouble *avoided;        /* a number of a control section that was taken */
    const struct bulletin_reload *reload; /* NULL: none so far */
    const struct notes *copies;           /* of segments; NULL: none */
};

/* Makes the section, or takes over one that was left. As shared_make_or_adopt. */
enum sys_status bulletin_make(const struct system *system, const char *owner, struct state *state,
                              struct shared *out, struct sys_failure *why);

/* Writes the report anew, SHMB_REPORT_SIZE bytes at `view`. */
void bulletin_write(void *view, const struct bulletin_news *news);

#endif
