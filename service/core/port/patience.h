/*
 * patience.h - waiting for what another program holds at the moment: a file, a fast lock.
 */
#ifndef CORE_PATIENCE_H
#define CORE_PATIENCE_H

#include "system.h"

/*
 * Call it after a try that failed for a reason that may pass. Makes progress visible, waits a
 * moment, and takes the time since `begun` (ticks when the try began) off `*left`, in
 * milliseconds. True: try again. False, without a wait: nothing is left, or a stop was requested.
 */
bool patience_again(const struct system *system, uint64_t begun, uint32_t *left);

#endif
