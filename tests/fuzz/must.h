/*
 * must.h - what a fuzz target demands of the code under test, beside what the sanitizers see.
 *
 * A demand that fails names itself, so that a wrong demand of the target is not taken for a
 * finding. test_fuzz_inputs runs all kept inputs through all targets.
 */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define must(demand) must_hold(demand, #demand, __FILE__, __LINE__)

static inline void must_hold(bool holds, const char *demand, const char *file, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: a demand of the target fails: %s\n", file, line, demand);
    abort();
}

#endif
