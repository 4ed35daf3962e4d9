/*
 * system_files.h - the port, files: the configuration, the broker's own files, files for other
 * programs, and the copies of segments. The rules of system.h hold.
 */
#ifndef SYS_SYSTEM_FILES_H
#define SYS_SYSTEM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system_status.h"

#define SYS_PATHS_MAX 1000u /* of one pattern */

/* The file of a copy while it is written. */
struct sys_copy;

struct system_files {
    /*
     * Reads a whole file of at most `limit` bytes. Free `*content` with free().
     * SYS_LATER: another program has the file open exclusively, has locked bytes of it, or
     * is replacing it; or the broker was asked to stop. One try: patience.h waits. SYS_NOT_FOUND.
     * SYS_DENIED: access denied, or somebody who is no administrator may change or replace the file
     * (file_rules.h). SYS_FAILED: also a file over the limit.
     */
    enum sys_status (*read)(void *self, const char *path, size_t limit, char **content,
                            size_t *length, struct sys_failure *why);

    /*
     * Makes `path` absolute. A relative path starts from the folder of the file `base`
     * (absolute), or from the current folder if `base` is NULL. The file need not exist.
     * Free `*out` with free(). SYS_FAILED: also a path that depends on the current folder
     * of a drive although there is a base (C:x).
     */
    enum sys_status (*resolve_path)(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why);

    /*
     * Finds the files that match a pattern of config/yaml/pattern.h. A relative pattern starts
     * from the folder of the file `base` (absolute). Returns absolute paths, sorted by
     * name without case, without folders and hidden files. Free each path and then the
     * array with free(); no match: `*paths` is NULL.
     *
     * A folder that does not exist has no files. A pattern without wildcards gives its
     * one path, whether the file exists or not. SYS_LATER: another program has the folder
     * open exclusively. SYS_DENIED: somebody who is no
     * administrator may add files to the folder. SYS_FAILED: also more than SYS_PATHS_MAX
     * files.
     */
    enum sys_status (*expand)(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why);

    /*
     * The broker's own files. `name` has letters, digits, dots and hyphens only. The
     * folder can be written by administrators, SYSTEM and the service only. SYS_DENIED:
     * also a file with a foreign owner.
     *
     * state_read     as `read`. SYS_NOT_FOUND: no such file
     * state_write    creates or replaces a file as a whole: after a failure or a crash
     *                it has the old or the new content, never a mixture. On SYS_OK the
     *                new one is on the disk
     * state_append   adds to the end of a file, or creates it. After a failure or a
     *                crash any part of the addition can be there. `flush`: on SYS_OK the
     *                whole file is on the disk; else it stays if the broker dies, but not
     *                if the machine goes down
     */
    enum sys_status (*state_read)(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why);
    enum sys_status (*state_write)(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why);
    enum sys_status (*state_append)(void *self, const char *name, const void *bytes, size_t length,
                                    bool flush, struct sys_failure *why);

    /*
     * Watches files: from now on a change of one of them ends a wait with
     * SYS_WAKE_CHANGED. `paths` are absolute paths and patterns, as from resolve_path;
     * they replace the ones watched before. `count` 0: nothing is watched.
     *
     * SYS_NO_MEMORY: nothing is watched. Any other failure: a folder cannot be watched
     * now, and `why` is about the first such folder. The other folders are watched. That
     * one is retried; when it appears, this counts as a change.
     */
    enum sys_status (*watch)(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why);
};

struct system_outputs {
    /*
     * Files for other programs to read, by their full path. The folder must exist.
     *
     * write    creates or replaces a file as a whole, so that nobody reads half of it. On SYS_OK
     *          it is on the disk. `wait`: for up to 2 s while another program holds it
     * remove   deletes such a file. SYS_NOT_FOUND: there is none
     *
     * SYS_DENIED: access denied; or somebody who is neither an administrator nor the service may
     * change the folder or replace one above it (file_rules.h), and could lead the broker to
     * another file.
     */
    enum sys_status (*write)(void *self, const char *path, const void *bytes, size_t length,
                             bool wait, struct sys_failure *why);
    enum sys_status (*remove)(void *self, const char *path, struct sys_failure *why);
};

struct system_copies {
    /*
     * Copies of segments: files with names as above, in another folder with the same
     * protection.
     *
     * read     as state_read. SYS_LATER: another program has the file open exclusively; or,
     *          with `stoppable`, the broker was asked to stop
     * create   creates an empty file, and replaces an existing one
     * write    adds bytes to its end
     * flush    on SYS_OK everything written is on the disk. After an earlier crash any
     *          part of it can be there, or nothing
     * close    closes the file. NULL is allowed
     * discard  deletes the file, which could not be written whole, and closes it
     * settle   flushes a file that was written earlier: a broker that was killed may
     *          not have flushed it
     * rename   renames a file and replaces an existing one: after a crash it has one
     *          name or the other; on SYS_OK the new name is on the disk. SYS_NOT_FOUND:
     *          there is no file `from`
     */
    enum sys_status (*read)(void *self, const char *name, size_t limit, bool stoppable,
                            char **content, size_t *length, struct sys_failure *why);
    enum sys_status (*create)(void *self, const char *name, struct sys_copy **out,
                              struct sys_failure *why);
    enum sys_status (*write)(void *self, struct sys_copy *copy, const void *bytes, size_t length,
                             struct sys_failure *why);
    enum sys_status (*flush)(void *self, struct sys_copy *copy, struct sys_failure *why);
    void (*close)(void *self, struct sys_copy *copy);
    void (*discard)(void *self, struct sys_copy *copy);
    enum sys_status (*settle)(void *self, const char *name, struct sys_failure *why);
    enum sys_status (*rename)(void *self, const char *from, const char *to,
                              struct sys_failure *why);
};

#endif
