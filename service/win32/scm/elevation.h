/*
 * elevation.h - whether this process may do what only administrators may.
 */
#ifndef ELEVATION_H
#define ELEVATION_H

#include <stdbool.h>

/*
 * True: the token has Administrators, and not for denials only, as that of an
 * administrator without elevation has it. SYSTEM has them, too. True also if it
 * cannot be found out: then the calls of the verb say what is missing.
 */
bool elevation_present(void);

/* Prints that the verb needs it, and what to do, if it is missing. */
bool elevation_require(const char *verb);

#endif
