/*
 * elevation.h - whether this process may do what only administrators may.
 */
#ifndef ELEVATION_H
#define ELEVATION_H

#include <stdbool.h>

/*
 * True: the token has the group Administrators, enabled. In the token of an
 * administrator who has not elevated, it is for denials only. SYSTEM has it, too.
 * True also if that cannot be determined: then the verb's own calls are refused.
 */
bool elevation_present(void);

/* The same; if false, prints that the verb needs it, and what to do. */
bool elevation_require(const char *verb);

#endif
