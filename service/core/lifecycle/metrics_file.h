/*
 * metrics_file.h - writes the file of `metrics` from time to time.
 *
 * While a broker runs, its figures are in the file; from its stop on, that it does not run. A
 * broker that is killed leaves old figures: their time tells.
 */
#ifndef CORE_METRICS_FILE_H
#define CORE_METRICS_FILE_H

#include "lifecycle_context.h"

/* A configuration is in force: the next write is due. Deletes the file of the former one. */
void metrics_file_change(struct lifecycle *life);

/* Writes the figures. A failure is logged once for each cause, reported and retried. */
void metrics_file_write(struct lifecycle *life);
uint32_t metrics_file_delay(const struct lifecycle *life);

/* The broker stops: the file says so. Failures are ignored. */
void metrics_file_stop(struct lifecycle *life);

#endif
