/*
 * state_files.h - reads and writes the broker's state files, in a folder of its own
 * (own_files.h).
 */
#ifndef STATE_FILES_H
#define STATE_FILES_H

#include "system.h"

/*
 * As system_files.h's state_read, state_write and state_append. `folder` is an
 * absolute path. The functions that write create it if it is missing, and the folder
 * above it, for administrators, SYSTEM and the service.
 */
enum sys_status state_files_read(const char *folder, const char *name, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why);
enum sys_status state_files_write(const char *folder, const char *name, const void *bytes,
                                  size_t length, struct sys_failure *why);
enum sys_status state_files_append(const char *folder, const char *name, const void *bytes,
                                   size_t length, bool flush, struct sys_failure *why);

#endif
