/*
 * initial_content.h - what a segment holds when it is made, as its configuration says.
 */
#ifndef CORE_INITIAL_CONTENT_H
#define CORE_INITIAL_CONTENT_H

#include "inventory.h"
#include "system.h"

/* The content lives as long as this and the configuration. */
struct initial_content {
    struct sys_content content;
    char *bytes;            /* owned: of a file that was read only now; else NULL */
    enum sys_status status; /* anything but SYS_OK: it cannot be had now, and never SYS_TAKEN */
    struct sys_failure why; /* then: why, with the name of the file */
};

/*
 * The first content of a segment; without `initial`, zeros. A file that could not
 * be had when the configuration was read is read now. To be ended with
 * initial_content_end in any case.
 */
void initial_content_find(const struct system *system, const struct item *item,
                          struct initial_content *out);
void initial_content_end(struct initial_content *first);

#endif
