/*
 * copy_files.h - reads and writes the files of copies: system_copies of system_files.h.
 *
 * They are in a folder of the broker's own (own_files.h), because they become the
 * content of segments. A struct sys_copy is the handle itself.
 */
#ifndef COPY_FILES_H
#define COPY_FILES_H

#include <stdbool.h>

#include "system.h"

/*
 * Reads a copy of at most `limit` bytes; `*content` is freed with free(). SYS_LATER: a
 * program has the file open without sharing it, or `wanted`, which is asked now and then while
 * a long file is read, says no.
 */
enum sys_status copy_files_read(const char *folder, const char *name, size_t limit,
                                bool (*wanted)(void *context), void *context, char **content,
                                size_t *length, struct sys_failure *why);

/*
 * Creates a new file for a copy, in place of an unfinished one, and the folder if it is
 * missing. On SYS_OK `*out` is closed with copy_files_close or copy_files_discard.
 */
enum sys_status copy_files_create(const char *folder, const char *name, struct sys_copy **out,
                                  struct sys_failure *why);
enum sys_status copy_files_write(struct sys_copy *copy, const void *bytes, size_t length,
                                 struct sys_failure *why);
enum sys_status copy_files_flush(struct sys_copy *copy, struct sys_failure *why);
void copy_files_close(struct sys_copy *copy); /* NULL is allowed */

/* Deletes the file, and closes it. */
void copy_files_discard(struct sys_copy *copy);

/* Flushes a closed file to the disk. */
enum sys_status copy_files_settle(const char *folder, const char *name, struct sys_failure *why);

/* Renames a file within the folder, in place of one of that name. */
enum sys_status copy_files_rename(const char *folder, const char *from, const char *to,
                                  struct sys_failure *why);

#endif
