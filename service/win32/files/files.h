/*
 * files.h - reading files that others may be writing.
 */
#ifndef FILES_H
#define FILES_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

#define FILES_PATIENCE_MS 2000u /* for a verb: virus scanners hold a new file this long */

/*
 * As system_files.h's `read`. A file that another program holds (held.h) is retried for
 * `patience` milliseconds.
 */
enum sys_status files_read(const char *path, size_t limit, uint32_t patience, char **content,
                           size_t *length, struct sys_failure *why);

/*
 * The same while no program has the file open for writing: what is read is one content, not a part
 * of an old and of a new one. SYS_LATER: a program has.
 */
enum sys_status files_read_unwritten(const char *path, size_t limit, uint32_t patience,
                                     char **content, size_t *length, struct sys_failure *why);

/*
 * As files_read for a file that controls the broker: only administrators may be able to
 * change the file, its folder and those above (file_rules.h), and none may be a link.
 * Else SYS_DENIED.
 */
enum sys_status files_read_safe(const char *path, size_t limit, uint32_t patience, char **content,
                                size_t *length, struct sys_failure *why);

/*
 * One or the other (`safe`), in one try. SYS_LATER also if `wanted`, which is asked now and then
 * while a long file is read, says no.
 */
enum sys_status files_read_while(const char *path, bool safe, size_t limit,
                                 bool (*wanted)(void *context), void *context, char **content,
                                 size_t *length, struct sys_failure *why);

/*
 * Reads up to `size` bytes of an open file into `content`; `*length` is less if it has shrunk
 * meanwhile. `wanted` NULL: always. SYS_LATER as above.
 */
enum sys_status files_read_all(HANDLE file, size_t size, bool (*wanted)(void *context),
                               void *context, char *content, size_t *length,
                               struct sys_failure *why);

/*
 * Reads an open file. `content` and `length` are set only on SYS_OK. SYS_LATER: another program
 * has locked bytes of it.
 */
enum sys_status files_read_open(HANDLE file, size_t limit, char **content, size_t *length,
                                struct sys_failure *why);

#endif
