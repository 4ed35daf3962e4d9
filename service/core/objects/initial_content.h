/*
 * initial_content.h - the first content of a new segment, by its `initial` entry.
 */
#ifndef CORE_INITIAL_CONTENT_H
#define CORE_INITIAL_CONTENT_H

#include "inventory.h"
#include "system.h"

/* The content is valid until initial_content_end, and as long as the configuration. */
struct initial_content {
    struct sys_content content;
    char *bytes;            /* owned: content of a file that was read just now; else NULL */
    enum sys_status status; /* not SYS_OK: the file cannot be read now */
    struct sys_failure why; /* why it cannot be read, with the name of the file */
};

/*
 * Finds the first content of a segment; without `initial`, zeros. Reads a file now if it
 * could not be read with the configuration. Call initial_content_end in any case.
 */
void initial_content_find(const struct system *system, const struct item *item,
                          struct initial_content *out);
void initial_content_end(struct initial_content *first);

#endif
