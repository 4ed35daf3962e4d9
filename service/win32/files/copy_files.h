/*
 * copy_files.h - the files of copies of segments: what system.h calls copy_...
 *
 * In a place of their own (own_files.h): they become the content of segments. A
 * struct sys_copy is the handle itself.
 */
#ifndef COPY_FILES_H
#define COPY_FILES_H

#include "system.h"

/* `progress` may be NULL; else it is called now and then while a long file is read. */
enum sys_status copy_files_read(const char *folder, const char *name, size_t limit,
                                void (*progress)(void), char **content, size_t *length,
                                struct sys_failure *why);

/* Makes the folder as own_files_enter does. */
enum sys_status copy_files_create(const char *folder, const char *name, struct sys_copy **out,
                                  struct sys_failure *why);
enum sys_status copy_files_write(struct sys_copy *copy, const void *bytes, size_t length,
                                 struct sys_failure *why);
enum sys_status copy_files_flush(struct sys_copy *copy, struct sys_failure *why);
void copy_files_close(struct sys_copy *copy); /* NULL is allowed */
enum sys_status copy_files_settle(const char *folder, const char *name, struct sys_failure *why);
enum sys_status copy_files_rename(const char *folder, const char *from, const char *to,
                                  struct sys_failure *why);

#endif
