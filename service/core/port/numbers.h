/*
 * numbers.h - numbers in the names of the broker's own objects.
 *
 * Names with a number are known in advance, so another program may hold one: then another number
 * is tried. Numbers count up until a name is in use. From then on they are random, from
 * NUMBERS_RANDOM up: a program cannot guess and occupy the name, and the two kinds of numbers do
 * not collide.
 */
#ifndef CORE_NUMBERS_H
#define CORE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "system.h"
#include "trouble.h"

#define NUMBERS_RANDOM 0x80000000u /* the first of the random numbers */

/* All zero: none was used. */
struct numbers {
    uint32_t last; /* the last number that counted up */
    bool random;   /* numbers are random from now on */
};

/*
 * Makes what has this number. SYS_TAKEN: another program has a name of it. `*name`: the bare name
 * that was tried.
 */
typedef enum sys_status numbers_make(void *context, uint32_t number, const char **name,
                                     struct sys_failure *why);

/*
 * Tries numbers until `make` returns anything but SYS_TAKEN, and returns that. A name that is in
 * use is reported in `avoided`. SYS_TAKEN: all that were tried are in use.
 */
enum sys_status numbers_try(struct numbers *numbers, const struct system *system,
                            numbers_make *make, void *context, struct trouble *avoided,
                            struct sys_failure *why);

/* A number of a former broker is in use: new ones count on from it, to find a free name at once. */
void numbers_pass(struct numbers *numbers, uint32_t number);

#endif
