/*
 * broker_metrics.h - the figures of a running broker.
 */
#ifndef CORE_BROKER_METRICS_H
#define CORE_BROKER_METRICS_H

#include "broker.h"
#include "metrics.h"

/*
 * Adds all figures that the broker knows to `out`, which is all zero but for what the caller set.
 * Writes the report anew, too, so that both have the same counts. The caller frees `out`.
 */
void broker_metrics(struct broker *broker, struct metrics *out);

#endif
