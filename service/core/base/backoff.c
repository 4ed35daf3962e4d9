#include "backoff.h"

uint32_t backoff_next(const struct backoff *backoff, uint32_t delay)
{
    if (delay == BACKOFF_RESET)
        return backoff->first;
    return delay <= backoff->most / 2 ? delay * 2 : backoff->most;
}
