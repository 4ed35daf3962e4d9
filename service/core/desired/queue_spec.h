/*
 * queue_spec.h - the section that a queue of the configuration asks for.
 */
#ifndef CORE_QUEUE_SPEC_H
#define CORE_QUEUE_SPEC_H

#include "model.h"
#include "system.h"

/* Fills in kind, size and layout; the rest of `out` stays. */
void queue_spec(const struct cfg_queue *queue, struct sys_spec *out);

#endif
