/*
 * sid.h - security identifiers (SIDs) as text: "S-1-5-21-...".
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/c92a27b1-c772-4fa7-a432-15df5f1b66a1
 */
#ifndef CORE_SID_H
#define CORE_SID_H

#include <stdbool.h>

#include "system.h"

/* True if a text is meant as a SID, valid or not: it starts with "S-", a number and "-". */
bool sid_looks_like(const char *text);

/*
 * Checks a SID (revision 1, an authority of 48 bits in decimal or after 0x, 1 to 15
 * numbers of 32 bits) and writes it as Windows does, so that equal SIDs are equal texts.
 * False: not a valid SID, and `out` is empty.
 */
bool sid_canonical(const char *text, char out[SYS_SID_MAX]);

#endif
