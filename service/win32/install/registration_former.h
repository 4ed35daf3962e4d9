/*
 * registration_former.h - the former details of a registration, so that an
 * installation that fails can restore them.
 */
#ifndef REGISTRATION_FORMER_H
#define REGISTRATION_FORMER_H

#include <windows.h>

#include <stdbool.h>

#define REGISTRATION_FORMER_POINTS 7

/* All zero: nothing is known. NULL: could not be read, and is not restored. */
struct registration_former {
    void *points[REGISTRATION_FORMER_POINTS]; /* as QueryServiceConfig2W returns them */
    PSECURITY_DESCRIPTOR list, key;           /* access lists of service and registry key */
    bool known, audits;                       /* has the right to audit (audit_right.h) */
};

/* The handle needs SERVICE_QUERY_CONFIG and READ_CONTROL. */
void registration_former_read(SC_HANDLE service, struct registration_former *out);

/*
 * Restores all of it; the handle needs SERVICE_CHANGE_CONFIG, SERVICE_START and
 * WRITE_DAC. Prints a line for each detail that is refused or was not read.
 */
void registration_former_restore(SC_HANDLE service, const struct registration_former *former);

void registration_former_free(struct registration_former *former);

#endif
