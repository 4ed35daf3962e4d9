/*
 * stamp.h - numbers that only grow: generations and revisions.
 */
#ifndef CORE_STAMP_H
#define CORE_STAMP_H

#include "system.h"

/*
 * A number greater than `*last`, which becomes it. It is the system's clock
 * where that has moved on, so that it also grows from one broker to the next.
 */
uint64_t stamp_next(const struct system *system, uint64_t *last);

#endif
