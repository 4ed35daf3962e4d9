/*
 * lifecycle_reload.h - reads the configuration again while the broker runs.
 */
#ifndef CORE_LIFECYCLE_RELOAD_H
#define CORE_LIFECYCLE_RELOAD_H

#include "lifecycle_context.h"

enum reload_cause {
    RELOAD_ASKED,   /* an administrator waits for the result */
    RELOAD_CHANGED, /* a watched file has changed */
    RELOAD_RETRY    /* files were held by another program (held_files.h) */
};

/*
 * Reads the files and changes over to them as a whole or, with any error, not at all. Logs and
 * reports the result either way.
 *
 * If another program holds a file, waits a moment (not for RELOAD_RETRY), then reports that,
 * changes nothing and schedules a retry. A retry that finds a file still held is silent.
 */
void lifecycle_reload(struct lifecycle *life, enum reload_cause cause);

#endif
