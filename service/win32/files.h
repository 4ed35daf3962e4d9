/*
 * files.h - reading files that others may be writing.
 */
#ifndef FILES_H
#define FILES_H

#include "system.h"

/* As system.h's `read_file`. A file somebody keeps to himself is tried again for two seconds. */
enum sys_status files_read(const char *path, size_t limit, char **content, size_t *length,
                           struct sys_failure *why);

#endif
