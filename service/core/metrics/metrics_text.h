/*
 * metrics_text.h - figures in Prometheus' text format, version 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * The names and labels of the figures are an interface: install/monitoring and the rules of
 * administrators name them. config/reference.md describes each.
 */
#ifndef CORE_METRICS_TEXT_H
#define CORE_METRICS_TEXT_H

#include "metrics.h"
#include "text.h"

/* Adds the text. Figures that are not known are left out. False: no memory. */
bool metrics_text(const struct metrics *metrics, struct text *out);

#endif
