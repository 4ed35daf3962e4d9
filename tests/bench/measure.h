/*
 * measure.h - the clock of the benchmarks, and the middle of what it said.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#define ROUNDS_MAX 101

/* Microseconds from an unknown beginning. */
double now_us(void);

/* Sorts the values. */
double median(double *values, unsigned count);

#endif
