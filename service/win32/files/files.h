/*
 * files.h - reading files that others may be writing.
 */
#ifndef FILES_H
#define FILES_H

#include <windows.h>

#include "system.h"

/* As system.h's `read_file`. A file somebody keeps to himself is tried again for two seconds. */
enum sys_status files_read(const char *path, size_t limit, char **content, size_t *length,
                           struct sys_failure *why);

/*
 * The same for a file that decides what the broker does: it, its folder and
 * those above must be safe from everybody but administrators (file_rules.h),
 * and none of them a link. SYS_DENIED: they are not.
 */
enum sys_status files_read_safe(const char *path, size_t limit, char **content, size_t *length,
                                struct sys_failure *why);

/* The same from an open file; on anything but SYS_OK `content` and `length` stay as they are. */
enum sys_status files_read_open(HANDLE file, size_t limit, char **content, size_t *length,
                                struct sys_failure *why);

#endif
