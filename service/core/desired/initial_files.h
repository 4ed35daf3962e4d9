/*
 * initial_files.h - reads the initial content of segments from files (`initial: file`).
 */
#ifndef CORE_INITIAL_FILES_H
#define CORE_INITIAL_FILES_H

#include "model.h"
#include "system.h"

#define INITIAL_ALL_MAX (1024u * 1024 * 1024) /* bytes of all files of a configuration */

/* The contents for the segments of one configuration file. All zero: none. */
struct initial_files {
    char **contents;
    size_t count;
    char *base; /* if some content is unread: the path of the configuration file; else NULL */
    char *held; /* the first `initial` file that another program held; NULL: none */
    struct sys_failure held_why; /* why it could not be read */
};

/*
 * Reads the `initial` files of all segments of `part`, and sets their bytes, which are
 * valid as long as `out`.
 *
 * base       absolute path of the file that `part` was parsed from
 * total      the bytes of all such files so far; updated
 * patience   milliseconds left to wait for files that another program holds; updated
 * forgiving  a file that cannot be read or does not fit gives a warning, and the content of
 *            its segment is unread; otherwise it gives an error
 *
 * False: no memory. Free `out` in any case, after `part`.
 */
bool initial_files_read(const struct system *system, const char *base, struct cfg *part,
                        uint64_t *total, bool forgiving, uint32_t *patience,
                        struct cfg_messages *messages, struct initial_files *out);
void initial_files_free(struct initial_files *files);

/*
 * Reads the file of a segment whose content is unread. Free `*content` with free(); it is
 * NULL on anything but SYS_OK. `why` may be NULL; its text names the file. Statuses as
 * system->files.read, and SYS_FAILED if the content is larger than the segment.
 */
enum sys_status initial_file_read(const struct system *system, const struct cfg_segment *segment,
                                  char **content, size_t *length, struct sys_failure *why);

#endif
