/*
 * output_file.h - writes files for other programs: system_outputs of system_files.h.
 *
 * The folder belongs to another program, such as windows_exporter. Only administrators and the
 * service may change it or replace a folder above it: others could lead the service, which has
 * more rights than they, to a file of their choice.
 */
#ifndef OUTPUT_FILE_H
#define OUTPUT_FILE_H

#include <stdbool.h>

#include "system.h"

/* For file_check_way_of: the service, and the account it runs under unless others share that. */
bool output_file_trusted(const char *sid);

/*
 * `path` is absolute; `check` false: any folder will do. Readers see the old content or the new.
 * `wait`: as for own_files_replace.
 */
enum sys_status output_file_write(const char *path, bool check, const void *bytes, size_t length,
                                  bool wait, struct sys_failure *why);

/* Deletes the file. SYS_NOT_FOUND: there is none. */
enum sys_status output_file_remove(const char *path, bool check, struct sys_failure *why);

#endif
