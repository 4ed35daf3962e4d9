/*
 * lifecycle_reload.h - reads the configuration again while the broker runs.
 */
#ifndef CORE_LIFECYCLE_RELOAD_H
#define CORE_LIFECYCLE_RELOAD_H

#include "lifecycle_context.h"

/*
 * Reads the files and changes over to them as a whole or, with any error, not at all. Logs and
 * reports the result either way.
 */
void lifecycle_reload(struct lifecycle *life);

#endif
