/*
 * held_files.h - files of the configuration that another program holds. Such a file has no error:
 * it is read as soon as it is free, and until then the broker runs degraded.
 */
#ifndef CORE_HELD_FILES_H
#define CORE_HELD_FILES_H

#include "lifecycle_context.h"

/*
 * Files of `read` are held: schedules a retry. Logs EVENT_CONFIG_HELD and notes the files for the
 * report, unless that was done already. `meanwhile` says what is done until they are free.
 */
void held_files_begin(struct lifecycle *life, const struct desired *read, const char *meanwhile);

/* All files can be read again: logs EVENT_CONFIG_FREE if they could not. */
void held_files_end(struct lifecycle *life);

/* Milliseconds until lifecycle_reload(RELOAD_RETRY); UINT32_MAX: no file is held. */
uint32_t held_files_delay(const struct lifecycle *life);

#endif
