/*
 * squatter.h - objects of somebody else's at names the broker wants.
 */
#ifndef TEST_SQUATTER_H
#define TEST_SQUATTER_H

#include "support.h"

/* Lets this process make objects that belong to anybody, where it is an administrator's. */
void squatter_begin(void);

enum squatter_pages {
    SQUATTER_BYTES,     /* all of them 0x55 */
    SQUATTER_UNREADABLE /* whoever touches one faults */
};

/*
 * Makes an object as the SDDL says; a mutex is owned, too. What goes wrong is
 * said, and NULL is returned. `bytes` and `pages` are of a section.
 */
HANDLE squatter_make(const char *kind, const char *name, const char *sddl, DWORD bytes,
                     enum squatter_pages pages);

/* True where a section made with SQUATTER_BYTES still has them all. */
bool squatter_untouched(HANDLE section, DWORD bytes);

/* Owner and DACL of an object as SDDL text, or "error N". Needs READ_CONTROL. */
const char *squatter_sddl(HANDLE object);

#endif
