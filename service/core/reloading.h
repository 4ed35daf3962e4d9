/*
 * reloading.h - the configuration is read again while the broker runs.
 */
#ifndef CORE_RELOADING_H
#define CORE_RELOADING_H

#include "life.h"

/* What is served changes as a whole or, with any error, not at all; reported either way. */
void reloading_run(struct life *life);

#endif
