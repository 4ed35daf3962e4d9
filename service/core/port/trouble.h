/*
 * trouble.h - what keeps a part of the publication from being had: said once,
 * and said again only when the cause is another one.
 */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "event_text.h"
#include "full_name.h"
#include "system.h"

/* All zero: there is none. */
struct trouble {
    uint32_t cause;
    bool conflict; /* the name is held by a stranger; else the system refused */
    char name[FULL_NAME_BYTES];
    char reason[REPORT_FAILURE];
};

/* EVENT_PUBLICATION_CONFLICT or EVENT_PUBLICATION_FAILED for a bare name, unless said already. */
void trouble_begin(struct trouble *trouble, const struct system *system, const char *name,
                   enum sys_status status, const struct sys_failure *why);

/* EVENT_PUBLICATION_RECOVERED where there was trouble; true then. */
bool trouble_end(struct trouble *trouble, const struct system *system);

#endif
