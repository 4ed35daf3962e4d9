#include "numbers.h"

#define TRIES 16

static enum sys_status choose(struct numbers *numbers, const struct system *system,
                              uint32_t *number, struct sys_failure *why)
{
    enum sys_status status;

    if (!numbers->random) {
        *number = ++numbers->last;
        return SYS_OK;
    }
    status = system->random(system->self, number, sizeof(*number), why);
    *number |= NUMBERS_RANDOM;
    return status;
}

enum sys_status numbers_try(struct numbers *numbers, const struct system *system,
                            numbers_make *make, void *context, struct trouble *avoided,
                            struct sys_failure *why)
{
    enum sys_status status = SYS_TAKEN;
    const char *name;
    uint32_t number;
    int tries;

    for (tries = 0; status == SYS_TAKEN && tries < TRIES; tries++) {
        status = choose(numbers, system, &number, why);
        if (status != SYS_OK)
            break;
        status = make(context, number, &name, why);
        if (status != SYS_TAKEN)
            break;
        trouble_begin(avoided, system, name, status, why);
        numbers->random = true;
    }
    return status;
}

void numbers_pass(struct numbers *numbers, uint32_t number)
{
    if (number > numbers->last && number < NUMBERS_RANDOM)
        numbers->last = number;
}
