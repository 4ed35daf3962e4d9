/*
 * system_files.h - the port, files: the configuration, the broker's own files, and the
 * copies of segments. The rules of system.h hold.
 */
#ifndef SYS_SYSTEM_FILES_H
#define SYS_SYSTEM_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "system_status.h"

#define SYS_PATHS_MAX 1000u /* of one pattern */

/* A copy of a segment while it is written. */
struct sys_copy;

struct system_files {
    /*
     * Reads a whole file of at most `limit` bytes. The content belongs to the
     * caller, who frees it with free(). SYS_NOT_FOUND; SYS_DENIED, also for a file
     * that others than administrators may change or replace (file_rules.h);
     * SYS_FAILED also for a file beyond the limit.
     */
    enum sys_status (*read)(void *self, const char *path, size_t limit, char **content,
                            size_t *length, struct sys_failure *why);

    /*
     * `path` as an absolute one, from the folder of the file `base` (absolute)
     * where it is relative; from the current folder where `base` is NULL. The
     * file need not exist. `*out` is freed with free(). SYS_FAILED also for a
     * path that depends on a current folder although there is a base (C:x).
     */
    enum sys_status (*resolve_path)(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why);

    /*
     * The files a pattern of config/pattern.h means, from the folder of the
     * file `base` (absolute) where it is relative: absolute paths, sorted by
     * name without case, folders and hidden files left out. A folder that does
     * not exist has no files, one that others may add files to is SYS_DENIED. A
     * pattern without wildcards is one path, whether the file exists or not. More than
     * SYS_PATHS_MAX: SYS_FAILED. Each path, and then the array, are freed with free(); none:
     * `*paths` is NULL.
     */
    enum sys_status (*expand)(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why);

    /*
     * The broker's own files: by a plain name of letters, digits, dots and
     * hyphens, in a folder that only administrators, SYSTEM and the service may
     * write. What a stranger owns there is SYS_DENIED. All of it is on the disk
     * when a call returns SYS_OK.
     *
     * state_read     as `read`. SYS_NOT_FOUND: no such file
     * state_write    replaces a file as a whole, or makes it: after a failure or a
     *                crash it is the old one or the new one, never a mixture
     * state_append   adds to the end of a file, or makes it. After a failure or a
     *                crash any part of what was added may be there
     */
    enum sys_status (*state_read)(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why);
    enum sys_status (*state_write)(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why);
    enum sys_status (*state_append)(void *self, const char *name, const void *bytes, size_t length,
                                    struct sys_failure *why);

    /*
     * From now on a change of one of these files, or of one that a pattern among
     * them means, ends a wait; the paths watched before no longer count, `count`
     * 0: none. Absolute paths, as from resolve_path. Anything but SYS_OK speaks
     * of the first folder that cannot be watched now; the others are watched, and
     * that one is tried again at times (its coming into being is a change).
     * SYS_NO_MEMORY: nothing is watched.
     */
    enum sys_status (*watch)(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why);
};

struct system_copies {
    /*
     * Copies of segments: files by names as above, in another folder with the same
     * protection.
     *
     * read     as state_read. SYS_LATER: somebody keeps the file to himself now
     * create   makes an empty file, in place of one of that name
     * write    adds bytes to its end
     * flush    all that was written is on the disk when it returns SYS_OK;
     *          before that, a crash can leave any part of it, or none
     * close    ends the writing. NULL is allowed
     * settle   the same as flush, for a file that somebody wrote before:
     *          a broker that was killed may not have come so far
     * rename   gives a file another name, in place of one that has it: after a
     *          crash the one or the other, and done when it returns SYS_OK.
     *          SYS_NOT_FOUND: there is no file of that name
     */
    enum sys_status (*read)(void *self, const char *name, size_t limit, char **content,
                            size_t *length, struct sys_failure *why);
    enum sys_status (*create)(void *self, const char *name, struct sys_copy **out,
                              struct sys_failure *why);
    enum sys_status (*write)(void *self, struct sys_copy *copy, const void *bytes, size_t length,
                             struct sys_failure *why);
    enum sys_status (*flush)(void *self, struct sys_copy *copy, struct sys_failure *why);
    void (*close)(void *self, struct sys_copy *copy);
    enum sys_status (*settle)(void *self, const char *name, struct sys_failure *why);
    enum sys_status (*rename)(void *self, const char *from, const char *to,
                              struct sys_failure *why);
};

#endif
