/*
 * Events, as they were reported.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

static void report(void *self, enum event_id id, const char *const *inserts, size_t count)
{
    struct fake *fake = self;
    struct fake_event *event;
    char number[16];
    size_t i;

    if (fake->crashed)
        return;
    fake_busy++;
    (void)snprintf(number, sizeof(number), "%d", (int)id);
    (void)fake_called(fake, FAKE_REPORT, number);
    event = fake_add(&fake->events, sizeof(*event));
    assert_true(count <= sizeof(event->inserts) / sizeof(event->inserts[0]));
    event->id = id;
    event->count = count;
    for (i = 0; i < count; i++)
        event->inserts[i] = fake_text(inserts[i]);
    fake_busy--;
}

const struct fake_event *fake_events(const struct fake *fake, size_t *count)
{
    *count = fake->events.count;
    return fake->events.at;
}

size_t fake_event_count(const struct fake *fake, enum event_id id)
{
    const struct fake_event *events = fake->events.at;
    size_t i, count = 0;

    for (i = 0; i < fake->events.count; i++)
        count += events[i].id == id;
    return count;
}

size_t fake_events_about(const struct fake *fake, enum event_id id, const char *name)
{
    const struct fake_event *events = fake->events.at;
    size_t i, count = 0, prefix = strlen("Global\\");

    for (i = 0; i < fake->events.count; i++)
        count += events[i].id == id && events[i].count >= 2 &&
                 strncmp(events[i].inserts[1], "Global\\", prefix) == 0 &&
                 strcmp(events[i].inserts[1] + prefix, name) == 0;
    return count;
}

const struct fake_event *fake_last_event(const struct fake *fake, enum event_id id)
{
    const struct fake_event *events = fake->events.at;
    size_t i;

    for (i = fake->events.count; i-- > 0;)
        if (events[i].id == id)
            return &events[i];
    fail_msg("no event %d", (int)id);
    return NULL;
}

void fake_forget_events(struct fake *fake)
{
    struct fake_event *events = fake->events.at;
    size_t i, k;

    for (i = 0; i < fake->events.count; i++)
        for (k = 0; k < events[i].count; k++)
            free(events[i].inserts[k]);
    fake->events.count = 0;
}

static enum sys_status log_file(void *self, const struct sys_log *wanted, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status = SYS_OK;

    fake_busy++;
    if (wanted != NULL)
        status = fake_called(fake, FAKE_LOG_FILE, wanted->file);
    return status != SYS_OK ? fake_refuse(fake, status, "CreateFileW", why) : fake_done();
}

/* Without those of earlier brokers, where the test does not forget them. */
static uint64_t logged(void *self, uint32_t number)
{
    size_t count = fake_event_count(self, (enum event_id)number);

    return count > 0 ? count : UINT64_MAX;
}

static uint32_t handles(void *self)
{
    return (uint32_t)((struct fake *)self)->handles.count;
}

void fake_events_port(struct system *port)
{
    port->log = report;
    port->log_file = log_file;
    port->logged = logged;
    port->handles = handles;
}
