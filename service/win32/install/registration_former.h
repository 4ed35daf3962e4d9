/*
 * registration_former.h - the details of a registration as they were, so that
 * an installation that fails half way can put them back.
 */
#ifndef REGISTRATION_FORMER_H
#define REGISTRATION_FORMER_H

#include <windows.h>

#include <stdbool.h>

#define REGISTRATION_FORMER_POINTS 6

/* All zero: nothing is known. What could not be read is NULL and is left alone. */
struct registration_former {
    void *points[REGISTRATION_FORMER_POINTS]; /* as QueryServiceConfig2W has them */
    PSECURITY_DESCRIPTOR list, key;           /* of the service, and of its key in the registry */
    bool known, audits; /* whether it has the right to audit (audit_right.h) */
};

/* The handle needs SERVICE_QUERY_CONFIG and READ_CONTROL. */
void registration_former_read(SC_HANDLE service, struct registration_former *out);

/*
 * Puts all of it back; the handle needs SERVICE_CHANGE_CONFIG, SERVICE_START
 * and WRITE_DAC. What is refused, or was not read, is said line by line.
 */
void registration_former_restore(SC_HANDLE service, const struct registration_former *former);

void registration_former_free(struct registration_former *former);

#endif
