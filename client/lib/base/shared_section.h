/*
 * shared_section.h - the control sections: each is opened, checked and mapped once for all handles
 * of a process.
 */
#ifndef LIB_SHARED_SECTION_H
#define LIB_SHARED_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#include "owner.h"
#include "result.h"
#include "section.h"

struct shared_section {
    /* Constant. */
    struct section_view view;
    size_t size; /* bytes at view.data, as the system says */

    /* For shared_section.c alone. */
    HANDLE section; /* as long as it is open, nobody else's object gets the name */
    char name[SHMB_NAME_SIZE];
    char owner[OWNER_SID_MAX];
    bool to_write;
    uint32_t users;
    struct shared_section *next;
};

/*
 * Opens all of the section of this bare name, to read or to write it, too. Another handle's is
 * used again if it was opened in the same way: with the same rights, and checked for the same
 * `owner` (as in trust_check). The access list is asked only the first time. To be closed with
 * shared_section_close. SHMB_NOT_FOUND, SHMB_ACCESS_DENIED, SHMB_NOT_OURS, SHMB_CORRUPT,
 * SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t shared_section_open(const char *bare, bool to_write, const char *owner,
                            struct shared_section **out, struct fault *fault);

/* One user more, with a shared_section_close of its own. NULL is allowed. Returns `shared`. */
struct shared_section *shared_section_join(struct shared_section *shared);

/* With the last user it is unmapped. NULL is allowed. */
void shared_section_close(struct shared_section *shared);

#endif
