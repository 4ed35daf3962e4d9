/*
 * initial_files.h - the content that segments take from files.
 */
#ifndef CORE_INITIAL_FILES_H
#define CORE_INITIAL_FILES_H

#include "model.h"
#include "system.h"

#define INITIAL_FILE_MAX (64u * 1024 * 1024)            /* bytes of one */
#define INITIAL_ALL_MAX  (UINT64_C(1024) * 1024 * 1024) /* bytes of all of a configuration */

/* The contents of one configuration file's segments; all zero: none. */
struct initial_files {
    char **contents;
    size_t count;
};

/*
 * Reads each file that a segment of `part` takes its content from, and gives
 * the segment its bytes, which live as long as `out`. A file that cannot be
 * read or does not fit is an error in `messages`, at its place.
 *
 * base   absolute path of the file that `part` was loaded from
 * total  bytes of all such files so far
 *
 * False: no memory. `out` is to be ended in any case, after `part`.
 */
bool initial_files_read(const struct system *system, const char *base, struct cfg *part,
                        uint64_t *total, struct cfg_messages *messages, struct initial_files *out);
void initial_files_free(struct initial_files *files);

#endif
