/*
 * measure.h - the clock of the benchmarks, the median, and the lines that report.py reads.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#define ROUNDS_MAX 101

/* Microseconds from an unknown beginning. */
double now_us(void);

/* Sorts the values. */
double median(double *values, unsigned count);

/*
 * Prints a row: the medians of `ratio` (ours / theirs, of each round) and of both sides, which are
 * sorted. `unit`: of the sides, after `scale`.
 */
void measure_row(const char *row, double *ratio, double *ours, double *theirs, unsigned rounds,
                 double scale, const char *unit);

/* Prints a figure that is compared with its goal alone. */
void measure_value(const char *row, double value, const char *unit, unsigned rounds);

#endif
