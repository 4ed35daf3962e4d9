/*
 * stamp.h - numbers that only grow: generations and revisions.
 */
#ifndef CORE_STAMP_H
#define CORE_STAMP_H

#include "system.h"

/*
 * Returns a number greater than `*last`, and stores it there. It is the system time if
 * that is greater, so the numbers also grow from one broker to the next.
 */
uint64_t stamp_next(const struct system *system, uint64_t *last);

#endif
