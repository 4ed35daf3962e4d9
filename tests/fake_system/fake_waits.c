/*
 * Time, and what the service manager hears.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_internal.h"

static uint64_t now(void *self)
{
    return ((const struct fake *)self)->clock;
}

static uint64_t ticks(void *self)
{
    return ((const struct fake *)self)->ticks;
}

static void pause_ms(void *self, uint32_t ms)
{
    struct fake *fake = self;

    fake_busy++;
    (void)fake_called(fake, FAKE_PAUSE, "");
    fake->ticks += ms;
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_PAUSE);
    fake_busy--;
}

static void progress(void *self)
{
    fake_busy++;
    (void)fake_called(self, FAKE_PROGRESS, "");
    fake_moved(self);
    fake_busy--;
}

static void running(void *self)
{
    struct fake *fake = self;

    fake_busy++;
    (void)fake_called(fake, FAKE_RUNNING, "");
    fake_moved(fake);
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_RUNNING);
    fake_busy--;
}

static void saved(void *self)
{
    struct fake *fake = self;

    fake_busy++;
    (void)fake_called(fake, FAKE_SAVED, "");
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_SAVED);
    fake_busy--;
}

static bool stopping(void *self)
{
    const struct fake *fake = self;

    return fake->crashed || fake->counts[fake->stop_call] >= fake->stop_count;
}

static enum sys_wake wait_ms(void *self, uint32_t ms)
{
    struct fake *fake = self;
    enum sys_wake wake;
    size_t number;

    fake_busy++;
    (void)fake_called(fake, FAKE_WAIT, "");
    number = fake->counts[FAKE_WAIT];
    assert_true(number < FAKE_WAITS);
    fake->waits[number] = ms;
    if (fake->on_wait != NULL)
        fake->on_wait(fake, number);
    fake_busy--;
    if (stopping(fake))
        return SYS_WAKE_STOP;
    if (ms == UINT32_MAX && !fake->woken)
        fail_msg("a wait for ever, and nobody will ask to stop");
    wake = fake->woken ? fake->wake : SYS_WAKE_TIMEOUT;
    fake->woken = false;
    if (wake == SYS_WAKE_TIMEOUT)
        fake->ticks += ms;
    fake->moved_at = fake->ticks;
    return wake;
}

void fake_clock(struct fake *fake, uint64_t time)
{
    fake->clock = time;
}

void fake_on_busy(struct fake *fake, void (*on_busy)(struct fake *fake, enum fake_call call))
{
    fake->on_busy = on_busy;
}

void fake_wake(struct fake *fake, enum sys_wake wake)
{
    fake->wake = wake;
    fake->woken = true;
}

void fake_stop_at(struct fake *fake, enum fake_call call, size_t n)
{
    fake->stop_call = call;
    fake->stop_count = n;
}

void fake_on_wait(struct fake *fake, void (*on_wait)(struct fake *fake, size_t number))
{
    fake->on_wait = on_wait;
}

uint32_t fake_wait_ms(const struct fake *fake, size_t number)
{
    assert_in_range(number, 1, fake->counts[FAKE_WAIT]);
    return fake->waits[number];
}

void fake_waits_port(struct system *port)
{
    port->clock.now = now;
    port->clock.ticks = ticks;
    port->clock.pause = pause_ms;
    port->progress = progress;
    port->running = running;
    port->saved = saved;
    port->stopping = stopping;
    port->wait = wait_ms;
}
