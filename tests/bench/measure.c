#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <windows.h>

double now_us(void)
{
    LARGE_INTEGER ticks, frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&ticks);
    return 1e6 * (double)ticks.QuadPart / (double)frequency.QuadPart;
}
#else
#include <time.h>

double now_us(void)
{
    struct timespec time;

    if (timespec_get(&time, TIME_UTC) != TIME_UTC)
        exit(1);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}
#endif

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

void measure_row(const char *row, double *ratio, double *ours, double *theirs, unsigned rounds,
                 double scale, const char *unit)
{
    printf("row\t%s\t%u\t%.6g\t%.6g\t%.6g\t%s\t%u\n", row, (unsigned)sizeof(void *) * 8,
           median(ratio, rounds), median(ours, rounds) * scale, median(theirs, rounds) * scale,
           unit, rounds);
    fflush(stdout);
}

void measure_value(const char *row, double value, const char *unit, unsigned rounds)
{
    printf("value\t%s\t%u\t%.4f\t%s\t%u\n", row, (unsigned)sizeof(void *) * 8, value, unit, rounds);
    fflush(stdout);
}
