/*
 * event_file.h - the file of `log`, which has a line for each event beside the event log.
 */
#ifndef CORE_EVENT_FILE_H
#define CORE_EVENT_FILE_H

#include "lifecycle_context.h"

/*
 * Uses the file of the configuration in force, or none, and opens it again where it could not be
 * written. A failure is logged once for each cause, and reported. Call it before the broker starts,
 * after each reload, and now and then.
 */
void event_file_look(struct lifecycle *life);

/* After a reload, before that: what was told of the former file is not true of another one. */
void event_file_change(struct lifecycle *life, const struct desired *former);

uint32_t event_file_delay(const struct lifecycle *life);

#endif
