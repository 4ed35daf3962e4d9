/*
 * bulletin.h - writes the report for administrators (status_report.h).
 */
#ifndef CORE_BULLETIN_H
#define CORE_BULLETIN_H

#include "inventory.h"
#include "shared.h"
#include "status_report.h"
#include "trouble.h"

/* What is to be said. Borrowed for the call. */
struct bulletin_news {
    const struct inventory *inventory;
    uint64_t revision;              /* published; 0: nothing */
    const struct trouble *troubles; /* of the publication; those without a cause are left out */
    size_t trouble_count;
    const struct trouble *avoided; /* a number of a control section that was taken */
};

/* Makes the section, with nothing in it yet. As shared_make. */
enum sys_status bulletin_make(const struct system *system, const char *owner, struct shared *out,
                              struct sys_failure *why);

/* Writes the report anew, SHMB_REPORT_SIZE bytes at `view`. */
void bulletin_write(void *view, const struct bulletin_news *news);

#endif
