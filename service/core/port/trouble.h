/*
 * trouble.h - why a part of the publication is missing. Logs it once, and again only if
 * the cause changes.
 */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "event_text.h"
#include "full_name.h"
#include "system.h"

/* All zero: no trouble. */
struct trouble {
    uint32_t cause; /* see event_cause; 0: no trouble */
    bool conflict;  /* a foreign object has the name; else the system refused */
    char name[FULL_NAME_BYTES];
    char reason[REPORT_FAILURE];
};

/*
 * Logs EVENT_PUBLICATION_CONFLICT (SYS_TAKEN) or EVENT_PUBLICATION_FAILED for a bare name,
 * unless the same cause was logged last.
 */
void trouble_begin(struct trouble *trouble, const struct system *system, const char *name,
                   enum sys_status status, const struct sys_failure *why);

/* Logs EVENT_PUBLICATION_RECOVERED if there was trouble. True: there was. */
bool trouble_end(struct trouble *trouble, const struct system *system);

#endif
