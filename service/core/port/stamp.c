#include "stamp.h"

uint64_t stamp_next(const struct system *system, uint64_t *last)
{
    uint64_t now = system->clock.now(system->self);

    *last = now > *last ? now : *last + 1;
    return *last;
}
