/*
 * Look-ups that take their time, and what the service manager sees meanwhile.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_internal.h"

#define TICK_MS 1000u /* how often a port makes progress visible in a call that hangs */

void fake_hang(struct fake *fake, uint32_t ms)
{
    fake->hang_ms = ms;
}

void fake_moved(struct fake *fake)
{
    uint64_t silent = fake->ticks - fake->moved_at;

    if (silent > fake->silence)
        fake->silence = silent;
    fake->moved_at = fake->ticks;
}

bool fake_hang_out(struct fake *fake)
{
    const struct system *port = &fake->port;
    uint32_t left = fake->hang_ms;

    while (left >= TICK_MS) {
        fake->ticks += TICK_MS;
        left -= TICK_MS;
        port->progress(fake);
        if (port->stopping(fake))
            return false;
    }
    fake->ticks += left;
    return true;
}

uint64_t fake_ticks(const struct fake *fake)
{
    return fake->ticks;
}

uint64_t fake_silence(const struct fake *fake)
{
    return fake->silence;
}
