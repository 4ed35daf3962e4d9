#include "patience.h"

#define PAUSE_MS 100u

bool patience_again(const struct system *system, uint64_t begun, uint32_t *left)
{
    uint64_t took;

    if (*left == 0 || system->stopping(system->self))
        return false;
    system->progress(system->self);
    system->clock.pause(system->self, PAUSE_MS);
    took = system->clock.ticks(system->self) - begun;
    *left -= took < *left ? (uint32_t)took : *left;
    return true;
}
