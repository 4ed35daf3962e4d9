/*
 * status_metrics.h - figures for monitoring from what is known of the broker.
 */
#ifndef STATUS_METRICS_H
#define STATUS_METRICS_H

#include "metrics.h"
#include "status.h"

/*
 * Fills `out`, which is all zero, with what the caller may read: the same figures as in the file of
 * `metrics` (core/lifecycle/metrics_file.h), as they are now. The caller frees it.
 */
void status_metrics(const struct status *status, struct metrics *out);

#endif
