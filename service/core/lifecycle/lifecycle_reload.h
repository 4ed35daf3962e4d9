/*
 * lifecycle_reload.h - the configuration is read again while the broker runs.
 */
#ifndef CORE_LIFECYCLE_RELOAD_H
#define CORE_LIFECYCLE_RELOAD_H

#include "lifecycle_context.h"

/* What is served changes as a whole or, with any error, not at all; reported either way. */
void lifecycle_reload(struct lifecycle *life);

#endif
