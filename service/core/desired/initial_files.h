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
    char *base; /* where content could not be had: the path of the configuration file; else NULL */
};

/*
 * Reads each file that a segment of `part` takes its content from, and gives
 * the segment its bytes, which live as long as `out`.
 *
 * base       absolute path of the file that `part` was loaded from
 * total      bytes of all such files so far
 * forgiving  a file that cannot be read or does not fit is a warning in `messages`,
 *            at its place, and the segment's content is unread; else an error
 *
 * False: no memory. `out` is to be ended in any case, after `part`.
 */
bool initial_files_read(const struct system *system, const char *base, struct cfg *part,
                        uint64_t *total, bool forgiving, struct cfg_messages *messages,
                        struct initial_files *out);
void initial_files_free(struct initial_files *files);

/*
 * Reads the file of a segment whose content is unread. The content belongs to the
 * caller, who frees it with free(); `*content` is NULL on anything but SYS_OK, and
 * `why` names the file. As system->files.read, and SYS_FAILED where it does not fit.
 */
enum sys_status initial_file_read(const struct system *system, const struct cfg_segment *segment,
                                  char **content, size_t *length, struct sys_failure *why);

#endif
