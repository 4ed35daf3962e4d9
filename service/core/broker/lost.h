/*
 * lost.h - objects that a former broker held and that were gone at a start:
 * broker and keeper ended, and no program had them open.
 */
#ifndef CORE_LOST_H
#define CORE_LOST_H

#include <stdbool.h>
#include <stddef.h>

#include "report_lines.h"
#include "system.h"
#include "text.h"

/* All zero: none. */
struct lost {
    size_t count;
    struct text names; /* of the first of them */
    bool cut;          /* there are more */
};

/* `name` is bare; `notes` get a line for the report, as long as there are not too many. */
void lost_add(struct lost *lost, const char *name, struct notes *notes);

/* One event for all of them, where there are any; frees what `lost` holds. */
void lost_report(struct lost *lost, const struct system *system);

#endif
