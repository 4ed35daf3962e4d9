/*
 * sid.h - security identifiers as text: "S-1-5-21-...".
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/c92a27b1-c772-4fa7-a432-15df5f1b66a1
 */
#ifndef CORE_SID_H
#define CORE_SID_H

#include <stdbool.h>

#include "system.h"

/* True when a text is meant as a SID, valid or not: it starts with S, a number and a hyphen. */
bool sid_looks_like(const char *text);

/*
 * Checks a SID strictly (revision 1, an authority of 48 bits in decimal or
 * behind 0x, 1 to 15 numbers of 32 bits) and writes it the way Windows does, so
 * that equal SIDs are equal texts. False: not a SID; `out` is then empty.
 */
bool sid_canonical(const char *text, char out[SYS_SID_MAX]);

#endif
